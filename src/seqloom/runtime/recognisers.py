"""The two recognisers of speech in NumPy, made of the steps of `reference/`.

The equations are those of `models/ctc.py` and `models/listener.py`; the tests hold them against
each other. `NumpyCTC` also runs in pieces, its cells' states carried on; `NumpyListener` keeps the
contract of `decoding.Stepper`.
"""

from typing import Any

import numpy as np

from ..config.transcribe import CTCConfig, ListenConfig
from ..reference import attention_location, linear
from ..reference.attention_location import LocationWeights
from ..reference.functions import log_softmax
from ..shapes import Float, Int
from .cells import CELLS, STATES, both_ways, cell_weights
from .encoder_decoder import DecoderState, Encoded
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import linear_weights

States = tuple[Any, ...]  # of each layer, the lowest first


class NumpyCTC:
    """A trained `models.CTCRecogniser`, without torch."""

    def __init__(
        self, config: CTCConfig, tensors: Tensors, feature_size: int, symbols: int
    ) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            feature_size: F, numbers of one step.
            symbols: V, size of the vocabulary.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        self.cell = CELLS[config.cell][0]
        width = config.hidden_size * (2 if config.bidirectional else 1)
        self.layers = [
            _layer(config, tensors, "encoder.", n, width if n else feature_size)
            for n in range(config.layers)
        ]
        self.output = linear_weights(tensors, "output", symbols, width)
        tensors.finish()

    def __call__(
        self,
        features: Float[np.ndarray, "B T F"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> Float[np.ndarray, "B T V"]:
        """Log-probabilities of the symbols at each step, in nats."""
        x = ops.given("source", features)
        for k, directions in enumerate(self.layers):
            x, _ = both_ways(ops, f"encoder.{k}", self.cell, x, directions, lengths)
        return ops.log_softmax(ops.linear(x, self.output))

    def first(self) -> States:
        """The states before the first piece of one recording."""
        return tuple(self.cell.initial_state(1, directions[0]) for directions in self.layers)

    def advance(
        self, features: Float[np.ndarray, "T F"], states: States
    ) -> tuple[Float[np.ndarray, "T V"], States]:
        """One more piece of one recording; layers of one direction only."""
        x, after = features[None], []
        lengths = np.array([len(features)])
        for k, (directions, before) in enumerate(zip(self.layers, states, strict=True)):
            x, state = PLAIN.unroll(
                f"encoder.{k}", self.cell, x, directions[0], state=before, lengths=lengths
            )
            after.append(state)
        return log_softmax(linear.forward(x[0], self.output)), tuple(after)


class NumpyListener:
    """A trained `models.Listener`, without torch."""

    def __init__(
        self, config: ListenConfig, tensors: Tensors, feature_size: int, symbols: int
    ) -> None:
        """Takes what `NumpyCTC` takes."""
        E, H, M = config.embedding_size, config.hidden_size, 2 * config.hidden_size
        A, R = config.attention_size, config.filters
        self.cell, self.state_kind = CELLS[config.cell][0], STATES[config.cell]
        self.layers = [
            _layer(config, tensors, f"layers.{depth}.", 0, 2 * M if depth else feature_size)
            for depth in range(config.pyramid_layers + 1)
        ]
        self.embedding = tensors.take("embedding.weight", symbols, E)
        self.attention = LocationWeights(
            weight_query=tensors.take("attention.weight_query", A, H),
            weight_memory=tensors.take("attention.weight_memory", A, M),
            bias=tensors.take("attention.bias", A),
            weight_score=tensors.take("attention.weight_score", A),
            weight_filter=tensors.take("attention.weight_filter", R, 1, config.filter_width),
            weight_location=tensors.take("attention.weight_location", A, R),
        )
        self.decoder = cell_weights(config.cell, tensors, "cell.", "", E + M, H)
        self.initial = linear_weights(tensors, "initial", len(self.state_kind._fields) * H, M)
        self.readout = linear_weights(tensors, "readout", H, H + M + E)
        self.output = linear_weights(tensors, "output", symbols, H)
        tensors.finish()

    def start(
        self,
        source: Float[np.ndarray, "B S F"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> tuple[DecoderState, Encoded]:
        """Steps 1 to 3: hear padded recordings; return the first state and the memory."""
        x, ends = ops.given("source", source), list[Any]()
        for depth, directions in enumerate(self.layers):
            if depth:
                x, lengths = _halve(ops, x, lengths)
            x, ends = both_ways(ops, f"encoder.{depth}", self.cell, x, directions, lengths)
        summary_BM = ops.join(*(end.h for end in ends))
        first = ops.tanh(ops.linear(summary_BM, self.initial))
        parts = ops.split(first, len(self.state_kind._fields))
        keys = ops.project_memory(attention_location, x, lengths, self.attention)
        state = DecoderState((self.state_kind(*parts),), np.zeros(x.shape[:2], x.dtype))
        return state, Encoded(summary_BM, x, keys, lengths)

    def step(
        self,
        symbols: Int[np.ndarray, " B"],
        state: DecoderState,
        memory: Encoded,
        ops: Steps = PLAIN,
    ) -> tuple[Float[np.ndarray, "B V"], DecoderState]:
        """Steps 4 to 6: log-probabilities of the next symbol, in nats, and the new state."""
        embedded_BE = ops.embed("target", self.embedding, symbols)
        context_BM, weights_BS = ops.attend(
            "decoder",
            attention_location,
            state.layers[0].h,
            (memory.states_BSM, memory.keys, state.weights, memory.lengths),
            self.attention,
        )
        x = ops.join(embedded_BE, context_BM)
        after = ops.step("decoder.0", self.cell, x, state.layers[0], self.decoder)
        read = ops.join(after.h, context_BM, embedded_BE)
        logits_BV = ops.linear(ops.tanh(ops.linear(read, self.readout)), self.output)
        return ops.log_softmax(logits_BV), DecoderState((after,), weights_BS)


def _layer(
    config: CTCConfig | ListenConfig, tensors: Tensors, prefix: str, number: int, size: int
) -> list[Any]:
    """The weights of a layer, one or both directions."""
    both = not isinstance(config, CTCConfig) or config.bidirectional
    suffixes = [f"_l{number}", f"_l{number}_reverse"][: 2 if both else 1]
    return [
        cell_weights(config.cell, tensors, prefix, suffix, size, config.hidden_size)
        for suffix in suffixes
    ]


def _halve(ops: Steps, x_BSM: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours side by side, as `models.listener.halve`."""
    B, S, M = x_BSM.shape

    def there(x_BSM: np.ndarray) -> np.ndarray:
        padded = np.pad(x_BSM, ((0, 0), (0, S % 2), (0, 0)))
        return padded.reshape(B, (S + 1) // 2, 2 * M)

    def back(d_BSM: np.ndarray) -> np.ndarray:
        return d_BSM.reshape(B, S + S % 2, M)[:, :S]

    return ops.move(x_BSM, there, back), (lengths + 1) // 2
