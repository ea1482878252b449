"""A forecast that follows its series: each new value costs the same, however long the past.

A recurrent model carries its state: a push is one step of the encoder. Its scale is that of the
window it last read whole; after as many pushes as a window has values it reads the last window
again, and the scale is fresh. So memory holds two windows at most. A fully-connected model reads
its window anew at every push. Checked by `tests/runtime/test_forecast_stream.py`: by the states of
the whole past read at once, by `predict`, and by counting steps.
"""

from collections import deque
from typing import Any

import numpy as np

from ..config.forecast import LEVELS, MEDIAN, Output
from ..data.series.scaling import ForecastInputs, Scale, Window, features, measure, single
from ..data.series.series import Series, SeriesSet
from ..decoding.conformal import widen
from ..decoding.contract import check_finite
from ..decoding.forecast_table import ForecastTable
from ..decoding.quantiles import interval, quantiles
from ..decoding.restore import restore
from ..errors import ConfigError, DataError
from ..export.parts.forecast import ForecastParts
from ..networks.forecasters import Forecasting, RecurrentSeries, WindowMemory


class Stream:
    """One series, followed value by value.

    Attributes:
        steps: Encoder steps done so far.
    """

    def __init__(
        self,
        network: Forecasting,
        output: Output,
        parts: ForecastParts,
        data: SeriesSet,
        level: int,
    ) -> None:
        """
        Args:
            network: The model's.
            output: What it says.
            parts: The model's.
            data: The past, one series.
            level: Of the intervals, %.
        Raises:
            ConfigError: There are several series, or the model has covariates.
        """
        if len(data.series) != 1:
            raise ConfigError(
                f"stream: `history` must be one series, got {len(data.series)}. Make a stream for "
                "each."
            )
        if parts.features.known or parts.features.static:
            raise ConfigError(
                "stream: a model with covariates cannot stream. "
                "Train it with data.covariates=false, or call predict for each new value."
            )
        self.network, self.output, self.parts, self.level = network, output, parts, level
        self.axis, self.name = data.series[0].axis, data.series[0].name
        self.end = data.series[0].end
        self.values: deque[float] = deque(maxlen=parts.scaling.window)
        self.steps = 0
        for value in data.series[0].values[-parts.scaling.window :]:
            self.values.append(self._read(float(value)))
        self._anchor()

    def push(self, value: float) -> ForecastTable:
        """Take the next value of the series; return the forecast after it.

        Raises:
            DataError: The value is not a number, or not positive where the model takes logarithms.
        """
        self.values.append(self._read(float(value)))
        self.end += 1
        recurrent = isinstance(self.network, RecurrentSeries)
        if not recurrent or len(self.states) >= 2 * self.parts.scaling.window:
            self._anchor()
        else:
            self._step()
        return self.forecast()

    def forecast(self) -> ForecastTable:
        """The forecast after the last value."""
        inputs, by = self._inputs()
        if isinstance(self.network, RecurrentSeries):
            states = np.stack(self.states, axis=1)
            value = inputs.past[:, -1, :1]
            read = WindowMemory(states, np.array([states.shape[1]]), self.layers, value)
            said = self.network.ahead(read, inputs)
        else:
            said = self.network(inputs)
        found = quantiles(said, self.output)
        correction = self.parts.calibration[LEVELS.index(self.level)]
        bounds = widen(*interval(found, self.level), correction, found[:, :, MEDIAN])
        done = restore(found, bounds, by, log=self.parts.scaling.log)
        check_finite(*done)
        times = tuple(self.axis.label(self.end + t) for t in range(self.parts.horizon))
        return ForecastTable(
            (self.name,) * len(times),
            times,
            done.point[0],
            done.lower[0],
            done.upper[0],
            self.level,
        )

    def _anchor(self) -> None:
        """Read the last window whole."""
        self.scale = measure(self._window(), self.parts.scaling)
        self.states: list[np.ndarray] = []
        if isinstance(self.network, RecurrentSeries):
            inputs, _ = self._inputs()
            read = self.network.encode(inputs.past, inputs.lengths, inputs.static)
            self.states = list(read.states.swapaxes(0, 1))
            self.layers: tuple[Any, ...] = read.layers
            self.steps += len(self.states)

    def _step(self) -> None:
        """Read the last value."""
        assert isinstance(self.network, RecurrentSeries)
        inputs, _ = self._inputs()
        self.layers = self.network.read(inputs.past[:, -1], inputs.static, self.layers)
        self.states.append(self.layers[-1].h)
        self.steps += 1

    def _inputs(self) -> tuple[ForecastInputs, Scale]:
        """What the network reads of the last window, by the scale of the last anchor."""
        window = self._window()
        now = measure(window, self.parts.scaling)
        by = self.scale._replace(base=now.base, floor=now.floor)
        return single(features(window, by, self.parts.scaling)), by

    def _window(self) -> Window:
        n, T = len(self.values), self.parts.horizon
        start = self.end - n
        one = Series(self.name, start, np.array(self.values), np.zeros((0, 0)))
        known = self.parts.features.of_times(one, self.axis, [], n + T, "stream")
        recurrent = isinstance(self.network, RecurrentSeries)
        # a recurrent network reads what there is; the others' windows are padded at their end
        padding = 0 if recurrent else self.parts.scaling.window - n
        return Window(
            values=np.pad(one.values, (0, padding))[None],
            lengths=np.array([n]),
            past=np.pad(known[:n], ((0, padding), (0, 0)))[None],
            future=known[None, n:],
            static=np.zeros((1, 0)),
        )

    def _read(self, value: float) -> float:
        if not np.isfinite(value):
            raise DataError(f"stream: a value must be a number, got {value}. Leave it out.")
        if not self.parts.scaling.log:
            return value
        if value <= 0:
            raise DataError(
                f"stream: a value must be positive for data.transform = log, got {value:g}. "
                "Train with data.transform=none."
            )
        return float(np.log(value))
