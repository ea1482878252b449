"""The forecasting networks in NumPy, made of the steps of `reference/`.

The steps are those of `models/forecaster.py` and `models/recurrent_forecaster.py`, which also name
the letters; `tests/runtime/test_forecast_equals_torch.py` holds them against each other.
"""

import abc
import math
from typing import Any, NamedTuple

import numpy as np

from ..config.forecast import OUTPUT_SIZES, FullyConnectedConfig, RecurrentForecasterConfig
from ..data.series.scaling import Inputs
from ..decoding.quantiles import middle
from ..reference import linear
from ..reference.functions import real_steps, softmax
from ..reference.unroll import unroll
from ..shapes import Float, Int
from .encoder_decoder import _CELLS, _STATES, _cell, _linear
from .tensors import Tensors

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
    def __call__(self, inputs: Inputs) -> Float[np.ndarray, "B T O"]:
        """What the network says about some windows."""


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
        self.input = _linear(tensors, "input", D, W * P + T * F + S)
        self.blocks = [
            [_linear(tensors, f"blocks.{block}.{i}", D, D) for i in range(2)]
            for block in range(config.blocks)
        ]
        self.output = _linear(tensors, "output", T * self.outputs, D)
        tensors.finish()

    def __call__(self, inputs: Inputs) -> Float[np.ndarray, "B T O"]:
        B = len(inputs.past)
        past = _right_aligned(inputs.past, inputs.lengths)
        parts = [past.reshape(B, -1), inputs.future.reshape(B, -1), inputs.static]
        x = _relu(linear.forward(np.concatenate(parts, axis=1), self.input))
        for first, second in self.blocks:
            x = x + linear.forward(_relu(linear.forward(x, first)), second)
        return linear.forward(_relu(x), self.output).reshape(B, -1, self.outputs)


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
        self.kernel = _CELLS[config.cell][0]
        self.state_kind = _STATES[config.cell]
        reads = sizes.past_size + sizes.static_size
        self.encoder = [
            _cell(config.cell, tensors, "encoder.", f"_l{layer}", reads if layer == 0 else H, H)
            for layer in range(config.layers)
        ]
        query = H + sizes.future_size + sizes.static_size
        if config.decode == "direct":
            self.steps = tensors.take("steps", sizes.horizon, EMBEDDING)
            query += EMBEDDING
        else:
            along = 1 + sizes.future_size + sizes.static_size
            self.cell = _cell(config.cell, tensors, "cell.", "", along, H)
            self.initial = _linear(tensors, "initial", len(self.state_kind._fields) * H, H)
        if config.attention:
            self.query = _linear(tensors, "query", H, query)
        self.readout = _linear(tensors, "readout", H, query + (H if config.attention else 0))
        self.more = _linear(tensors, "more", H, H)
        self.output = _linear(tensors, "output", OUTPUT_SIZES[config.output], H)
        tensors.finish()

    def __call__(self, inputs: Inputs) -> Float[np.ndarray, "B T O"]:
        return self.decode(self.encode(inputs), inputs)

    def encode(self, inputs: Inputs) -> Encoded:
        """Step 1."""
        W = inputs.past.shape[1]
        static = np.repeat(inputs.static[:, None], W, axis=1)
        x = np.concatenate([inputs.past, static], axis=2)
        layers = []
        for weights in self.encoder:
            x, last, _ = unroll(self.kernel, x, weights, lengths=inputs.lengths)
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

    def decode(self, encoded: Encoded, inputs: Inputs) -> Float[np.ndarray, "B T O"]:
        """The horizon.

        Args:
            encoded: From `encode`.
            inputs: What is known of the horizon; of the past, the last value.
        """
        T = inputs.future.shape[1]
        summary_BH = encoded.layers[-1].h
        static = np.repeat(inputs.static[:, None], T, axis=1)
        along = np.concatenate([inputs.future, static], axis=2)
        if self.config.decode == "direct":
            steps = np.repeat(self.steps[None, :T], len(summary_BH), axis=0)
            summary = np.repeat(summary_BH[:, None], T, axis=1)
            return self._say(np.concatenate([summary, steps, along], axis=2), encoded)
        return self._roll(summary_BH, along, encoded, inputs)

    def _roll(
        self, summary_BH: np.ndarray, along_BTF: np.ndarray, encoded: Encoded, inputs: Inputs
    ) -> np.ndarray:
        """Steps 5 to 7."""
        first = np.tanh(linear.forward(summary_BH, self.initial))
        state = self.state_kind(*np.split(first, len(self.state_kind._fields), axis=1))
        z_B1 = inputs.past[np.arange(len(first)), inputs.lengths - 1, :1]
        said = []
        for t in range(along_BTF.shape[1]):
            along_BF = along_BTF[:, t]
            state, _ = self.kernel.step(np.concatenate([z_B1, along_BF], axis=1), state, self.cell)
            query = np.concatenate([state.h, along_BF], axis=1)[:, None]
            out = self._say(query, encoded)
            z_B1 = along_BF[:, :1] + inputs.ratio[:, None] * middle(out, self.config.output)
            said.append(out)
        return np.concatenate(said, axis=1)

    def _say(self, query_BTQ: np.ndarray, encoded: Encoded) -> np.ndarray:
        """Steps 2 to 4."""
        if self.config.attention:
            states_BWH = encoded.states
            B, W, H = states_BWH.shape
            scores_BTW = linear.forward(query_BTQ, self.query) @ states_BWH.transpose(0, 2, 1)
            live = real_steps(encoded.lengths, B, W)[:, None]
            context_BTH = softmax(scores_BTW / math.sqrt(H), live) @ states_BWH
            query_BTQ = np.concatenate([query_BTQ, context_BTH], axis=2)
        r = _relu(linear.forward(query_BTQ, self.readout))
        return linear.forward(r + _relu(linear.forward(r, self.more)), self.output)


def single(inputs: Inputs) -> Inputs:
    """Inputs in float32, as the weights are."""
    return inputs._replace(
        past=inputs.past.astype(np.float32),
        future=inputs.future.astype(np.float32),
        static=inputs.static.astype(np.float32),
        ratio=inputs.ratio.astype(np.float32),
    )


def _relu(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.maximum(x, 0.0)
    return found


def _right_aligned(past: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    places = np.arange(past.shape[1]) - (past.shape[1] - lengths)[:, None]
    moved = np.take_along_axis(past, np.maximum(places, 0)[:, :, None], axis=1)
    return np.where((places >= 0)[:, :, None], moved, 0.0).astype(past.dtype)
