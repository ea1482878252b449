"""The classifiers of `models/classifier.py` in NumPy, made of the functions of `reference/`.

Each has `read(symbols, lengths)`: log-probabilities of the classes and, with attention, the weight
of each symbol; given a `Tape` as `ops`, it can be played backward. The tests hold them against
torch.
"""

from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from ..config.classify import (
    ClassifierConfig,
    FullyConnectedConfig,
    RecurrentConfig,
    TransformerConfig,
)
from ..reference.pooling import PoolWeights
from ..reference.transformer import EncoderLayerWeights
from ..reference.transformer_parts import positions
from ..shapes import Float, Int
from .cells import CELLS, both_ways, cell_weights
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import feed_forward_weights, heads_weights, linear_weights, norm_weights


class Reading(NamedTuple):
    """What a network makes of a padded batch; `weights` are `None` without attention."""

    log_probabilities: Float[np.ndarray, "B C"]
    weights: Float[np.ndarray, "B T"] | None


@runtime_checkable
class NumpyClassifier(Protocol):
    """The contract of the three."""

    def read(
        self,
        symbols: Int[np.ndarray, "B T"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> Reading:
        """Classify padded texts."""


class NumpyFullyConnected:
    """The mean of the embeddings, then one hidden layer."""

    def __init__(
        self, config: FullyConnectedConfig, tensors: Tensors, num_symbols: int, num_classes: int
    ) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            num_symbols: V.
            num_classes: C.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        E, H = config.embedding_size, config.hidden_size
        self.embedding = tensors.take("embedding.weight", num_symbols, E)
        self.hidden = linear_weights(tensors, "hidden", H, E)
        self.output = linear_weights(tensors, "output", num_classes, H)
        tensors.finish()

    def read(
        self,
        symbols: Int[np.ndarray, "B T"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> Reading:
        mean_BE, _ = ops.pool("mean", ops.embed("source", self.embedding, symbols), lengths, None)
        hidden_BH = ops.kept("hidden", ops.relu(ops.linear(mean_BE, self.hidden)))
        return Reading(ops.log_softmax(ops.linear(hidden_BH, self.output)), None)


class NumpyRecurrent:
    """Recurrent layers, and a pool over their states."""

    def __init__(
        self, config: RecurrentConfig, tensors: Tensors, num_symbols: int, num_classes: int
    ) -> None:
        """Takes what `NumpyFullyConnected` takes."""
        self.config = config
        E, H = config.embedding_size, config.hidden_size
        M = H * (2 if config.bidirectional else 1)
        self.embedding = tensors.take("embedding.weight", num_symbols, E)
        self.layers = []
        for layer in range(config.layers):
            suffixes = [f"_l{layer}", f"_l{layer}_reverse"][: M // H]
            size = E if layer == 0 else M
            self.layers.append(
                [cell_weights(config.cell, tensors, "encoder.", s, size, H) for s in suffixes]
            )
        self.pool_weights = _pool_weights(config.pool, tensors, M, config.attention_size)
        self.output = linear_weights(tensors, "output", num_classes, M)
        tensors.finish()

    def read(
        self,
        symbols: Int[np.ndarray, "B T"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> Reading:
        x = ops.embed("source", self.embedding, symbols)
        cell = CELLS[self.config.cell][0]
        lasts: list[Any] = []
        for k, directions in enumerate(self.layers):
            x, lasts = both_ways(ops, f"encoder.{k}", cell, x, directions, lengths)
        if self.config.pool == "last":
            pooled_BM, weights_BT = ops.join(*(last.h for last in lasts)), None
        else:
            pooled_BM, weights_BT = ops.pool(self.config.pool, x, lengths, self.pool_weights)
        return Reading(ops.log_softmax(ops.linear(pooled_BM, self.output)), weights_BT)


class NumpyTransformer:
    """Transformer encoder layers, and a pool over their states."""

    def __init__(
        self, config: TransformerConfig, tensors: Tensors, num_symbols: int, num_classes: int
    ) -> None:
        """Takes what `NumpyFullyConnected` takes."""
        self.config = config
        D = config.hidden_size
        self.embedding = tensors.take("embedding.weight", num_symbols, D)
        self.layers = [
            EncoderLayerWeights(
                self_attn=heads_weights(tensors, f"encoder.{i}.self_attn", D),
                **feed_forward_weights(tensors, f"encoder.{i}", D, config.feedforward_size),
                norm1=norm_weights(tensors, f"encoder.{i}.norm1", D),
                norm2=norm_weights(tensors, f"encoder.{i}.norm2", D),
            )
            for i in range(config.layers)
        ]
        self.norm = norm_weights(tensors, "norm", D)
        self.pool_weights = _pool_weights(config.pool, tensors, D, config.attention_size)
        self.output = linear_weights(tensors, "output", num_classes, D)
        tensors.finish()

    def read(
        self,
        symbols: Int[np.ndarray, "B T"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> Reading:
        D, N = self.config.hidden_size, self.config.num_heads
        place_TD = positions(symbols.shape[1], D, dtype=self.embedding.dtype)
        x = ops.affine(ops.embed("source", self.embedding, symbols), D**0.5, place_TD)
        for k, layer in enumerate(self.layers):
            x = ops.encoder_layer(f"encoder.{k}", x, layer, num_heads=N, lengths=lengths)
        x = ops.norm(x, self.norm)
        pooled_BD, weights_BT = ops.pool(self.config.pool, x, lengths, self.pool_weights)
        return Reading(ops.log_softmax(ops.linear(pooled_BD, self.output)), weights_BT)


def numpy_classifier(
    config: ClassifierConfig, tensors: Tensors, num_symbols: int, num_classes: int
) -> NumpyClassifier:
    """The network that the settings describe.

    Raises:
        FormatError: Settings and tensors do not fit together.
    """
    sizes: Any = (tensors, num_symbols, num_classes)
    if isinstance(config, FullyConnectedConfig):
        return NumpyFullyConnected(config, *sizes)
    if isinstance(config, RecurrentConfig):
        return NumpyRecurrent(config, *sizes)
    return NumpyTransformer(config, *sizes)


def _pool_weights(name: str, tensors: Tensors, size: int, width: int) -> PoolWeights | None:
    if name != "attention":
        return None
    return PoolWeights(
        weight_memory=tensors.take("pool.weight_memory", width, size),
        bias=tensors.take("pool.bias", width),
        weight_score=tensors.take("pool.weight_score", width),
    )
