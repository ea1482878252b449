"""The forecasting networks in NumPy, made of the steps of `reference/`.

The steps are those of `models/forecaster.py` and `models/recurrent_forecaster.py`, which also name
the letters; `tests/runtime/test_forecast_equals_torch.py` holds them against each other.
"""

import abc
from typing import Any, NamedTuple

import numpy as np

from ..config.forecast import OUTPUT_SIZES, FullyConnectedConfig, RecurrentForecasterConfig
from ..data.series.scaling import Inputs
from ..decoding.quantiles import middle
from ..shapes import Float, Int
from .cells import CELLS, STATES, cell_weights
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import linear_weights

EMBEDDING = 16  # size of e_t


class Sizes(NamedTuple):
    """What a network's shapes depend on beside its settings."""

    window: int
    horizon: int
    past_size: int
    future_size: int
    static_size: int


class NumpyForecaster(abc.ABC):
    """What both networks have in common."""

    @abc.abstractmethod
    def __call__(self, inputs: Inputs, ops: Steps = PLAIN) -> Float[np.ndarray, "B T O"]:
        """What the network says about some windows; given a `Tape`, it can be played backward."""


class NumpyFullyConnected(NumpyForecaster):
    """A trained `models.FullyConnectedForecaster`, without torch."""

    def __init__(self, config: FullyConnectedConfig, tensors: Tensors, sizes: Sizes) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            sizes: Of what it reads.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        D, (W, T, P, F, S) = config.hidden_size, sizes
        self.outputs = OUTPUT_SIZES[config.output]
        self.input = linear_weights(tensors, "input", D, W * P + T * F + S)
        self.blocks = [
            [linear_weights(tensors, f"blocks.{block}.{i}", D, D) for i in range(2)]
            for block in range(config.blocks)
        ]
        self.output = linear_weights(tensors, "output", T * self.outputs, D)
        tensors.finish()

    def __call__(self, inputs: Inputs, ops: Steps = PLAIN) -> Float[np.ndarray, "B T O"]:
        B = len(inputs.past)
        past = _right_aligned(ops, ops.given("source", inputs.past), inputs.lengths)
        parts = [past, inputs.future.reshape(B, -1), inputs.static]
        x = ops.kept("hidden.0", ops.relu(ops.linear(ops.join(*parts), self.input)))
        for k, (first, second) in enumerate(self.blocks, start=1):
            change = ops.linear(ops.relu(ops.linear(x, first)), second)
            x = ops.kept(f"hidden.{k}", ops.add(x, change))
        said = ops.linear(ops.relu(x), self.output)
        return ops.move(
            said, lambda x: x.reshape(B, -1, self.outputs), lambda d: d.reshape(said.shape)
        )


class Encoded(NamedTuple):
    """What the encoder leaves behind.

    Attributes:
        states: Of the top layer after each step; zero on padding.
        lengths: Real steps of each.
        layers: State of each layer after the last step.
    """

    states: Float[np.ndarray, "B W H"]
    lengths: Int[np.ndarray, " B"]
    layers: tuple[Any, ...]


class NumpyRecurrentForecaster(NumpyForecaster):
    """A trained `models.RecurrentForecaster`, without torch."""

    def __init__(self, config: RecurrentForecasterConfig, tensors: Tensors, sizes: Sizes) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            sizes: Of what it reads.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        self.config = config
        H = config.hidden_size
        self.kernel = CELLS[config.cell][0]
        self.state_kind = STATES[config.cell]
        reads = sizes.past_size + sizes.static_size
        self.encoder = [
            cell_weights(
                config.cell, tensors, "encoder.", f"_l{layer}", reads if layer == 0 else H, H
            )
            for layer in range(config.layers)
        ]
        query = H + sizes.future_size + sizes.static_size
        if config.decode == "direct":
            self.steps = tensors.take("steps", sizes.horizon, EMBEDDING)
            query += EMBEDDING
        else:
            along = 1 + sizes.future_size + sizes.static_size
            self.cell = cell_weights(config.cell, tensors, "cell.", "", along, H)
            self.initial = linear_weights(tensors, "initial", len(self.state_kind._fields) * H, H)
        if config.attention:
            self.query = linear_weights(tensors, "query", H, query)
        self.readout = linear_weights(tensors, "readout", H, query + (H if config.attention else 0))
        self.more = linear_weights(tensors, "more", H, H)
        self.output = linear_weights(tensors, "output", OUTPUT_SIZES[config.output], H)
        tensors.finish()

    def __call__(self, inputs: Inputs, ops: Steps = PLAIN) -> Float[np.ndarray, "B T O"]:
        inputs = inputs._replace(past=ops.given("source", inputs.past))
        return self.decode(self.encode(inputs, ops), inputs, ops)

    def encode(self, inputs: Inputs, ops: Steps = PLAIN) -> Encoded:
        """Step 1."""
        W = inputs.past.shape[1]
        x = ops.join(inputs.past, np.repeat(inputs.static[:, None], W, axis=1))
        layers = []
        for k, weights in enumerate(self.encoder):
            x, last = ops.unroll(f"encoder.{k}", self.kernel, x, weights, lengths=inputs.lengths)
            layers.append(last)
        return Encoded(x, inputs.lengths, tuple(layers))

    def read(self, past_BP: np.ndarray, static: np.ndarray, layers: tuple[Any, ...]) -> Any:
        """Step 1 for one more value: the state of each layer after it."""
        x, after = np.concatenate([past_BP, static], axis=1), []
        for weights, before in zip(self.encoder, layers, strict=True):
            state, _ = self.kernel.step(x, before, weights)
            after.append(state)
            x = state.h
        return tuple(after)

    def decode(
        self, encoded: Encoded, inputs: Inputs, ops: Steps = PLAIN
    ) -> Float[np.ndarray, "B T O"]:
        """The horizon.

        Args:
            encoded: From `encode`.
            inputs: What is known of the horizon; of the past, the last value.
            ops: The steps it is made of.
        """
        T = inputs.future.shape[1]
        summary_BH = encoded.layers[-1].h
        static = np.repeat(inputs.static[:, None], T, axis=1)
        along = np.concatenate([inputs.future, static], axis=2)
        if self.config.decode == "direct":
            steps = np.repeat(self.steps[None, :T], len(summary_BH), axis=0)
            summary = ops.move(
                summary_BH,
                lambda x: np.repeat(x[:, None], T, axis=1),
                lambda d: np.asarray(d.sum(axis=1)),
            )
            return self._say(ops, ops.join(summary, steps, along), encoded)
        return self._roll(ops, along, encoded, inputs)

    def _roll(
        self, ops: Steps, along_BTF: np.ndarray, encoded: Encoded, inputs: Inputs
    ) -> np.ndarray:
        """Steps 5 to 7."""
        first = ops.tanh(ops.linear(encoded.layers[-1].h, self.initial))
        state = self.state_kind(*ops.split(first, len(self.state_kind._fields)))
        z_B1 = _last_value(ops, inputs)
        said = []
        for t in range(along_BTF.shape[1]):
            along_BF = along_BTF[:, t]
            state = ops.step("decoder.0", self.kernel, ops.join(z_B1, along_BF), state, self.cell)
            query = ops.move(ops.join(state.h, along_BF), lambda x: x[:, None], lambda d: d[:, 0])
            said.append(self._say(ops, query, encoded))
            z_B1 = ops.affine(self._middle(ops, said[-1]), inputs.ratio[:, None], along_BF[:, :1])
        return ops.join(*said, axis=1)

    def _middle(self, ops: Steps, said_B1O: np.ndarray) -> np.ndarray:
        """The median of one step, `(B, 1)`."""

        def back(d_B1: np.ndarray) -> np.ndarray:
            d_B1O = np.zeros_like(said_B1O)
            middle(d_B1O, self.config.output)[:] = d_B1
            return d_B1O

        return ops.move(said_B1O, lambda x: middle(x, self.config.output), back)

    def _say(self, ops: Steps, query_BTQ: np.ndarray, encoded: Encoded) -> np.ndarray:
        """Steps 2 to 4."""
        if self.config.attention:
            asked_BTH = ops.linear(query_BTQ, self.query)
            context_BTH = ops.look("decoder", asked_BTH, encoded.states, encoded.lengths)
            query_BTQ = ops.join(query_BTQ, context_BTH)
        r = ops.relu(ops.linear(query_BTQ, self.readout))
        return ops.linear(ops.add(r, ops.relu(ops.linear(r, self.more))), self.output)


def single(inputs: Inputs) -> Inputs:
    """Inputs in float32, as the weights are."""
    return inputs._replace(
        past=inputs.past.astype(np.float32),
        future=inputs.future.astype(np.float32),
        static=inputs.static.astype(np.float32),
        ratio=inputs.ratio.astype(np.float32),
    )


def _last_value(ops: Steps, inputs: Inputs) -> np.ndarray:
    """z of the last real step, `(B, 1)`."""
    past_BWP = inputs.past
    rows, last = np.arange(len(past_BWP)), inputs.lengths - 1

    def back(d_B1: np.ndarray) -> np.ndarray:
        d_BWP = np.zeros_like(past_BWP)
        d_BWP[rows, last, :1] = d_B1
        return d_BWP

    return ops.move(past_BWP, lambda x: x[rows, last, :1], back)


def _right_aligned(ops: Steps, past: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Windows whose real steps are the last ones, flat: `(B, W P)`."""
    B, W, _ = past.shape
    places = np.arange(W) - (W - lengths)[:, None]
    rows = np.arange(B)[:, None]

    def there(past: np.ndarray) -> np.ndarray:
        moved = past[rows, np.maximum(places, 0)]
        return np.where((places >= 0)[:, :, None], moved, 0.0).astype(past.dtype).reshape(B, -1)

    def back(d: np.ndarray) -> np.ndarray:
        d_past = np.zeros_like(past)
        b, w = np.nonzero(places >= 0)
        d_past[b, places[b, w]] = d.reshape(past.shape)[b, w]
        return d_past

    return ops.move(past, there, back)
