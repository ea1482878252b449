"""The two recognisers of speech: CTC, and Listen, Attend and Spell.

The equations are those of `models/ctc.py` and `models/listener.py`, which name the letters; the
tests hold them against each other. CTC of one direction also runs in pieces; the listener keeps the
contract of `decoding.Stepper`.
"""

from collections.abc import Mapping
from typing import final

from ..config.transcribe import CTCConfig, ListenConfig
from .network import EntryPoint, Network, Slot, Slots, both_ways, cell_state, lengths, symbols
from .ops import Value, Values
from .pairs import PairMemory, PairState, states_of
from .weights import STATE_ARRAYS, Size, WeightTable


@final
class CTC(Network):
    """Recurrent layers and an output layer. One way, it also runs in pieces."""

    def __init__(self, config: CTCConfig, sizes: Mapping[str, int]) -> None:
        """
        Args:
            config: The network's settings.
            sizes: F, features of a step, and V, symbols with the blank.
        """
        self.config = config
        width = config.hidden_size * (1 + config.bidirectional)
        t = self.table = WeightTable(
            {
                "F": Size(sizes["F"], "features of a step of sound"),
                "V": Size(sizes["V"], "symbols of a transcript"),
                "M": Size(width, "size of an encoder state"),
                "H": Size(config.hidden_size, "size of a state"),
            }
        )
        self.layers = t.layers(
            config.cell, config.layers, "F", "M", "a step of sound", both=config.bidirectional
        )
        does = "from a state to a score for each symbol and the blank"
        self.output = t.linear("output", "V", "M", does)

    def entries(self) -> dict[str, EntryPoint]:
        F = self.table.sizes["F"].number
        given: dict[str, Slots] = {"features": Slot(("B", "T", F)), "lengths": lengths()}
        found = {"forward": EntryPoint(self.forward, given, ("log_probabilities",))}
        if not self.config.bidirectional:
            given = {**given, "state": self._state()}
            found["read"] = EntryPoint(self.read, given, ("log_probabilities", "state"))
        return found

    def initial_state(self, batch: int) -> tuple[Values, ...]:
        """The state before the first piece: of each layer, the lowest first."""
        found: tuple[Values, ...] = self.zeros(self._state(), batch)
        return found

    def forward(self, features: Value, lengths: Value) -> Value:
        """Log-probabilities `(B, T, V)` of the symbols at each step, in nats."""
        ops, cell = self.ops, self.config.cell
        x = ops.given("source", features)
        for k, directions in enumerate(self.layers):
            x, _ = both_ways(ops, f"encoder.{k}", cell, x, directions, lengths)
        return ops.log_softmax(ops.linear(x, self.output))

    def read(
        self, features: Value, lengths: Value, state: tuple[Values, ...]
    ) -> tuple[Value, tuple[Values, ...]]:
        """The same of one more piece, in layers of one direction; and the new state."""
        ops, cell = self.ops, self.config.cell
        x, after = ops.given("source", features), []
        for k, (w,) in enumerate(self.layers):
            name, before = f"encoder.{k}", state[k]
            x, last = ops.unroll(name, cell, x, w, state=before, lengths=lengths)
            after.append(last)
        return ops.log_softmax(ops.linear(x, self.output)), tuple(after)

    def _state(self) -> tuple[Values, ...]:
        one = cell_state(self.config.cell, self.config.hidden_size)
        return (one,) * len(self.layers)


@final
class PyramidListener(Network):
    """A pyramid of bidirectional layers, and a decoder with location-aware attention."""

    def __init__(self, config: ListenConfig, sizes: Mapping[str, int]) -> None:
        """
        Args:
            config: The network's settings.
            sizes: F, features of a step, and V, symbols.
        """
        self.config = config
        cell = config.cell
        t = self.table = WeightTable(
            {
                "F": Size(sizes["F"], "features of a step of sound"),
                "V": Size(sizes["V"], "symbols of a transcript"),
                "M": Size(2 * config.hidden_size, "size of an encoder state"),
                "R": Size(config.filters, "filters over where the decoder looked last"),
                "filter": Size(config.filter_width, "positions that a filter sees"),
                "layers": Size(STATE_ARRAYS[cell], "arrays of the decoder's state"),
                "E": Size(config.embedding_size, "size of a symbol's vector"),
                "H": Size(config.hidden_size, "size of a state"),
                "A": Size(config.attention_size, "width of the attention"),
            }
        )
        two = "what two steps of the layer below"
        self.layers = tuple(
            t.directions(cell, f"layers.{k}.", "_l0", "2 M", two, both=True)
            if k
            else t.directions(cell, "layers.0.", "_l0", "F", "what a step of sound", both=True)
            for k in range(config.pyramid_layers + 1)
        )
        first = "from the encoder's last state to the decoder's first"
        self.initial = t.linear("initial", "layers H", "M", first)
        self.embedding = t.embedding("embedding", "V", "E", "symbol")
        self.attention = t.location()
        reads = "what the last output symbol and the context"
        self.decoder = t.cell(cell, "cell.", "", "E + M", reads)
        joins = "joins decoder state, context and last symbol"
        self.readout = t.linear("readout", "H", "H + M + E", joins)
        self.output = t.linear("output", "V", "H", "from there to a score for each symbol")

    def entries(self) -> dict[str, EntryPoint]:
        F, H, M, A = (self.table.sizes[letter].number for letter in "FHMA")
        state = PairState((cell_state(self.config.cell, H),), Slot(("B", "S")))
        memory = PairMemory(Slot(("B", M)), Slot(("B", "S", M)), Slot(("B", "S", A)), lengths())
        start = {"source": Slot(("B", "S", F)), "lengths": lengths()}
        step = {"symbols": symbols("B"), "state": state, "memory": memory}
        return {
            "start": EntryPoint(self.start, start, ("state", "memory")),
            "step": EntryPoint(self.step, step, ("log_probabilities", "state")),
        }

    def start(self, source: Value, lengths: Value) -> tuple[PairState, PairMemory]:
        """Steps 1 to 3: hear padded recordings; return the first state and the memory."""
        ops, cell = self.ops, self.config.cell
        x, ends = ops.given("source", source), list[Value]()
        for depth, directions in enumerate(self.layers):
            if depth:
                x, lengths = ops.halve(x, lengths)
            x, ends = both_ways(ops, f"encoder.{depth}", cell, x, directions, lengths)
        summary_BM = ops.join(*ends)
        first = ops.tanh(ops.linear(summary_BM, self.initial))
        layers = states_of(cell, ops.split(first, STATE_ARRAYS[cell]))
        keys = ops.project_memory("location", x, lengths, self.attention)
        return PairState(layers, ops.zeros(x)), PairMemory(summary_BM, x, keys, lengths)

    def step(self, symbols: Value, state: PairState, memory: PairMemory) -> tuple[Value, PairState]:
        """Steps 4 to 6: log-probabilities of the next symbol, in nats, and the new state."""
        ops = self.ops
        embedded_BE = ops.embed("target", self.embedding, symbols)
        context_BM, weights_BS = ops.attend(
            "decoder",
            "location",
            state.layers[0].h,
            *(memory.states, memory.keys, memory.lengths),
            self.attention,
            before=state.weights,
        )
        x = ops.join(embedded_BE, context_BM)
        after = ops.step("decoder.0", self.config.cell, x, state.layers[0], self.decoder)
        read = ops.join(after.h, context_BM, embedded_BE)
        logits_BV = ops.linear(ops.tanh(ops.linear(read, self.readout)), self.output)
        return ops.log_softmax(logits_BV), PairState((after,), weights_BS)


NETWORKS = {"ctc": CTC, "las": PyramidListener}
