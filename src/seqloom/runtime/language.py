"""The three language models in NumPy, made of the steps of `reference/`.

The counterparts of `models/recurrent_language.py`, `transformer_language.py` and
`window_language.py`, which have the equations and name the letters; the tests hold the two against
each other. They keep the contract of `decoding.TextModel`; given a `Tape` as `ops`, they can be
played backward.
"""

import abc
from typing import Any, NamedTuple, final

import numpy as np

from ..config.generate import ModelConfig, RecurrentConfig, TransformerConfig, WindowConfig
from ..data.vocabulary import PAD
from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from ..reference.multi_head import KeyValue
from ..reference.transformer import EncoderLayerWeights, initial_cache
from ..reference.transformer_parts import recency
from ..shapes import Float, Int
from .cells import CELLS, cell_weights
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import feed_forward_weights, heads_weights, linear_weights, norm_weights


class RecurrentState(NamedTuple):
    """Per layer the state of its cell."""

    layers: tuple[Any, ...]


class CacheState(NamedTuple):
    """Per layer the keys and values of the last positions, at most c - 1 of them."""

    layers: tuple[KeyValue, ...]


class WindowState(NamedTuple):
    """The last n - 1 symbols."""

    symbols: Int[np.ndarray, "B n"]


class _Language(abc.ABC):
    """What the three share."""

    def step(self, symbols: Int[np.ndarray, " B"], state: Any) -> tuple[np.ndarray, Any]:
        """Read one symbol per text; return log-probabilities `(B, V)`, in nats, and the state."""
        log_probs, state = self.forward(symbols[:, None], state)
        return log_probs[:, 0], state

    @abc.abstractmethod
    def initial_state(self, batch_size: int) -> Any:
        """The state before the first symbol."""

    @abc.abstractmethod
    def forward(
        self, symbols: Int[np.ndarray, "B T"], state: Any, ops: Steps = PLAIN
    ) -> tuple[np.ndarray, Any]:
        """Read symbols; return log-probabilities `(B, T, V)`, in nats, and the state."""


@final
class NumpyRecurrentLanguage(_Language):
    """A trained `models.RecurrentLanguage`, without torch."""

    def __init__(self, config: RecurrentConfig, tensors: Tensors, num_symbols: int) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            num_symbols: V, size of the vocabulary.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        E, H = config.embedding_size, config.hidden_size
        self.cell = CELLS[config.cell][0]
        self.embedding = tensors.take("embedding.weight", num_symbols, E)
        self.layers = [
            cell_weights(config.cell, tensors, f"layers.{k}.", "_l0", E if k == 0 else H, H)
            for k in range(config.layers)
        ]
        self.norms: list[NormWeights | None] = [
            norm_weights(tensors, f"norms.{k}", H) if config.layer_norm else None
            for k in range(config.layers)
        ]
        tied = config.tie_weights
        self.tied = tensors.take("tied.weight", E, H) if tied and E != H else None
        output = self.embedding if tied else tensors.take("output.weight", num_symbols, H)
        self.output = LinearWeights(output, tensors.take("output_bias", num_symbols))
        tensors.finish()

    def initial_state(self, batch_size: int) -> RecurrentState:
        return RecurrentState(tuple(self.cell.initial_state(batch_size, w) for w in self.layers))

    def forward(
        self, symbols: Int[np.ndarray, "B T"], state: RecurrentState, ops: Steps = PLAIN
    ) -> tuple[Float[np.ndarray, "B T V"], RecurrentState]:
        x = ops.embed("source", self.embedding, symbols)  # 1
        after = []
        for k, (weights, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            before = state.layers[k]
            x, last = ops.unroll(f"layers.{k}", self.cell, x, weights, state=before)  # 2
            after.append(last)
            x = x if norm is None else ops.norm(x, norm)
        x = x if self.tied is None else ops.project(x, self.tied)
        return ops.log_softmax(ops.linear(x, self.output)), RecurrentState(tuple(after))  # 3


@final
class NumpyTransformerLanguage(_Language):
    """A trained `models.TransformerLanguage`, without torch."""

    def __init__(self, config: TransformerConfig, tensors: Tensors, num_symbols: int) -> None:
        """Takes what `NumpyRecurrentLanguage` takes."""
        self.config = config
        D = config.hidden_size
        self.embedding = tensors.take("embedding.weight", num_symbols, D)
        self.layers = [
            EncoderLayerWeights(
                self_attn=heads_weights(tensors, f"layers.{k}.self_attn", D),
                **feed_forward_weights(tensors, f"layers.{k}", D, config.feedforward_size),
                norm1=norm_weights(tensors, f"layers.{k}.norm1", D),
                norm2=norm_weights(tensors, f"layers.{k}.norm2", D),
            )
            for k in range(config.layers)
        ]
        self.norm = norm_weights(tensors, "norm", D)
        self.output = LinearWeights(self.embedding, tensors.take("output_bias", num_symbols))
        tensors.finish()

    def initial_state(self, batch_size: int) -> CacheState:
        N = self.config.num_heads
        return CacheState(
            tuple(initial_cache(batch_size, w.self_attn, num_heads=N) for w in self.layers)
        )

    def forward(
        self, symbols: Int[np.ndarray, "B T"], state: CacheState, ops: Steps = PLAIN
    ) -> tuple[Float[np.ndarray, "B T V"], CacheState]:
        config, T = self.config, symbols.shape[1]
        scale = self.embedding.dtype.type(config.hidden_size**0.5)
        x = ops.affine(ops.embed("source", self.embedding, symbols), scale, 0.0)  # 1
        seen = state.layers[0].key.shape[2] + T
        bias_NTS = recency(T, seen, config.num_heads, context=config.context, dtype=x.dtype)
        first = max(0, seen - config.context + 1)
        after = []
        for k, (weights, past) in enumerate(zip(self.layers, state.layers, strict=True)):
            x, cache = ops.advance(f"layers.{k}", x, past, weights, bias_NTS)  # 2
            after.append(KeyValue(*(part[:, :, first:] for part in cache)))
        x = ops.norm(x, self.norm)
        return ops.log_softmax(ops.linear(x, self.output)), CacheState(tuple(after))  # 3


@final
class NumpyWindowLanguage(_Language):
    """A trained `models.WindowLanguage`, without torch."""

    def __init__(self, config: WindowConfig, tensors: Tensors, num_symbols: int) -> None:
        """Takes what `NumpyRecurrentLanguage` takes."""
        self.window = config.window
        E, H = config.embedding_size, config.hidden_size
        self.embedding = tensors.take("embedding.weight", num_symbols, E)
        self.hidden = linear_weights(tensors, "hidden", H, config.window * E)
        self.output = linear_weights(tensors, "output", num_symbols, H)
        tensors.finish()

    def initial_state(self, batch_size: int) -> WindowState:
        return WindowState(np.full((batch_size, self.window - 1), PAD, np.int64))

    def forward(
        self, symbols: Int[np.ndarray, "B T"], state: WindowState, ops: Steps = PLAIN
    ) -> tuple[Float[np.ndarray, "B T V"], WindowState]:
        T = symbols.shape[1]
        seen = np.concatenate([state.symbols, symbols], axis=1)
        before = ops.embed("before", self.embedding, state.symbols)
        embedded = ops.join(before, ops.embed("source", self.embedding, symbols), axis=1)
        x = ops.join(*(_window(ops, embedded, i, T) for i in range(self.window)))  # 1
        h = ops.kept("hidden", ops.tanh(ops.linear(x, self.hidden)))  # 2
        return ops.log_softmax(ops.linear(h, self.output)), WindowState(seen[:, T:])  # 3


def _window(ops: Steps, x_BSE: np.ndarray, first: int, steps: int) -> np.ndarray:
    """`steps` positions from `first` on."""

    def back(d_BTE: np.ndarray) -> np.ndarray:
        d_BSE = np.zeros_like(x_BSE)
        d_BSE[:, first : first + steps] = d_BTE
        return d_BSE

    return ops.move(x_BSE, lambda x: x[:, first : first + steps], back)


def numpy_language(
    config: ModelConfig, tensors: dict[str, np.ndarray], num_symbols: int
) -> NumpyRecurrentLanguage | NumpyTransformerLanguage | NumpyWindowLanguage:
    """The network of the settings.

    Raises:
        FormatError: Settings and tensors do not fit together.
    """
    given = Tensors(tensors)
    if isinstance(config, RecurrentConfig):
        return NumpyRecurrentLanguage(config, given, num_symbols)
    if isinstance(config, TransformerConfig):
        return NumpyTransformerLanguage(config, given, num_symbols)
    return NumpyWindowLanguage(config, given, num_symbols)
