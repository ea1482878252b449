"""The three forecasters: fully-connected, recurrent, Transformer.

The equations are those of `models/forecaster.py`, `models/recurrent_forecaster.py` and
`models/transformer_forecaster.py`, which also name the letters; the tests hold them against each
other. Each is called with `ForecastInputs`; a recurrent one also reads a series value by value.
"""

import abc
from collections.abc import Mapping
from typing import NamedTuple, final

from ..config.forecast import (
    MEDIAN,
    OUTPUT_SIZES,
    FullyConnectedForecasterConfig,
    Output,
    RecurrentForecasterConfig,
    TransformerForecasterConfig,
)
from ..data.series.scaling import ForecastInputs
from .network import EntryPoint, Network, Slot, cell_state, lengths
from .ops import STATES, Value, Values, Weights
from .pairs import transformer_sizes
from .weights import STATE_ARRAYS, Size, WeightTable

EMBEDDING = 16  # size of e_t


class Forecasting(Network):
    """What the three share."""

    @abc.abstractmethod
    def __call__(self, inputs: ForecastInputs) -> Value:
        """What the network says about some windows, `(B, T, O)`."""

    def _slots(self) -> dict[str, Slot]:
        """What an entry may take."""
        T, P, F, S = (self.table.sizes[letter].number for letter in "TPFS")
        return {
            "past": Slot(("B", "W", P)),
            "lengths": lengths(),
            "future": Slot(("B", T, F)),
            "static": Slot(("B", S)),
        }


class Whole(Forecasting):
    """A network with one entry, `forward`."""

    def entries(self) -> dict[str, EntryPoint]:
        return {"forward": EntryPoint(self.forward, self._slots(), ("said",))}

    def __call__(self, inputs: ForecastInputs) -> Value:
        return self.forward(inputs.past, inputs.lengths, inputs.future, inputs.static)

    @abc.abstractmethod
    def forward(self, past: Value, lengths: Value, future: Value, static: Value) -> Value:
        """What the network says of padded windows, `(B, T, O)`."""


@final
class FullyConnectedSeries(Whole):
    """Residual blocks over everything at once."""

    def __init__(self, config: FullyConnectedForecasterConfig, sizes: Mapping[str, int]) -> None:
        """
        Args:
            config: The network's settings.
            sizes: W, T, P, F, S, as `docs/format.md` has them.
        """
        self.outputs = OUTPUT_SIZES[config.output]
        t = self.table = WeightTable(
            {**_sizes(config.output, sizes), "H": Size(config.hidden_size, "size of a state")}
        )
        reads = "reads window, horizon and series at once; then relu"
        self.input = t.linear("input", "H", "W P + T F + S", reads)
        first = "a block: first layer; then relu"
        second = "a block: second layer, added to what it read"
        self.blocks = tuple(
            (
                t.linear(f"blocks.{k}.0", "H", "H", first),
                t.linear(f"blocks.{k}.1", "H", "H", second),
            )
            for k in range(config.blocks)
        )
        does = "from there to all steps of the future"
        self.output = t.linear("output", "T O", "H", does)

    def _slots(self) -> dict[str, Slot]:
        W, P = (self.table.sizes[letter].number for letter in "WP")
        return {**super()._slots(), "past": Slot(("B", W, P))}

    def forward(self, past: Value, lengths: Value, future: Value, static: Value) -> Value:
        ops = self.ops
        read = ops.join(
            ops.flat(ops.right_align(ops.given("source", past), lengths)),
            ops.flat(ops.given("future", future)),
            ops.given("static", static),
        )
        x = ops.kept("hidden.0", ops.relu(ops.linear(read, self.input)))
        for k, (first, second) in enumerate(self.blocks, start=1):
            change = ops.linear(ops.relu(ops.linear(x, first)), second)
            x = ops.kept(f"hidden.{k}", ops.add(x, change))
        return ops.fold(ops.linear(ops.relu(x), self.output), self.outputs)


@final
class TransformerSeries(Whole):
    """An encoder over the window and the horizon, side by side."""

    def __init__(self, config: TransformerForecasterConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `FullyConnectedSeries` takes."""
        self.config = config
        t = self.table = WeightTable({**_sizes(config.output, sizes), **transformer_sizes(config)})
        makes = "makes a place of a step of the"
        self.past = t.linear("past", "D", "P + S", f"{makes} past")
        self.future = t.linear("future", "D", "F + S", f"{makes} future")
        learned = "a learned vector for each step of the future"
        self.steps = t.take("steps", "T", "D", does=learned)
        self.layers = tuple(t.encoder_layer(f"layers.{k}") for k in range(config.layers))
        self.norm = t.norm("norm", "D")
        does = "from a step's place to the numbers said of it"
        self.output = t.linear("output", "O", "D", does)

    def forward(self, past: Value, lengths: Value, future: Value, static: Value) -> Value:
        ops, T = self.ops, self.table.sizes["T"].number
        past, future = ops.given("source", past), ops.given("future", future)
        static = ops.given("static", static)
        past_BWD = ops.linear(ops.join(past, ops.repeat(static, past)), self.past)
        future_BTD = ops.linear(ops.join(future, ops.repeat(static, future)), self.future)
        x_BWD = ops.age(past_BWD, lengths)
        x_BTD = ops.add(future_BTD, ops.spread(self.steps, future_BTD))
        x = ops.join(x_BTD, x_BWD, axis=1)
        whole = ops.longer(lengths, T)
        for k, layer in enumerate(self.layers):
            N = self.config.num_heads
            x = ops.encoder_layer(f"layers.{k}", x, layer, num_heads=N, lengths=whole)
        return ops.linear(ops.norm(ops.slice(x, 1, 0, T), self.norm), self.output)


class WindowMemory(NamedTuple):
    """What the encoder leaves behind.

    Attributes:
        states: Of the top layer after each step, `(B, W, H)`; zero on padding.
        lengths: Real steps of each.
        layers: State of each layer after the last step.
        value: z of the last real step, `(B, 1)`.
    """

    states: Value
    lengths: Value
    layers: tuple[Values, ...]
    value: Value


@final
class RecurrentSeries(Forecasting):
    """An encoder of the window, and a decoder of all steps at once or one after the other."""

    def __init__(self, config: RecurrentForecasterConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `FullyConnectedSeries` takes."""
        self.config = config
        cell, direct = config.cell, config.decode == "direct"
        query = config.hidden_size + sizes["F"] + sizes["S"] + EMBEDDING * direct
        t = self.table = WeightTable(
            {
                **_sizes(config.output, sizes),
                "query": Size(query, "what is known of a step of the future"),
                "layers": Size(STATE_ARRAYS[cell], "arrays of the decoder's state"),
                "H": Size(config.hidden_size, "size of a state"),
            }
        )
        past = "a step of the past"
        self.encoder = t.layers(cell, config.layers, "P + S", "H", past, both=False)
        self.steps: Weights = None
        self.cell: Weights = None
        self.initial: Weights = None
        self.query: Weights = None
        if direct:
            learned = "a learned vector for each step of the future"
            self.steps = t.take("steps", "T", f"{EMBEDDING}", does=learned)
        else:
            first = "from the encoder's last state to the decoder's first"
            self.initial = t.linear("initial", "layers H", "H", first)
            reads = "what the step before and the next features"
            self.cell = t.cell(cell, "cell.", "", "1 + F + S", reads)
        if config.attention:
            asks = "what a step of the future asks the past"
            self.query = t.linear("query", "H", "query", asks)
        known = "query + H" if config.attention else "query"
        self.readout = t.linear("readout", "H", known, "joins what is known of a step; then relu")
        self.more = t.linear("more", "H", "H", "one more layer, added to what it reads")
        does = "from there to the numbers said of a step"
        self.output = t.linear("output", "O", "H", does)

    def entries(self) -> dict[str, EntryPoint]:
        P, F, H = (self.table.sizes[letter].number for letter in "PFH")
        slots = self._slots()
        past, static = slots["past"], slots["static"]
        one, layers, value = cell_state(self.config.cell, H), self._layers(), Slot(("B", 1))
        window = WindowMemory(Slot(("B", "W", H)), lengths(), layers, value)
        encode = {"past": past, "lengths": lengths(), "static": static}
        read = {"past": Slot(("B", P)), "static": static, "layers": layers}
        found = {
            "encode": EntryPoint(self.encode, encode, ("window",)),
            "read": EntryPoint(self.read, read, ("layers",)),
        }
        if self.steps is not None:
            decode = {"window": window, "future": slots["future"], "static": static}
            return {**found, "decode": EntryPoint(self.decode, decode, ("said",))}
        step = {
            "value": value,
            "state": one,
            "window": window,
            "future": Slot(("B", F)),
            "static": static,
            "ratio": Slot(("B",)),
        }
        return {
            **found,
            "begin": EntryPoint(self.begin, {"layers": layers}, ("state",)),
            "step": EntryPoint(self.step, step, ("said", "value", "state")),
        }

    def first_layers(self, batch: int) -> tuple[Values, ...]:
        """The state of each layer before the first value."""
        found: tuple[Values, ...] = self.zeros(self._layers(), batch)
        return found

    def _layers(self) -> tuple[Values, ...]:
        H = self.table.sizes["H"].number
        return (cell_state(self.config.cell, H),) * len(self.encoder)

    def __call__(self, inputs: ForecastInputs) -> Value:
        window = self.encode(inputs.past, inputs.lengths, inputs.static)
        return self.ahead(window, inputs)

    def ahead(self, window: WindowMemory, inputs: ForecastInputs) -> Value:
        """The horizon, `(B, T, O)`.

        Args:
            window: From `encode`.
            inputs: What is known of the horizon; its `past` is not read.
        """
        if self.steps is not None:
            return self.decode(window, inputs.future, inputs.static)
        state, value, said = self.begin(window.layers), window.value, []
        for t in range(inputs.future.shape[1]):
            now = (inputs.future[:, t], inputs.static, inputs.ratio)
            one, value, state = self.step(value, state, window, *now)
            said.append(one)
        return self.ops.join(*said, axis=1)

    def encode(self, past: Value, lengths: Value, static: Value) -> WindowMemory:
        """Step 1, of padded windows."""
        ops, cell = self.ops, self.config.cell
        past, static = ops.given("source", past), ops.given("static", static)
        x, layers = ops.join(past, ops.repeat(static, past)), []
        for k, (w,) in enumerate(self.encoder):
            x, last = ops.unroll(f"encoder.{k}", cell, x, w, lengths=lengths)
            layers.append(last)
        value = ops.slice(ops.last(past, lengths), 1, 0, 1)
        return WindowMemory(x, lengths, tuple(layers), value)

    def read(self, past: Value, static: Value, layers: tuple[Values, ...]) -> tuple[Values, ...]:
        """Step 1 for one more value: the state of each layer after it."""
        ops, cell = self.ops, self.config.cell
        x, after = ops.join(ops.given("source", past), ops.given("static", static)), []
        for k, (w,) in enumerate(self.encoder):
            after.append(ops.step(f"encoder.{k}", cell, x, layers[k], w))
            x = after[-1].h
        return tuple(after)

    def decode(self, window: WindowMemory, future: Value, static: Value) -> Value:
        """Steps 2 to 4, of all steps at once."""
        ops = self.ops
        future, static = ops.given("future", future), ops.given("static", static)
        query = ops.join(
            ops.repeat(window.layers[-1].h, future),
            ops.spread(self.steps, future),
            ops.join(future, ops.repeat(static, future)),
        )
        return self._say(query, window)

    def begin(self, layers: tuple[Values, ...]) -> Values:
        """Step 5: the decoder's first state."""
        ops, kind = self.ops, STATES[self.config.cell]
        first = ops.tanh(ops.linear(layers[-1].h, self.initial))
        return kind(*ops.split(first, len(kind._fields)))

    def step(
        self,
        value: Value,
        state: Values,
        window: WindowMemory,
        future: Value,
        static: Value,
        ratio: Value,
    ) -> tuple[Value, Value, Values]:
        """Steps 6, 2 to 4 and 7, of one step.

        Args:
            value: z of the step before, `(B, 1)`.
            state: The decoder's.
            window: From `encode`.
            future: Of this step, `(B, F)`.
            static: Of the series.
            ratio: See `ForecastInputs`.
        Returns:
            What is said of this step, `(B, 1, O)`; its z; the new state.
        """
        ops = self.ops
        future = ops.given("future", future)
        along = ops.join(future, ops.given("static", static))
        state = ops.step("decoder.0", self.config.cell, ops.join(value, along), state, self.cell)
        said = self._say(ops.new_axis(ops.join(state.h, along)), window)
        place = MEDIAN if self.config.output == "quantile" else 0
        median = ops.flat(ops.slice(said, 2, place, place + 1))
        unit, naive = ops.new_axis(ops.given("ratio", ratio)), ops.slice(future, 1, 0, 1)
        return said, ops.affine(median, unit, naive), state

    def _say(self, query: Value, window: WindowMemory) -> Value:
        """Steps 2 to 4."""
        ops = self.ops
        if self.query is not None:
            asked = ops.linear(query, self.query)
            context = ops.look("decoder", asked, window.states, window.lengths)
            query = ops.join(query, context)
        r = ops.relu(ops.linear(query, self.readout))
        return ops.linear(ops.add(r, ops.relu(ops.linear(r, self.more))), self.output)


def _sizes(output: Output, sizes: Mapping[str, int]) -> dict[str, Size]:
    return {
        "W": Size(sizes["W"], "most steps of the past"),
        "T": Size(sizes["T"], "steps of the future"),
        "P": Size(sizes["P"], "features of a step of the past"),
        "F": Size(sizes["F"], "features of a step of the future"),
        "S": Size(sizes["S"], "features of the series"),
        "O": Size(OUTPUT_SIZES[output], "numbers said of a step"),
    }


NETWORKS = {
    "recurrent": RecurrentSeries,
    "fully-connected": FullyConnectedSeries,
    "transformer": TransformerSeries,
}
