"""The recurrent encoder-decoder in NumPy, made of the steps of `reference/`.

The six steps are those of `models/encoder_decoder.py`, which also names the letters; the tests hold
the two against each other. It keeps the contract of `decoding.Stepper`.
"""

from typing import Any, NamedTuple

import numpy as np

from ..config.transduce import RecurrentConfig
from ..reference import attention, attention_luong, gru, linear, lstm, rnn
from ..reference.functions import log_softmax
from ..reference.linear import LinearWeights
from ..reference.unroll import unroll
from ..shapes import Float, Int
from .tensors import Tensors

_CELLS: dict[str, tuple[Any, Any, int]] = {
    "rnn": (rnn, rnn.RNNWeights, 1),
    "lstm": (lstm, lstm.LSTMWeights, 4),
    "gru": (gru, gru.GRUWeights, 3),
}
_STATES: dict[str, Any] = {"rnn": rnn.RNNState, "lstm": lstm.LSTMState, "gru": gru.GRUState}


class Encoded(NamedTuple):
    """What the encoder leaves behind; the last three are `None` when the link is `context`."""

    summary_BM: Float[np.ndarray, "B M"]
    states_BSM: Float[np.ndarray, "B S M"] | None
    keys: Float[np.ndarray, "B S K"] | None
    lengths: Int[np.ndarray, " B"] | None


class DecoderState(NamedTuple):
    """Cell states, the lowest layer first, and the last step's attention weights."""

    layers: tuple[Any, ...]
    weights: Float[np.ndarray, "B S"] | None


class NumpyEncoderDecoder:
    """A trained `models.EncoderDecoder`, without torch."""

    def __init__(
        self, config: RecurrentConfig, tensors: Tensors, source_symbols: int, target_symbols: int
    ) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            source_symbols: Size of the source vocabulary.
            target_symbols: V, size of the target vocabulary.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        self.config = config
        E, H = config.embedding_size, config.hidden_size
        M = H * (2 if config.bidirectional else 1)
        take = tensors.take
        self.source_embedding = take("source_embedding.weight", source_symbols, E)
        self.target_embedding = take("target_embedding.weight", target_symbols, E)
        self.encoder = []
        for layer in range(config.encoder_layers):
            size = E if layer == 0 else M
            suffixes = [f"_l{layer}", f"_l{layer}_reverse"][: M // H]
            self.encoder.append(
                [_cell(config.encoder_cell, tensors, "encoder.", s, size, H) for s in suffixes]
            )
        self.decoder = [
            _cell(config.decoder_cell, tensors, f"cells.{i}.", "", E + M if i == 0 else H, H)
            for i in range(config.decoder_layers)
        ]
        self.state_kind = _STATES[config.decoder_cell]
        self.num_states = config.decoder_layers * len(self.state_kind._fields)
        self.initial = _linear(tensors, "initial", self.num_states * H, M)
        self.readout = _linear(tensors, "readout", H, H + M + E)
        self.output = _linear(tensors, "output", target_symbols, H)
        self.attention: Any = None
        self.attention_weights: Any = None
        if config.link == "attention" and config.attention == "additive":
            A = config.attention_size
            self.attention = attention
            self.attention_weights = attention.AdditiveWeights(
                weight_query=take("attention.weight_query", A, H),
                weight_memory=take("attention.weight_memory", A, M),
                bias=take("attention.bias", A),
                weight_score=take("attention.weight_score", A),
            )
        elif config.link == "attention":
            general = config.attention == "general"
            self.attention = attention_luong
            self.attention_weights = attention_luong.LuongWeights(
                weight=take("attention.weight", H, M) if general else None
            )
        tensors.finish()

    def start(
        self, source: Int[np.ndarray, "B S"], lengths: Int[np.ndarray, " B"]
    ) -> tuple[DecoderState, Encoded]:
        """Steps 1 and 2: read padded sources; return the first state and the memory."""
        x = self.source_embedding[source]
        cell = _CELLS[self.config.encoder_cell][0]
        for directions in self.encoder:
            forward, last, _ = unroll(cell, x, directions[0], lengths=lengths)
            outputs, lasts = [forward], [last.h]
            if len(directions) > 1:
                backward, last, _ = unroll(
                    cell, _reversed(x, lengths), directions[1], lengths=lengths
                )
                outputs.append(_reversed(backward, lengths))
                lasts.append(last.h)
            x = np.concatenate(outputs, axis=-1)
        summary_BM = np.concatenate(lasts, axis=-1)
        first = np.tanh(linear.forward(summary_BM, self.initial))
        parts = np.split(first, self.num_states, axis=-1)
        fields = len(self.state_kind._fields)
        layers = tuple(
            self.state_kind(*parts[i : i + fields]) for i in range(0, self.num_states, fields)
        )
        if self.attention is None:
            memory = Encoded(summary_BM, None, None, None)
            return DecoderState(layers, None), memory
        keys = self.attention.project_memory(x, self.attention_weights)
        weights_BS = np.zeros(source.shape, x.dtype)
        return DecoderState(layers, weights_BS), Encoded(summary_BM, x, keys, lengths)

    def step(
        self, symbols: Int[np.ndarray, " B"], state: DecoderState, memory: Encoded
    ) -> tuple[Float[np.ndarray, "B V"], DecoderState]:
        """Steps 3 to 6: log-probabilities of the next symbol, in nats, and the new state."""
        embedded_BE = self.target_embedding[symbols]
        context_BM, weights_BS = memory.summary_BM, None
        if self.attention is not None:
            context_BM, weights_BS, _ = self.attention.attend(
                state.layers[-1].h,
                memory.states_BSM,
                memory.keys,
                memory.lengths,
                self.attention_weights,
            )
        x = np.concatenate([embedded_BE, context_BM], axis=-1)
        cell = _CELLS[self.config.decoder_cell][0]
        layers = []
        for weights, before in zip(self.decoder, state.layers, strict=True):
            after, _ = cell.step(x, before, weights)
            layers.append(after)
            x = after.h
        read = np.concatenate([x, context_BM, embedded_BE], axis=-1)
        logits_BV = linear.forward(np.tanh(linear.forward(read, self.readout)), self.output)
        return log_softmax(logits_BV), DecoderState(tuple(layers), weights_BS)


def _cell(
    name: str, tensors: Tensors, prefix: str, suffix: str, input_size: int, hidden_size: int
) -> Any:
    _, kind, num_gates = _CELLS[name]
    rows = num_gates * hidden_size
    return kind(
        weight_ih=tensors.take(f"{prefix}weight_ih{suffix}", rows, input_size),
        weight_hh=tensors.take(f"{prefix}weight_hh{suffix}", rows, hidden_size),
        bias_ih=tensors.take(f"{prefix}bias_ih{suffix}", rows),
        bias_hh=tensors.take(f"{prefix}bias_hh{suffix}", rows),
    )


def _linear(tensors: Tensors, name: str, rows: int, columns: int) -> LinearWeights:
    return LinearWeights(
        weight=tensors.take(f"{name}.weight", rows, columns),
        bias=tensors.take(f"{name}.bias", rows),
    )


def _reversed(x_BSI: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Each sequence back to front, its padding left where it is."""
    steps = np.arange(x_BSI.shape[1])
    ends = lengths[:, None]
    order_BS = np.where(steps < ends, ends - 1 - steps, steps)
    return np.take_along_axis(x_BSI, order_BS[:, :, None], axis=1)
