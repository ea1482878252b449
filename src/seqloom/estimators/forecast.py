"""`SeriesForecaster`: the past of series to their future."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..decoding.forecast_table import ForecastTable
from ..errors import ConfigError, DataError
from .base import SeqloomEstimator


class SeriesForecaster(SeqloomEstimator):
    """A forecaster of one or more series.

    Every parameter is the setting of that name in docs/settings.md, task `forecast`; `None` is its
    default. `settings` takes all others by section.

    Attributes:
        model_: The trained model, as `seqloom.load` gives it.
        model_file_: The bytes of its file.
        y_: What it was fitted on, from whose end it forecasts.
    """

    TASK = "forecast"

    def __init__(
        self,
        *,
        horizon: int | None = None,
        window: int | None = None,
        season: int | None = None,
        transform: str | None = None,
        epochs: float | None = None,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int | None = None,
        architecture: str | None = None,
        cell: str | None = None,
        layers: int | None = None,
        attention: bool | None = None,
        output: str | None = None,
        hidden_size: int | None = None,
        dropout: float | None = None,
        batch_windows: int | None = None,
        learning_rate: float | None = None,
        weight_decay: float | None = None,
        level: int | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.horizon = horizon
        self.window = window
        self.season = season
        self.transform = transform
        self.epochs = epochs
        self.minutes = minutes
        self.steps = steps
        self.seed = seed
        self.architecture = architecture
        self.cell = cell
        self.layers = layers
        self.attention = attention
        self.output = output
        self.hidden_size = hidden_size
        self.dropout = dropout
        self.batch_windows = batch_windows
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.level = level
        self.settings = settings

    def fit(self, y: object) -> "SeriesForecaster":
        """Train; the last horizons of each series are held out for validation.

        Args:
            y: One series of numbers, `(T,)`; `{name: numbers}`; or a pandas or polars frame, long
                (`unique_id`, `ds`, `y`) or wide, as docs/forecast.md says of a CSV.
        Raises:
            ConfigError: A parameter is out of range or none of the architecture.
            DataError: The series break a rule.
        """
        y = _numbers(y)
        self._train(y)
        self.y_ = y
        return self

    def predict(self, horizon: int | None = None) -> Any:
        """Forecast what follows the series that it was fitted on.

        Args:
            horizon: Number of steps, at most that of the model; all of them if `None`.
        Returns:
            Of one series of numbers, the medians `(H,)`; else a table with `unique_id`, `ds`,
            `point` and the interval, in the kind of frame that was fitted; of a dictionary,
            `{name: medians}`.
        """
        table = self.predict_table(horizon)
        if isinstance(self.y_, np.ndarray):
            return table.point
        if isinstance(self.y_, Mapping):
            names = np.array(table.unique_id)
            return {str(name): table.point[names == str(name)] for name in self.y_}
        return table.to_polars() if hasattr(self.y_, "write_csv") else table.to_pandas()

    def predict_table(
        self, horizon: int | None = None, *, level: int | None = None
    ) -> ForecastTable:
        """The same with intervals, as `seqloom.load(...).predict` gives it.

        Args:
            horizon: As in `predict`.
            level: Of the interval, %; `None` is that of the model.
        Raises:
            ConfigError: The model forecasts fewer steps, or has no such level.
        """
        model: Any = self.model_
        most = model.parts.horizon
        horizon = most if horizon is None else horizon
        if not 1 <= horizon <= most:
            raise ConfigError(
                f"predict: `horizon` must be from 1 to {most}, got {horizon}. "
                f"Fit with SeriesForecaster(horizon={horizon})."
                if horizon > most
                else f"predict: `horizon` must be from 1 to {most}, got {horizon}."
            )
        table = model.predict(self.y_, level=level)
        kept = np.arange(len(table)) % most < horizon
        return ForecastTable(
            unique_id=tuple(np.array(table.unique_id, dtype=object)[kept]),
            time=tuple(np.array(table.time, dtype=object)[kept]),
            point=table.point[kept],
            lower=table.lower[kept],
            upper=table.upper[kept],
            level=table.level,
        )

    def score(self, y: object) -> float:
        """Minus the mean absolute error of the forecast, so that more is better.

        Args:
            y: The values that follow those that it was fitted on: numbers, at most a horizon of
                them; of several series, `{name: numbers}`.
        """
        y = _numbers(y)
        if isinstance(y, np.ndarray) and isinstance(self.y_, np.ndarray):
            errors = [np.abs(self.predict(len(y)) - y)]
        elif isinstance(y, Mapping) and isinstance(self.y_, Mapping):
            found = self.predict()
            errors = [
                np.abs(found[str(name)][: len(values)] - np.asarray(values, dtype=float))
                for name, values in y.items()
            ]
        else:
            raise DataError(
                "score: y must be of the kind that was fitted, numbers or {name: numbers}, got "
                f"{type(y).__name__}. Compare the table of predict with a frame by yourself."
            )
        return -float(np.concatenate(errors).mean())


def _numbers(y: object) -> Any:
    """A series of numbers as an array `(T,)`; frames and dictionaries as they are."""
    if isinstance(y, Mapping) or hasattr(y, "columns"):
        return y
    try:
        found = np.asarray(y, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"fit: y must be numbers, got {type(y).__name__}: {error}.") from error
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise DataError(
            f"fit: y must have 1 dimension, got {found.ndim}. "
            "Give several series as {name: numbers} or as a frame."
        )
    return found
