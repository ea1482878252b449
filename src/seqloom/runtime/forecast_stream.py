"""A forecast that follows its series: each new value costs the same, however long the past.

A recurrent model carries its state: a push is one step of the encoder. Its scale is that of the
window it last read whole; after as many pushes as a window has values it reads the last window
again, and the scale is fresh. So memory holds two windows at most. A fully-connected model reads
its window anew at every push. Checked by `tests/runtime/test_forecast_stream.py`: by the states of
the whole past read at once, by `predict`, and by counting steps.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..config.forecast import LEVELS, MEDIAN
from ..data.series.scaling import ForecastInputs, Scale, Window, features, measure, single
from ..data.series.series import Series, SeriesSet
from ..data.series.times import TimeAxis
from ..decoding.conformal import widen
from ..decoding.contract import check_finite
from ..decoding.forecast_table import ForecastTable
from ..decoding.quantiles import interval, quantiles
from ..decoding.restore import restore
from ..errors import ConfigError, DataError
from ..export.parts.forecast import ForecastParts
from ..networks.forecasters import RecurrentSeries, WindowMemory
from .stream import Held, ModelStream, Streamed, array_of, arrays_of, number_of, text_of, tree_of


class ForecastStream(ModelStream):
    """One series, followed value by value; `Forecaster.stream` makes one.

    Attributes:
        level: Of the intervals, %.
        steps: Encoder steps done so far.
    """

    parts: ForecastParts

    def __init__(self, model: Streamed, data: SeriesSet | None, level: int) -> None:
        """
        Args:
            model: One without covariates.
            data: The past, one series; `None` if a saved state is to be loaded.
            level: Of the intervals, %.
        Raises:
            ConfigError: There are several series, or the model has covariates.
        """
        super().__init__(model)
        if data is not None and len(data.series) != 1:
            raise ConfigError(
                f"stream: `history` must be one series, got {len(data.series)}. Make a stream for "
                "each."
            )
        self.output = model.file.model.output
        if self.parts.features.known or self.parts.features.static:
            raise ConfigError(
                "stream: a model with covariates cannot stream. "
                "Train it with data.covariates=false, or call predict for each new value."
            )
        self.data, self.level = data, level
        self.reset()

    def reset(self) -> None:
        """Go back to the history."""
        window = self.parts.scaling.window
        self.axis, self.name, self.end = self.parts.features.axis, "", 0
        self.values: deque[float] = deque(maxlen=window)
        self.states: list[np.ndarray] = []
        self.layers: tuple[Any, ...] = ()
        self.scale: Scale | None = None
        self.steps = 0
        if self.data is not None:
            (series,) = self.data.series
            self.axis, self.name, self.end = series.axis, series.name, series.end
            self.values.extend(self._read(float(value)) for value in series.values[-window:])
            self._anchor()

    def held(self) -> Held:
        plain = {
            "axis": self.axis.to_json(),
            "name": self.name,
            "end": self.end,
            "level": self.level,
            "steps": self.steps,
        }
        arrays = {"values": np.array(self.values)}
        if self.scale is not None:
            arrays |= arrays_of("scale", self.scale)
        if self.states:
            arrays |= {"states": np.stack(self.states), **arrays_of("layers", self.layers)}
        return Held(plain, arrays)

    def take(self, held: Held) -> None:
        plain, arrays, window = held.plain, held.arrays, self.parts.scaling.window
        values = array_of("values", np.zeros(0), arrays)
        axis = TimeAxis.from_json(plain["axis"])
        if (axis.unit, axis.step) != (self.parts.features.axis.unit, self.parts.features.axis.step):
            raise ValueError("its times are not those of the model")
        self.axis, self.name = axis, text_of(plain, "name")
        self.end, self.steps = number_of(plain, "end"), number_of(plain, "steps")
        axis.label(self.end + self.parts.horizon)
        self.level = number_of(plain, "level")
        LEVELS.index(self.level)
        self.values = deque(values.tolist(), maxlen=window)
        self.states, self.layers, self.scale = [], (), None
        if not len(values):
            return
        if len(values) > window or not np.isfinite(values).all():
            raise ValueError("its values are not those of a window")
        self.scale = tree_of("scale", measure(self._window(), self.parts.scaling), arrays)
        if isinstance(self.network, RecurrentSeries):
            first = self.model.network.first_layers(1)
            self.layers = tree_of("layers", first, arrays)
            states = array_of("states", np.stack([first[-1].h])[:0], arrays)
            if not 1 <= len(states) <= 2 * window:
                raise ValueError("its states are not those of a window")
            self.states = list(states)

    def push(self, value: float | Sequence[float] | np.ndarray) -> ForecastTable:
        """Take the next value of the series, or several; return the forecast after it.

        Raises:
            DataError: A value is not a number, or not positive where the model takes logarithms.
            ConfigError: The stream has neither a history nor a state.
        """
        self._check_begun()
        for one in [self._read(float(one)) for one in np.atleast_1d(value)]:
            self.values.append(one)
            self.end += 1
            recurrent = isinstance(self.network, RecurrentSeries)
            if not recurrent or len(self.states) >= 2 * self.parts.scaling.window:
                self._anchor()
            else:
                self._step()
        return self.forecast()

    def finish(self) -> ForecastTable:
        """The forecast after the last value: a value is complete by itself."""
        return self.forecast()

    def forecast(self) -> ForecastTable:
        """The forecast after the last value.

        Raises:
            ConfigError: The stream has neither a history nor a state.
        """
        self._check_begun()
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

    def _check_begun(self) -> None:
        if not self.values:
            raise ConfigError(
                "stream: `history` is missing. Give one to stream(), or load a saved state."
            )

    def _anchor(self) -> None:
        """Read the last window whole."""
        self.scale = measure(self._window(), self.parts.scaling)
        self.states = []
        if isinstance(self.network, RecurrentSeries):
            inputs, _ = self._inputs()
            read = self.network.encode(inputs.past, inputs.lengths, inputs.static)
            self.states = list(read.states.swapaxes(0, 1))
            self.layers = read.layers
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
        assert self.scale is not None
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
