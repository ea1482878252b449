"""A series and its forecast, for a trace: the loss is the mean of the forecast over the horizon.

More exactly, of what the network adds to the seasonal naive forecast, s times the median of its
output (`data/series/scaling.py`), in the user's unit, of logarithms where it reads those. The
window's own scale counts as fixed, and so does what the steps of the future are told. Left out, a
step has the window's mean for its value, and no change from the season before.
"""

import numpy as np

from ....config.forecast import MEDIAN, ForecasterConfig
from ....data.series.read import read_series
from ....data.series.scaling import ForecastInputs, scale, single
from ....data.series.series import SeriesSet
from ....data.series.windows import Origins, WindowSource
from ....decoding.forecast_table import shown
from ....decoding.quantiles import PROBABILITIES, interval, quantiles
from ....decoding.restore import restore
from ....errors import ConfigError, DataError
from ....export.parts.forecast import ForecastParts
from ....networks.forecasters import Forecasting
from ....networks.ops import Ops
from ....runtime.forecast import Forecaster
from ....runtime.numpy_ops import PLAIN
from ...facts import Facts
from ...trace import Named
from ..study import Answer, Study, kind_of

_VALUES = 2  # the first features of a step say its value; the others, its time


class SeriesStudy(Study):
    """The end of a series and what is forecast from there."""

    numbers = True
    sign = 1.0

    def __init__(
        self, config: ForecasterConfig, network: Forecasting, parts: ForecastParts, data: SeriesSet
    ) -> None:
        """
        Args:
            config: The network's settings.
            network: The network.
            parts: How it reads and says numbers.
            data: One series.
        """
        self.config, self.network, self.parts = config, network, parts
        one = data.series[0]
        end = np.array([len(one.values)])
        source = WindowSource(
            data,
            parts.features,
            scaling=parts.scaling,
            horizon=parts.horizon,
            future=True,
            where="trace",
        )
        inputs, self.by = scale(source.cut(Origins(np.zeros(1, np.int64), end)), parts.scaling)
        self.inputs = single(inputs)
        self.num_inputs = int(inputs.lengths[0])
        if config.architecture != "fully-connected":  # the others read as much as there is
            self.inputs = self.inputs._replace(past=self.inputs.past[:, : self.num_inputs])
        self.kind = kind_of(config)
        self.history = one.values[-self.num_inputs :]
        times = tuple(one.label(one.end - k) for k in range(self.num_inputs, 0, -1))
        ahead = tuple(one.label(one.end + t) for t in range(parts.horizon))
        known = range(1, parts.features.known_size + 1)
        self.labels = {
            "source": times,
            "target": ahead,
            "step": (*ahead, *times),
            "feature": ("value", "change", *(f"known {k}" for k in known)),
            "quantile": tuple(f"{100 * p:g} %" for p in PROBABILITIES),
        }
        self.input = f"{one.name}: {times[0]} to {times[-1]}"

    def ask(self, ops: Ops, rows: int = 1) -> Answer:
        return self._answer(ForecastInputs(*(np.repeat(a, rows, axis=0) for a in self.inputs)), ops)

    def without(self, spans: list[slice]) -> np.ndarray:
        rows = ForecastInputs(*(np.repeat(a, len(spans), axis=0) for a in self.inputs))
        for past_WP, span in zip(rows.past, spans, strict=True):
            past_WP[span, :_VALUES] = 0.0
        return self._answer(rows, PLAIN).value

    def arrays(self, answer: Answer) -> dict[str, Named]:
        past = self.inputs.past[0, : self.num_inputs]
        values = self._values(answer).astype(np.float32)
        return {
            "input/history": Named(self.history.astype(np.float32), ("source",)),
            "input/values": Named(past, ("source", "feature")),
            "output/values": Named(values, ("target", "quantile")),
        }

    def facts(self, answer: Answer) -> Facts:
        """`added`: mean size of what the network adds, in units of the naive forecast's error."""
        place = MEDIAN if self.config.output == "quantile" else 0
        return {"added": float(np.abs(np.sort(answer.said[0], axis=1)[:, place]).mean())}

    def output(self, answer: Answer) -> str:
        values = self._values(answer)
        return ", ".join(shown(row[MEDIAN], np.ptp(row), least=6) for row in values)

    def steps_of(self, layer: str) -> str:
        if layer.startswith("hidden"):
            return ""
        return "step" if layer.startswith("layers") else super().steps_of(layer)

    def _answer(self, inputs: ForecastInputs, ops: Ops) -> Answer:
        value_BTO = self.network.on(ops)(inputs)
        said_BTO = ops.numbers(value_BTO)
        B, T, _ = said_BTO.shape
        order_BTO = np.argsort(said_BTO, axis=2)
        place_BT = order_BTO[:, :, MEDIAN] if self.config.output == "quantile" else 0
        where = (np.arange(B)[:, None], np.arange(T), place_BT)
        unit = float(self.by.unit[0]) / T
        seeds = np.zeros_like(said_BTO)
        seeds[where] = unit
        return Answer(unit * said_BTO[where].sum(axis=1), [(value_BTO, seeds)], said_BTO)

    def _values(self, answer: Answer) -> np.ndarray:
        """Quantiles in the user's unit, as `predict` has its median: `(T, Q)`."""
        found = quantiles(answer.said[:1], self.config.output)
        bounds = interval(found, 80)
        restored = restore(found, bounds, self.by, log=self.parts.scaling.log)
        values: np.ndarray = restored.quantiles[0]
        return values


def study(model: Forecaster, x: object, target: object = None) -> SeriesStudy:
    """The end of a series and its forecast.

    Raises:
        ConfigError: A target is given.
        DataError: `x` is refused as `predict` refuses it, or has several series.
    """
    if target is not None:
        raise ConfigError("trace: a forecast is explained without a `target`: leave it out.")
    data = read_series(x, like=model.parts.features.axis)
    if len(data.series) != 1:
        raise DataError(
            f"trace: `x` must be one series, got {len(data.series)}. Trace them one by one."
        )
    return SeriesStudy(model.file.model, model.network, model.parts, data)
