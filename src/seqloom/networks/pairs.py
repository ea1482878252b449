"""The two networks of `transduce`: a recurrent encoder-decoder and a Transformer.

The equations are those of `models/encoder_decoder.py` and `models/transformer.py`, which also name
the letters; the tests hold them against each other. Both keep the contract of `decoding.Stepper`.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol, final, runtime_checkable

from ..config.transduce import RecurrentPairsConfig, TransformerPairsConfig
from ..reference.linear import LinearWeights
from ..reference.multi_head import KeyValue
from .network import EntryPoint, Network, Slot, both_ways, cell_state, lengths, symbols
from .ops import STATES, Value, Values, Weights
from .weights import STATE_ARRAYS, Size, WeightTable


class SourceStates(NamedTuple):
    """What an encoder makes of sources: states `(B, S, M)`, and a vector of each, `(B, M)`."""

    states: Value
    summary: Value


class PairMemory(NamedTuple):
    """What an encoder leaves behind; the last three are `None` when the link is `context`.

    Attributes:
        summary: Last states, `(B, M)`.
        states: `(B, S, M)`.
        keys: The states as the attention's scores want them, `(B, S, A)`.
        lengths: Real steps per sequence.
    """

    summary: Value
    states: Value | None
    keys: Value | None
    lengths: Value | None


class PairState(NamedTuple):
    """Cell states, the lowest layer first, and the last step's attention weights `(B, S)`."""

    layers: tuple[Values, ...]
    weights: Value | None


@final
class RecurrentPairs(Network):
    """Two recurrent stacks and the link between them."""

    def __init__(self, config: RecurrentPairsConfig, sizes: Mapping[str, int]) -> None:
        """
        Args:
            config: The network's settings.
            sizes: Vs and Vt, symbols of source and target.
        """
        self.config = config
        M, cell = config.hidden_size * (1 + config.bidirectional), config.decoder_cell
        self.num_states = config.decoder_layers * STATE_ARRAYS[cell]
        t = self.table = WeightTable(
            {
                "Vs": Size(sizes["Vs"], "source symbols"),
                "Vt": Size(sizes["Vt"], "target symbols"),
                "M": Size(M, "size of an encoder state"),
                "layers": Size(self.num_states, "arrays of the decoder's state, all layers"),
                "E": Size(config.embedding_size, "size of a symbol's vector"),
                "H": Size(config.hidden_size, "size of a state"),
                "A": Size(config.attention_size, "width of the attention"),
            }
        )
        self.attention = config.attention if config.link == "attention" else None
        self.source_embedding = t.embedding("source_embedding", "Vs", "E", "source symbol")
        self.encoder = t.layers(
            config.encoder_cell,
            config.encoder_layers,
            *("E", "M", "a source symbol"),
            both=config.bidirectional,
        )
        first = "from the encoder's last state to the decoder's first"
        self.initial = t.linear("initial", "layers H", "M", first)
        self.target_embedding = t.embedding("target_embedding", "Vt", "E", "target symbol")
        self.attention_weights: Weights = None
        if self.attention == "additive":
            self.attention_weights = t.additive()
        elif self.attention is not None:
            self.attention_weights = t.luong(general=self.attention == "general")
        reads = "what the last output symbol and the context"
        self.decoder = tuple(
            t.cell(cell, f"cells.{k}.", "", "H", "what the layer below")
            if k
            else t.cell(cell, "cells.0.", "", "E + M", reads)
            for k in range(config.decoder_layers)
        )
        joins = "joins decoder state, context and last symbol"
        self.readout = t.linear("readout", "H", "H + M + E", joins)
        does = "from there to a score for each target symbol"
        self.output = t.linear("output", "Vt", "H", does)

    def entries(self) -> dict[str, EntryPoint]:
        H, M = (self.table.sizes[letter].number for letter in "HM")
        A = self.table.sizes["A"].number if self.attention == "additive" else H
        one, links = cell_state(self.config.decoder_cell, H), self.attention is not None
        state = PairState((one,) * len(self.decoder), Slot(("B", "S")) if links else None)
        memory = PairMemory(
            Slot(("B", M)),
            Slot(("B", "S", M)) if links else None,
            Slot(("B", "S", A)) if links else None,
            lengths() if links else None,
        )
        start = {"source": symbols("B", "S"), "lengths": lengths()}
        step = {"symbols": symbols("B"), "state": state, "memory": memory}
        return {
            "start": EntryPoint(self.start, start, ("state", "memory")),
            "step": EntryPoint(self.step, step, ("log_probabilities", "state")),
        }

    def start(self, source: Value, lengths: Value) -> tuple[PairState, PairMemory]:
        """Steps 1 and 2: read padded sources; return the first state and the memory."""
        ops = self.ops
        x, summary_BM = self.encode(source, lengths)
        first = ops.tanh(ops.linear(summary_BM, self.initial))
        layers = states_of(self.config.decoder_cell, ops.split(first, self.num_states))
        if self.attention is None:
            return PairState(layers, None), PairMemory(summary_BM, None, None, None)
        keys = ops.project_memory(self.attention, x, lengths, self.attention_weights)
        return PairState(layers, ops.zeros(x)), PairMemory(summary_BM, x, keys, lengths)

    def encode(self, source: Value, lengths: Value) -> SourceStates:
        """Step 1: read padded sources."""
        ops = self.ops
        x = ops.embed("source", self.source_embedding, source)
        ends: list[Value] = []
        for k, directions in enumerate(self.encoder):
            cell = self.config.encoder_cell
            x, ends = both_ways(ops, f"encoder.{k}", cell, x, directions, lengths)
        return SourceStates(x, ops.join(*ends) if len(ends) > 1 else ends[0])

    def step(self, symbols: Value, state: PairState, memory: PairMemory) -> tuple[Value, PairState]:
        """Steps 3 to 6: log-probabilities of the next symbol, in nats, and the new state.

        Args:
            symbols: The last symbols.
            state: From the step before.
            memory: From `start`.
        """
        ops = self.ops
        embedded_BE = ops.embed("target", self.target_embedding, symbols)
        context_BM, weights_BS = memory.summary, None
        if self.attention is not None:
            context_BM, weights_BS = ops.attend(
                "decoder",
                self.attention,
                state.layers[-1].h,
                *(memory.states, memory.keys, memory.lengths),
                self.attention_weights,
            )
        x = ops.join(embedded_BE, context_BM)
        cell, layers = self.config.decoder_cell, []
        for k, (weights, before) in enumerate(zip(self.decoder, state.layers, strict=True)):
            layers.append(ops.step(f"decoder.{k}", cell, x, before, weights))
            x = layers[-1].h
        read = ops.join(x, context_BM, embedded_BE)
        logits_BV = ops.linear(ops.tanh(ops.linear(read, self.readout)), self.output)
        return ops.log_softmax(logits_BV), PairState(tuple(layers), weights_BS)


class HeadsMemory(NamedTuple):
    """Keys and values of the sources, one pair per decoder layer, and the sources' lengths."""

    layers: tuple[KeyValue, ...]
    lengths: Value


class HeadsState(NamedTuple):
    """Keys and values of the positions so far, one pair per layer."""

    layers: tuple[KeyValue, ...]


@final
class TransformerPairs(Network):
    """An encoder and a decoder of Transformer layers."""

    def __init__(self, config: TransformerPairsConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `RecurrentPairs` takes."""
        self.config = config
        t = self.table = WeightTable(
            {
                "Vs": Size(sizes["Vs"], "source symbols"),
                "Vt": Size(sizes["Vt"], "target symbols"),
                **transformer_sizes(config),
            }
        )
        self.source_embedding = t.embedding("source_embedding", "Vs", "D", "source symbol")
        self.encoder = tuple(t.encoder_layer(f"encoder.{k}") for k in range(config.encoder_layers))
        self.encoder_norm = t.norm("encoder_norm", "D")
        self.target_embedding = t.embedding(
            "target_embedding", "Vt", "D", "target symbol", "; the output matrix too"
        )
        self.decoder = tuple(t.decoder_layer(f"decoder.{k}") for k in range(config.decoder_layers))
        self.decoder_norm = t.norm("decoder_norm", "D")
        bias = t.take("output_bias", "Vt", does="a constant for each target symbol")
        self.output = LinearWeights(self.target_embedding, bias)

    def entries(self) -> dict[str, EntryPoint]:
        source = {"source": symbols("B", "S"), "lengths": lengths()}
        forward = {**source, "before": symbols("B", "T")}
        layers = len(self.decoder)
        state = HeadsState((past(self.config, "P"),) * layers)
        memory = HeadsMemory((past(self.config, "S"),) * layers, lengths())
        step = {"symbols": symbols("B"), "state": state, "memory": memory}
        return {
            "read": EntryPoint(self.read, source, ("memory",)),
            "step": EntryPoint(self.step, step, ("log_probabilities", "state")),
            "forward": EntryPoint(self.forward, forward, ("log_probabilities",)),
        }

    def start(self, source: Value, lengths: Value) -> tuple[HeadsState, HeadsMemory]:
        """Read padded sources; return the first state, of no steps, and the memory."""
        state = self.entries()["step"].arguments["state"]
        return self.zeros(state, len(source)), self.read(source, lengths)

    def read(self, source: Value, lengths: Value) -> HeadsMemory:
        """The memory of padded sources."""
        x, N = self._encode(source, lengths), self.config.num_heads
        return HeadsMemory(
            tuple(
                self.ops.project_heads(x, lengths, layer.multihead_attn, num_heads=N)
                for layer in self.decoder
            ),
            lengths,
        )

    def step(
        self, symbols: Value, state: HeadsState, memory: HeadsMemory
    ) -> tuple[Value, HeadsState]:
        """Log-probabilities of the next symbol, in nats, and the new state."""
        ops = self.ops
        embedded = ops.new_axis(ops.embed("target", self.target_embedding, symbols))
        x = ops.flat(ops.place(ops.scale(embedded, self._factor), state.layers[0].key))
        after = []
        for k, layer in enumerate(self.decoder):
            name, known = f"decoder.{k}", memory.layers[k]
            x, cache = ops.decoder_step(name, x, state.layers[k], known, memory.lengths, layer)
            after.append(cache)
        return self._say(x), HeadsState(tuple(after))

    def forward(self, source: Value, lengths: Value, before: Value) -> Value:
        """Log-probabilities `(B, T, V)` along given outputs, all steps at once.

        Args:
            source: Padded sources.
            lengths: Real symbols per source.
            before: For each step the symbol before it, `BOS` at the first.
        """
        ops, N = self.ops, self.config.num_heads
        memory = self._encode(source, lengths)
        x = self._embed("target", self.target_embedding, before)
        for k, layer in enumerate(self.decoder):
            name = f"decoder.{k}"
            x = ops.decoder_layer(name, x, memory, layer, num_heads=N, lengths=lengths)
        return self._say(x)

    def encode(self, source: Value, lengths: Value) -> SourceStates:
        """Read padded sources; a source's vector is the mean of its states."""
        x = self._encode(source, lengths)
        return SourceStates(x, self.ops.pool("mean", x, lengths))

    def _encode(self, source: Value, lengths: Value) -> Value:
        ops, N = self.ops, self.config.num_heads
        x = self._embed("source", self.source_embedding, source)
        for k, layer in enumerate(self.encoder):
            x = ops.encoder_layer(f"encoder.{k}", x, layer, num_heads=N, lengths=lengths)
        return ops.norm(x, self.encoder_norm)

    def _embed(self, name: str, embedding: Weights, symbols: Value) -> Value:
        ops = self.ops
        return ops.place(ops.scale(ops.embed(name, embedding, symbols), self._factor))

    def _say(self, x: Value) -> Value:
        ops = self.ops
        return ops.log_softmax(ops.linear(ops.norm(x, self.decoder_norm), self.output))

    @property
    def _factor(self) -> float:
        return float(self.config.hidden_size**0.5)


@runtime_checkable
class Heads(Protocol):
    """Settings of Transformer layers."""

    @property
    def hidden_size(self) -> int: ...

    @property
    def num_heads(self) -> int: ...

    @property
    def feedforward_size(self) -> int: ...


def transformer_sizes(config: Heads) -> dict[str, Size]:
    """Letters of Transformer layers."""
    return {
        "D": Size(config.hidden_size, "size of a place"),
        "N": Size(config.num_heads, "attention heads"),
        "inner": Size(config.feedforward_size, "width inside the feed-forward part"),
    }


def past(config: Heads, steps: str) -> KeyValue:
    """Slots of the keys and values of some steps."""
    N = config.num_heads
    slot: Value = Slot(("B", N, steps, config.hidden_size // N))
    return KeyValue(slot, slot)


def states_of(cell: str, parts: tuple[Value, ...]) -> tuple[Values, ...]:
    """States of stacked cells out of their arrays."""
    kind = STATES[cell]
    fields = len(kind._fields)
    return tuple(kind(*parts[i : i + fields]) for i in range(0, len(parts), fields))


NETWORKS = {"recurrent": RecurrentPairs, "transformer": TransformerPairs}
