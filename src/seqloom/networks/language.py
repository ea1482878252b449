"""The three language models: recurrent, Transformer, and a window of symbols.

The equations are those of `models/recurrent_language.py`, `transformer_language.py` and
`window_language.py`, which name the letters; the tests hold the two against each other. They keep
the contract of `decoding.TextModel`.
"""

import abc
from collections.abc import Mapping
from typing import NamedTuple, final

from ..config.generate import RecurrentTextConfig, TransformerTextConfig, WindowConfig
from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from .network import EntryPoint, Network, cell_state, symbols
from .ops import Value, Values, Weights
from .pairs import HeadsState, past, transformer_sizes
from .weights import Size, WeightTable

_BIAS = "a constant for each symbol"
_NEXT = "to a score for each next symbol"
_TIED = "; the output matrix too"


class CellsState(NamedTuple):
    """Per layer the state of its cell."""

    layers: tuple[Values, ...]


class LastSymbols(NamedTuple):
    """The last n - 1 symbols, `(B, n - 1)`; padding, number 0, before the first."""

    symbols: Value


class RunningText(Network):
    """What the three share."""

    output: LinearWeights

    def entries(self) -> dict[str, EntryPoint]:
        state, results = self._state(), ("log_probabilities", "state")
        return {
            "forward": EntryPoint(
                self.forward, {"symbols": symbols("B", "T"), "state": state}, results
            ),
            "step": EntryPoint(self.step, {"symbols": symbols("B"), "state": state}, results),
        }

    def initial_state(self, batch_size: int) -> Values:
        """The state before the first symbol."""
        return self.zeros(self._state(), batch_size)

    def step(self, symbols: Value, state: Values) -> tuple[Value, Values]:
        """Read one symbol per text; return log-probabilities `(B, V)`, in nats, and the state."""
        log_probs, state = self.forward(self.ops.new_axis(symbols), state)
        return self.ops.flat(log_probs), state

    def forward(self, symbols: Value, state: Values) -> tuple[Value, Values]:
        """Read symbols; return log-probabilities `(B, T, V)`, in nats, and the state."""
        x, after = self.read(symbols, state)
        return self.ops.log_softmax(self._scores(x)), after  # 3

    @abc.abstractmethod
    def read(self, symbols: Value, state: Values) -> tuple[Value, Values]:
        """Read symbols; return what the last layer reads at each, `(B, T, H)`, and the state."""

    def _scores(self, x: Value) -> Value:
        return self.ops.linear(x, self.output)

    @abc.abstractmethod
    def _state(self) -> Values:
        """The state's slots."""


@final
class RecurrentText(RunningText):
    """Recurrent layers, each perhaps normalised."""

    def __init__(self, config: RecurrentTextConfig, sizes: Mapping[str, int]) -> None:
        """
        Args:
            config: The network's settings.
            sizes: V, symbols.
        """
        self.config = config
        cell, tied = config.cell, config.tie_weights
        t = self.table = WeightTable(
            {
                "V": Size(sizes["V"], "symbols it knows"),
                "E": Size(config.embedding_size, "size of a symbol's vector"),
                "H": Size(config.hidden_size, "size of a state"),
            }
        )
        self.embedding = t.embedding("embedding", "V", "E", "symbol", _TIED if tied else "")
        layers: list[Weights] = []
        norms: list[NormWeights | None] = []
        for k in range(config.layers):
            inputs, what = ("H", "what the layer below") if k else ("E", "what a symbol")
            layers.append(t.cell(cell, f"layers.{k}.", "_l0", inputs, what))
            norms.append(t.norm(f"norms.{k}", "H") if config.layer_norm else None)
        self.layers, self.norms = tuple(layers), tuple(norms)
        self.tied: Weights = None
        if tied and config.embedding_size != config.hidden_size:
            does = "from the state to the size of a symbol's vector"
            self.tied = t.take("tied.weight", "E", "H", does=does, int8=True)
        weight = self.embedding
        if not tied:
            weight = t.take("output.weight", "V", "H", does=f"from the state {_NEXT}", int8=True)
        self.output = LinearWeights(weight, t.take("output_bias", "V", does=_BIAS))

    def _state(self) -> CellsState:
        one = cell_state(self.config.cell, self.config.hidden_size)
        return CellsState((one,) * len(self.layers))

    def read(self, symbols: Value, state: CellsState) -> tuple[Value, CellsState]:
        ops, cell = self.ops, self.config.cell
        x = ops.embed("source", self.embedding, symbols)  # 1
        after = []
        for k, (weights, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            before = state.layers[k]
            x, last = ops.unroll(f"layers.{k}", cell, x, weights, state=before)  # 2
            after.append(last)
            x = x if norm is None else ops.norm(x, norm)
        return x, CellsState(tuple(after))

    def _scores(self, x: Value) -> Value:
        ops = self.ops
        return ops.linear(x if self.tied is None else ops.project(x, self.tied), self.output)


@final
class TransformerText(RunningText):
    """Causal Transformer layers that know distances only.

    The state is keys and values of the last positions, at most c - 1 of them.
    """

    def __init__(self, config: TransformerTextConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `RecurrentText` takes."""
        self.config = config
        t = self.table = WeightTable(
            {"V": Size(sizes["V"], "symbols it knows"), **transformer_sizes(config)}
        )
        self.embedding = t.embedding("embedding", "V", "D", "symbol", _TIED)
        self.layers = tuple(t.encoder_layer(f"layers.{k}") for k in range(config.layers))
        self.norm = t.norm("norm", "D")
        self.output = LinearWeights(self.embedding, t.take("output_bias", "V", does=_BIAS))

    def _state(self) -> HeadsState:
        return HeadsState((past(self.config, "P"),) * len(self.layers))

    def read(self, symbols: Value, state: HeadsState) -> tuple[Value, HeadsState]:
        ops, config = self.ops, self.config
        embedded = ops.embed("source", self.embedding, symbols)
        x = ops.scale(embedded, float(config.hidden_size**0.5))  # 1
        after = []
        for k, (w, before) in enumerate(zip(self.layers, state.layers, strict=True)):
            x, cache = ops.advance(f"layers.{k}", x, before, w, context=config.context)  # 2
            after.append(cache)
        return ops.norm(x, self.norm), HeadsState(tuple(after))


@final
class WindowText(RunningText):
    """A fully-connected network over the last n symbols."""

    def __init__(self, config: WindowConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `RecurrentText` takes."""
        self.window = config.window
        t = self.table = WeightTable(
            {
                "V": Size(sizes["V"], "symbols it knows"),
                "E": Size(config.embedding_size, "size of a symbol's vector"),
                "H": Size(config.hidden_size, "size of a state"),
                "window": Size(config.window, "symbols that the network sees"),
            }
        )
        self.embedding = t.embedding("embedding", "V", "E", "symbol")
        does = "from the window's vectors, side by side; then tanh"
        self.hidden = t.linear("hidden", "H", "window E", does)
        self.output = t.linear("output", "V", "H", f"from the hidden layer {_NEXT}")

    def _state(self) -> LastSymbols:
        return LastSymbols(symbols("B", self.window - 1))

    def read(self, symbols: Value, state: LastSymbols) -> tuple[Value, LastSymbols]:
        ops, before = self.ops, self.window - 1
        seen = ops.join(state.symbols, symbols, axis=1)
        last = ops.slice(seen, 1, -before, None) if before else state.symbols
        embedded = ops.join(
            ops.embed("before", self.embedding, state.symbols),
            ops.embed("source", self.embedding, symbols),
            axis=1,
        )
        parts = [ops.slice(embedded, 1, i, (i - before) or None) for i in range(self.window)]
        h = ops.kept("hidden", ops.tanh(ops.linear(ops.join(*parts), self.hidden)))  # 1, 2
        return h, LastSymbols(last)


NETWORKS = {
    "recurrent": RecurrentText,
    "transformer": TransformerText,
    "fully-connected": WindowText,
}
