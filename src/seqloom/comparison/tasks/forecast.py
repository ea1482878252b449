"""The held-out test of the task `forecast`: MASE of the last horizons of each series.

Training stops before them (`data.test_steps`, the user's or as many horizons as validation has);
then every entry forecasts from the same origins,
walking forward, and sees what is before each origin and nothing else. An example is a series at an
origin. A series whose seasonal differences are all 0 has no MASE and is left out; where that
leaves none, the measure is sMAPE.

Baselines: the last value; the last season; Naive2; and with `statsforecast` Theta and ETS
(`evaluation/forecast_baselines.py`). Checked by `tests/comparison/test_held_out.py`.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.series.continued import continued
from ...data.series.read import read_series
from ...data.series.season import infer_season
from ...data.series.series import SeriesSet
from ...data.series.windows import Origins, held_out_horizons, walk_forward
from ...errors import ConfigError, DataError
from ...evaluation.forecast_baselines import baseline, naive2
from ...evaluation.forecast_scores import mase, mase_unit, smape
from ...evaluation.measure import Measure
from ...extras import install_line
from ...runtime.forecast import Forecaster
from ...runtime.model import Model
from ..records import Settings, Spec, section
from .held_out import Answers, ExampleScores, HeldOut, TaskBaseline

if TYPE_CHECKING:
    from ...training.work import Work


LEVEL = 90
MOST_WINDOWS = 10  # origins of a series
LIBRARY = {"theta": "Theta", "ets": "ETS"}


class ForecastHeldOut(HeldOut):
    """Ends of series held out."""

    length_unit = "values of the past"

    @classmethod
    def hold_out(
        cls, data: str, test: str | None, settings: Settings, folder: Path
    ) -> tuple[Spec, list[str]]:
        chosen: dict[str, Any] = section(settings, "data")
        layout = chosen.get("layout", "auto")
        series = read_series(data, layout=layout)
        horizon = chosen.get("horizon") or _horizon(series, chosen.get("season"))
        steps, line = (
            int(chosen.get("test_steps") or 0),
            f"test: the values of {test}, which follow",
        )
        if test is not None and steps:
            raise ConfigError(
                f"compare: `--set data.test_steps` must not come with --test, got {steps}. "
                "Drop one."
            )
        if test is None:
            if not steps:
                ends = np.array([len(one.values) for one in series.series])
                steps = min(held_out_horizons(ends, horizon), MOST_WINDOWS) * horizon
            if steps < horizon:
                raise ConfigError(
                    f"compare: `--set data.test_steps` must be at least the horizon, {horizon}, "
                    f"got {steps}. Raise it."
                )
            windows = steps // horizon
            line = (
                f"test: the last {steps} steps of each series, {windows} "
                f"{'forecast' if windows == 1 else 'forecasts'} of {horizon} steps; no network is "
                "trained on them"
            )
        train = {"data": {"horizon": horizon, "test_steps": steps}}
        return {
            "train": str(Path(data).resolve()),
            "valid": None,
            "test": None if test is None else str(Path(test).resolve()),
            "settings": train,
            "layout": layout,
        }, [line]

    @classmethod
    def complete(cls, spec: Spec, work: "Work") -> Spec:
        from ...training.tasks.forecast import Forecast  # torch

        assert isinstance(work, Forecast), "of this task"
        data = work.config.data
        return {**spec, "horizon": data.horizon, "season": data.season}

    def __init__(self, spec: Spec) -> None:
        self.horizon, self.season = int(spec["horizon"]), int(spec["season"])
        steps = spec["settings"]["data"]["test_steps"]
        assert isinstance(steps, int), "as written by `hold_out`"
        data = read_series(spec["train"], layout=spec["layout"])
        lengths = np.array([len(one.values) for one in data.series])
        if spec["test"] is not None:
            more = read_series(spec["test"], layout=spec["layout"], like=data.axis)
            data = continued(data, more, spec["test"])
            longer = np.array([len(one.values) for one in data.series]) > lengths
            there = np.flatnonzero(longer)
            walk = [Origins(there, lengths[there])]
        else:
            windows = steps // self.horizon
            walk = walk_forward(lengths, horizon=self.horizon, windows=windows)
        self.data = data
        self._measure(walk)
        self.lengths = [float(origin) for _, origin in self.origins]
        if find_spec("statsforecast") is None:
            self.skipped = (
                f"left out: Theta and ETS need statsforecast: {install_line('baselines')}",
            )

    def _measure(self, walk: list[Origins]) -> None:
        """Choose the examples: what came is known there, and has a unit if any has one."""
        joined = Origins(
            np.concatenate([one.which for one in walk]) if walk else np.zeros(0, np.int64),
            np.concatenate([one.origin for one in walk]) if walk else np.zeros(0, np.int64),
        )
        actual = np.full((len(joined), self.horizon), np.nan)
        units = np.zeros(len(joined))
        for row, (which, origin) in enumerate(joined):
            one = self.data.series[which]
            came = one.known_values()[origin : origin + self.horizon]
            actual[row, : len(came)] = came
            units[row] = mase_unit(one.values[:origin], self.season)
        known = np.isfinite(actual).any(axis=1)
        scaled = bool(np.isfinite(units[known]).any())
        kept = np.flatnonzero(known & np.isfinite(units)) if scaled else np.flatnonzero(known)
        if not len(kept):
            raise DataError(
                "compare: no series has values in its last "
                f"{self.horizon} steps to test on. Lower data.horizon."
            )
        self.origins, self.actual, self.units = joined.rows(kept), actual[kept], units[kept]
        self.measure = (
            Measure("mase", "MASE", "", 4) if scaled else Measure("smape", "sMAPE", "%", 2)
        )

    def answers(self, model: Model, rows: Sequence[int]) -> Answers:
        assert isinstance(model, Forecaster), "of this task"
        origins = self.origins.rows(np.array(rows))
        return model.forecasts(self.data, origins, level=LEVEL).point

    def score(self, rows: Sequence[int], answers: Answers) -> ExampleScores:
        chosen, forecasts = np.array(rows), np.asarray(answers)
        if self.measure.key == "mase":
            found = mase(self.actual[chosen], forecasts, self.units[chosen])
        else:
            found = smape(self.actual[chosen], forecasts)
        return ExampleScores([float(value) for value in found], [1.0] * len(found))

    def baselines(self) -> list[TaskBaseline]:
        found = [
            TaskBaseline(
                "naive", "the last value", self._each(lambda past: _last(past, self.horizon))
            )
        ]
        if self.season > 1:
            found.append(
                TaskBaseline("seasonal-naive", "the last season", self._each(self._season))
            )
            found.append(TaskBaseline("naive2", "Naive2", self._each(self._naive2)))
        if not self.skipped:
            found += [
                TaskBaseline(name, title, partial(self._library, name))
                for name, title in LIBRARY.items()
            ]
        return found

    def _season(self, past: np.ndarray) -> np.ndarray:
        return _last(past, self.horizon, self.season)

    def _naive2(self, past: np.ndarray) -> np.ndarray:
        return naive2(past, self.horizon, self.season)

    def _pasts(self, rows: Sequence[int]) -> list[np.ndarray]:
        pairs = list(self.origins.rows(np.array(rows)))
        return [self.data.series[which].values[:origin] for which, origin in pairs]

    def _each(
        self, method: Callable[[np.ndarray], np.ndarray]
    ) -> Callable[[], Callable[[Sequence[int]], np.ndarray]]:
        return lambda: lambda rows: np.stack([method(past) for past in self._pasts(rows)])

    def _library(self, name: str) -> Callable[[Sequence[int]], np.ndarray]:
        def answer(rows: Sequence[int]) -> np.ndarray:
            found = baseline(
                name, self._pasts(rows), horizon=self.horizon, season=self.season, level=LEVEL
            )
            return found.point

        return answer


def _last(past: np.ndarray, horizon: int, season: int = 1) -> np.ndarray:
    """The last season, again and again; the last value where there is no whole season."""
    season = season if len(past) >= season else 1
    return np.resize(past[-season:], horizon)


def _horizon(series: SeriesSet, season: int | None) -> int:
    """The task's own default: a season, or 10 steps."""
    if season is None:
        season = infer_season([one.values for one in series.series], series.axis).length
    return season if season > 1 and math.isfinite(season) else 10
