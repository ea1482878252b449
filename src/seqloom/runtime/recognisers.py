"""The two recognisers of speech in NumPy, made of the steps of `reference/`.

The equations are those of `models/ctc.py` and `models/listener.py`; the tests hold them against
each other. `NumpyCTC` also runs in pieces, its cells' states carried on; `NumpyListener` keeps the
contract of `decoding.Stepper`.
"""

from typing import Any

import numpy as np

from ..config.transcribe import CTCConfig, ListenConfig
from ..reference import attention_location, linear, trees
from ..reference.attention_location import LocationWeights
from ..reference.functions import log_softmax, real_steps
from ..shapes import Float, Int
from .cells import CELLS, STATES, cell_weights, reversed_steps
from .encoder_decoder import DecoderState, Encoded
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
        self, features: Float[np.ndarray, "B T F"], lengths: Int[np.ndarray, " B"]
    ) -> Float[np.ndarray, "B T V"]:
        """Log-probabilities of the symbols at each step, in nats."""
        x = features
        for directions in self.layers:
            x, _ = _run_layer(self.cell, x, directions, lengths)
        return log_softmax(linear.forward(x, self.output))

    def first(self) -> States:
        """The states before the first piece of one recording."""
        return tuple(self.cell.initial_state(1, directions[0]) for directions in self.layers)

    def advance(
        self, features: Float[np.ndarray, "T F"], states: States
    ) -> tuple[Float[np.ndarray, "T V"], States]:
        """One more piece of one recording; layers of one direction only."""
        x, after = features[None], []
        lengths = np.array([len(features)])
        for directions, state in zip(self.layers, states, strict=True):
            x, state = _run(self.cell, x, directions[0], state, lengths)
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
        self, source: Float[np.ndarray, "B S F"], lengths: Int[np.ndarray, " B"]
    ) -> tuple[DecoderState, Encoded]:
        """Steps 1 to 3: hear padded recordings; return the first state and the memory."""
        x, ends = source, list[Any]()
        for depth, directions in enumerate(self.layers):
            if depth:
                x, lengths = _halve(x, lengths)
            x, ends = _run_layer(self.cell, x, directions, lengths)
        summary_BM = np.concatenate([end[0] for end in ends], axis=-1)
        first = np.tanh(linear.forward(summary_BM, self.initial))
        parts = np.split(first, len(self.state_kind._fields), axis=-1)
        keys = attention_location.project_memory(x, self.attention)
        state = DecoderState((self.state_kind(*parts),), np.zeros(x.shape[:2], x.dtype))
        return state, Encoded(summary_BM, x, keys, lengths)

    def step(
        self, symbols: Int[np.ndarray, " B"], state: DecoderState, memory: Encoded
    ) -> tuple[Float[np.ndarray, "B V"], DecoderState]:
        """Steps 4 to 6: log-probabilities of the next symbol, in nats, and the new state."""
        embedded_BE = self.embedding[symbols]
        assert memory.states_BSM is not None and memory.keys is not None  # noqa: PT018
        assert state.weights is not None
        context_BM, weights_BS, _ = attention_location.attend(
            state.layers[0].h,
            memory.states_BSM,
            memory.keys,
            state.weights,
            memory.lengths,
            self.attention,
        )
        x = np.concatenate([embedded_BE, context_BM], axis=-1)
        after, _ = self.cell.step(x, state.layers[0], self.decoder)
        read = np.concatenate([after.h, context_BM, embedded_BE], axis=-1)
        logits_BV = linear.forward(np.tanh(linear.forward(read, self.readout)), self.output)
        return log_softmax(logits_BV), DecoderState((after,), weights_BS)


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


def _run_layer(
    cell: Any, x: np.ndarray, directions: list[Any], lengths: np.ndarray
) -> tuple[np.ndarray, list[Any]]:
    """A layer over whole recordings: its outputs, and each direction's last state."""
    outputs, ends = [], []
    for reverse, weights in enumerate(directions):
        given = reversed_steps(x, lengths) if reverse else x
        out, end = _run(cell, given, weights, cell.initial_state(len(x), weights), lengths)
        outputs.append(reversed_steps(out, lengths) if reverse else out)
        ends.append(end)
    return np.concatenate(outputs, axis=-1), ends


def _run(
    cell: Any, x_BTI: np.ndarray, weights: Any, state: Any, lengths: np.ndarray
) -> tuple[np.ndarray, Any]:
    """`reference.unroll` that keeps nothing for a way back: an hour of sound fits in memory."""
    B, T, _ = x_BTI.shape
    real_BT = real_steps(lengths, B, T)
    outputs_BTH = np.zeros((B, T, weights.weight_hh.shape[1]), x_BTI.dtype)
    for t in range(T):
        real_B1 = real_BT[:, t, None]
        new, _ = cell.step(x_BTI[:, t], state, weights)
        state = trees.map_arrays(lambda a, b, real=real_B1: np.where(real, a, b), new, state)
        outputs_BTH[:, t] = np.where(real_B1, state[0], 0.0)
    return outputs_BTH, state


def _halve(x_BSM: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours side by side, as `models.listener.halve`."""
    B, S, M = x_BSM.shape
    x_BSM = np.pad(x_BSM, ((0, 0), (0, S % 2), (0, 0)))
    return x_BSM.reshape(B, (S + 1) // 2, 2 * M), (lengths + 1) // 2
