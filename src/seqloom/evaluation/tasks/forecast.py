"""How good a forecaster is: a backtest beside every baseline at the same origins, and who wins.

It walks forward over the end of the data, or takes the values of a test file.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...data.given import given
from ...data.series.continued import continued
from ...data.series.read import read_series
from ...data.series.series import SeriesSet
from ...data.series.time_texts import parse_times
from ...data.series.windows import Origins, check_targets, walk_forward
from ...errors import ConfigError
from ...extras import require
from ...plain import JSON
from ...runtime.forecast import Forecaster
from ..backtest import NETWORK, Backtest, backtest
from ..forecast_baselines import NAIVE2, NAMES
from ..model_evaluation import ModelEvaluation, Notes

if TYPE_CHECKING:
    from rich.console import Console

WINDOWS = 1  # of a backtest, if the user gives none


@dataclass(frozen=True, kw_only=True, repr=False)
class ForecastEvaluation(ModelEvaluation):
    """What an evaluation of a forecaster found.

    Attributes:
        scores: The backtest: every method's scores, and its `verdict()`.
    """

    scores: Backtest

    def measured(self) -> dict[str, JSON]:
        return self.scores.to_json()

    def print_on(self, console: "Console") -> None:
        from ..forecast_report import print_backtest

        print_backtest(self.scores, console)

    def headline(self) -> str:
        scores = self.scores.methods[NETWORK].scores
        mase = f"MASE {scores.mase:.3f}, " if math.isfinite(scores.mase) else ""
        return f"{mase}sMAPE {scores.smape:.2f} %; verdict: {self.scores.verdict()}"

    @property
    def flattered(self) -> bool:
        """True if the model has seen some of the values, so that its scores say little."""
        return self.scores.seen > 0


def evaluate(
    model: Forecaster,
    data: object,
    *,
    windows: int | None = None,
    test: object = None,
    against: str | Sequence[str] | None = None,
    level: int | None = None,
    say: Callable[[str], object] | None = None,
) -> ForecastEvaluation:
    """Score forecasts beside those of baselines.

    Args:
        model: The model.
        data: Series, as `predict` takes them.
        windows: Origins of each series, a horizon apart, at its end; 1 if `None`.
        test: Series that follow those of `data`, in place of windows.
        against: Names of baselines, or one text with commas; all if `None`.
        level: Of the intervals, %; what the file says if `None`.
        say: Told each note at once.
    Raises:
        DataError: The data breaks a rule, or is too short.
        ConfigError: An option is out of range.
    """
    notes = Notes(say)
    level = model.level(level)
    names = _baselines(against)
    series, origins = _origins(model, data, windows, test, notes)
    T = model.parts.horizon
    check_targets(origins, series, T)
    seen = _seen(model, series, origins)
    if seen:
        notes(
            f"warning: {seen} of {sum(map(len, origins))} forecasts are of values that the model "
            "was trained or chosen on, which flatters it, so there is no verdict. Train with --set "
            "data.test_steps=N to keep some apart."
        )
    found = backtest(
        series,
        origins,
        lambda some: model.forecasts(series, some, level=level),
        horizon=T,
        season=model.parts.scaling.season,
        level=level,
        baselines=names,
        seen=seen,
    )
    return ForecastEvaluation(
        model=model.name, data=given(data).name, notes=tuple(notes.lines), scores=found
    )


def read(model: Forecaster, data: object, say: Callable[[str], object]) -> SeriesSet:
    """Series for the model; what is odd about them is said."""
    found = read_series(data, like=model.parts.features.axis)
    for note in found.notes:
        say(f"note: {given(data).name}: {note}")
    return found


def _origins(
    model: Forecaster, data: object, windows: int | None, test: object, say: Callable[[str], object]
) -> tuple[SeriesSet, list[Origins]]:
    """Series that reach past the origins, and the origins: of a walk, or before a test file."""
    series = read(model, data, say)
    lengths = np.array([len(one.values) for one in series.series])
    if test is None:
        count = WINDOWS if windows is None else windows
        if count < 1:
            raise ConfigError(f"evaluate: `--windows` must be at least 1, got {count}.")
        return series, walk_forward(lengths, horizon=model.parts.horizon, windows=count)
    if windows is not None:
        raise ConfigError("evaluate: `--windows` and `--test` exclude each other. Drop one.")
    series = continued(series, read(model, test, say), given(test).name)
    there = np.flatnonzero(np.array([len(one.values) for one in series.series]) > lengths)
    return series, [Origins(there, lengths[there])]


def _baselines(given: str | Sequence[str] | None) -> list[str]:
    names = given.split(",") if isinstance(given, str) else NAMES if given is None else given
    names = [name.strip() for name in names]
    for name in names:
        if name not in NAMES:
            raise ConfigError(
                f"evaluate: `--against` must be some of {', '.join(NAMES)}, got {name!r}."
            )
    if set(names) != {NAIVE2}:
        require("evaluate", "statsforecast")
    return names


def _seen(model: Forecaster, data: SeriesSet, origins: list[Origins]) -> int:
    """How many forecasts are of values that the model was trained on, or chosen by."""
    seen = model.parts.seen
    latest = seen.get("")
    known = {one.name: seen.get(one.name, latest) for one in data.series}
    texts = sorted({text for text in known.values() if text is not None})
    times = parse_times(texts, texts.__getitem__, model.parts.features.axis).values
    seen_at = dict(zip(texts, times, strict=True))
    found = 0
    for window in origins:
        for which, origin in window:
            one = data.series[which]
            last = known[one.name]
            if last is not None:
                begins = one.axis.times(np.array([one.start + origin]))[0]
                found += bool(begins <= seen_at[last])
    return found
