"""The recurrent encoder-decoder in NumPy, made of the steps of `reference/`.

The six steps are those of `models/encoder_decoder.py`, which also names the letters; the tests hold
the two against each other. It keeps the contract of `decoding.Stepper`; given a `Tape` as `ops`,
it can be played backward.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..config.transduce import RecurrentConfig
from ..reference import attention, attention_luong
from ..shapes import Float, Int
from .cells import CELLS, STATES, both_ways, cell_weights
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import linear_weights


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
                [
                    cell_weights(config.encoder_cell, tensors, "encoder.", s, size, H)
                    for s in suffixes
                ]
            )
        self.decoder = [
            cell_weights(config.decoder_cell, tensors, f"cells.{i}.", "", E + M if i == 0 else H, H)
            for i in range(config.decoder_layers)
        ]
        self.state_kind = STATES[config.decoder_cell]
        self.num_states = config.decoder_layers * len(self.state_kind._fields)
        self.initial = linear_weights(tensors, "initial", self.num_states * H, M)
        self.readout = linear_weights(tensors, "readout", H, H + M + E)
        self.output = linear_weights(tensors, "output", target_symbols, H)
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
        self,
        source: Int[np.ndarray, "B S"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> tuple[DecoderState, Encoded]:
        """Steps 1 and 2: read padded sources; return the first state and the memory."""
        x = ops.embed("source", self.source_embedding, source)
        cell = CELLS[self.config.encoder_cell][0]
        lasts: list[Any] = []
        for k, directions in enumerate(self.encoder):
            x, lasts = both_ways(ops, f"encoder.{k}", cell, x, directions, lengths)
        summary_BM = ops.join(*(last.h for last in lasts))
        parts = ops.split(ops.tanh(ops.linear(summary_BM, self.initial)), self.num_states)
        fields = len(self.state_kind._fields)
        layers = tuple(
            self.state_kind(*parts[i : i + fields]) for i in range(0, self.num_states, fields)
        )
        if self.attention is None:
            memory = Encoded(summary_BM, None, None, None)
            return DecoderState(layers, None), memory
        keys = ops.project_memory(self.attention, x, lengths, self.attention_weights)
        weights_BS = np.zeros(source.shape, x.dtype)
        return DecoderState(layers, weights_BS), Encoded(summary_BM, x, keys, lengths)

    def step(
        self,
        symbols: Int[np.ndarray, " B"],
        state: DecoderState,
        memory: Encoded,
        ops: Steps = PLAIN,
        *,
        given: Mapping[int, float] | None = None,
    ) -> tuple[Float[np.ndarray, "B V"], DecoderState]:
        """Steps 3 to 6: log-probabilities of the next symbol, in nats, and the new state.

        Args:
            symbols: The last symbols.
            state: From the step before.
            memory: From `start`.
            ops: The steps it is made of.
            given: Attention weights by source step, which replace the network's own.
        """
        embedded_BE = ops.embed("target", self.target_embedding, symbols)
        context_BM, weights_BS = memory.summary_BM, None
        states_BSM = memory.states_BSM
        if states_BSM is not None:
            context_BM, weights_BS = ops.attend(
                "decoder",
                self.attention,
                state.layers[-1].h,
                (states_BSM, memory.keys, memory.lengths),
                self.attention_weights,
            )
            if given:
                context_BM, weights_BS = ops.reweigh("decoder", weights_BS, states_BSM, given)
        x = ops.join(embedded_BE, context_BM)
        cell = CELLS[self.config.decoder_cell][0]
        layers = []
        for k, (weights, before) in enumerate(zip(self.decoder, state.layers, strict=True)):
            layers.append(ops.step(f"decoder.{k}", cell, x, before, weights))
            x = layers[-1].h
        read = ops.join(x, context_BM, embedded_BE)
        logits_BV = ops.linear(ops.tanh(ops.linear(read, self.readout)), self.output)
        return ops.log_softmax(logits_BV), DecoderState(tuple(layers), weights_BS)
