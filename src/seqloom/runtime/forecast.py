"""`seqloom.load(path).predict(history)`: a forecasting model at work, with NumPy alone."""

from collections.abc import Iterator

import numpy as np

from ..config.forecast import LEVELS, MEDIAN, ForecastDecodingConfig
from ..data.series.read import read_series
from ..data.series.scaling import scale, single
from ..data.series.series import SeriesSet
from ..data.series.windows import Origins, WindowSource
from ..decoding.conformal import widen
from ..decoding.contract import check_finite
from ..decoding.forecast_table import ForecastTable
from ..decoding.quantiles import interval, quantiles
from ..decoding.restore import Forecasts, restore
from ..errors import ConfigError
from ..export.parts.forecast import ForecastParts
from ..networks.forecasters import Forecasting
from ..parallel import mapped
from ..progress import progress
from .forecast_stream import ForecastStream
from .model import Model

BATCH = 128  # windows that go through the network together


class Forecaster(Model):
    """A trained model of series, ready to forecast."""

    parts: ForecastParts
    network: Forecasting

    def predict(self, history: object, *, level: int | None = None) -> ForecastTable:
        """Forecast what follows each series.

        Args:
            history: A CSV's path, a pandas or polars frame, `{name: numbers}`, or a list of
                numbers; with covariates, rows for the future with an empty value.
            level: Of the interval, 50, 80, 90 or 95 %; what the file says if `None`.
        Raises:
            DataError: The data breaks a rule, or is of another frequency.
            ConfigError: `level` is another.
        """
        level = self.level(level)
        data = read_series(history, like=self.parts.features.axis)
        ends = np.array([len(one.values) for one in data.series])
        found = self.forecasts(data, Origins(np.arange(len(ends)), ends), level=level)
        T = self.parts.horizon
        return ForecastTable(
            unique_id=tuple(one.name for one in data.series for _ in range(T)),
            time=tuple(one.label(one.end + t) for one in data.series for t in range(T)),
            point=found.point.ravel(),
            lower=found.lower.ravel(),
            upper=found.upper.ravel(),
            level=level,
        )

    def forecasts(self, data: SeriesSet, origins: Origins, *, level: int) -> Forecasts:
        """Forecast from given origins, each seeing what is before it and nothing else."""
        parts = self.parts
        ends = np.array([len(one.values) for one in data.series])
        source = WindowSource(
            data,
            parts.features,
            scaling=parts.scaling,
            horizon=parts.horizon,
            future=bool((origins.origin + parts.horizon > ends[origins.which]).any()),
            where="predict",
        )
        rows = np.split(np.arange(len(origins)), range(BATCH, len(origins), BATCH))
        batches = []
        with progress("forecasting", len(rows)) as step:
            for found in mapped(
                lambda some: self._batch(source, origins.rows(some), level), rows, self.threads
            ):
                batches.append(found)
                step(1)
        return Forecasts(*(np.concatenate(column) for column in zip(*batches, strict=True)))

    def stream(self, history: object = None, *, level: int | None = None) -> ForecastStream:
        """Follow one series: `push` takes its next value and gives the next forecast.

        Args:
            history: One series, as for `predict`, without covariates of its own; `None` if a saved
                state is to be loaded.
            level: Of the interval, %; what the file says if `None`.
        """
        like = self.parts.features.axis
        data = None if history is None else read_series(history, like=like)
        return ForecastStream(self, data, self.level(level))

    def level(self, level: int | None) -> int:
        """A level that intervals can be asked for."""
        usual = self.file.decoding
        assert isinstance(usual, ForecastDecodingConfig)
        level = usual.level if level is None else level
        if level not in LEVELS:
            raise ConfigError(
                f"predict: `level` must be one of {', '.join(map(str, LEVELS))}, got {level}."
            )
        return level

    def describe_parts(self) -> Iterator[tuple[str, object]]:
        """Name and value of what the task holds besides its network."""
        parts = self.parts
        yield "horizon", parts.horizon
        yield "frequency", parts.features.axis.frequency
        yield from parts.scaling._asdict().items()
        names = [entry[0] for entry in parts.features.known]
        names += [entry[0] for entry in parts.features.static]
        yield "covariate_columns", ", ".join(names) or "none"

    def _batch(self, source: WindowSource, origins: Origins, level: int) -> Forecasts:
        inputs, by = scale(source.cut(origins), self.parts.scaling)
        said = quantiles(self.runner(single(inputs)), self.file.model.output)
        correction = self.parts.calibration[LEVELS.index(level)]
        bounds = widen(*interval(said, level), correction, said[:, :, MEDIAN])
        found = restore(said, bounds, by, log=self.parts.scaling.log)
        check_finite(*found)
        return found
