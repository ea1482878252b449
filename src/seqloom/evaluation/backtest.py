"""A walk-forward backtest: the network and every baseline at the same origins, and who wins.

At each origin a method sees the values before it; its forecast is held against those that came,
but not against those that filled gaps.
Rows are forecasts, one for each series and origin. Which method is better is judged by MASE; the
paired bootstrap over rows says whether the difference is significant.

Checked by `tests/evaluation/test_backtest.py`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..bootstrap import resampled_sums
from ..data.series.season import m4_season
from ..data.series.series import SeriesSet
from ..data.series.windows import Origins
from ..decoding.quantiles import PROBABILITIES
from ..decoding.restore import Forecasts
from ..plain import JSON
from ..shapes import Float
from .forecast_baselines import NAIVE2, BaselineForecast, baseline
from .forecast_scores import ForecastScores, by_horizon, mase, mase_unit, owa, score

NETWORK = "network"


@dataclass(frozen=True)
class Method:
    """One method's forecasts, scored.

    Attributes:
        scores: Over all rows.
        owa: Against Naive2; NaN without it.
        errors: Scaled absolute error of each step of the horizon.
        row_mase: MASE of each row.
        failures: Rows for which the naive forecast stands in.
    """

    scores: ForecastScores
    owa: float
    errors: Float[np.ndarray, " T"]
    row_mase: Float[np.ndarray, " B"]
    failures: int = 0


@dataclass(frozen=True)
class Backtest:
    """What a backtest found.

    Attributes:
        methods: The network first, then the baselines.
        forecasts: Rows.
        series: Different series among them.
        windows: Origins of a series, at most.
        horizon: T.
        season: m of MASE.
        level: Of the intervals, %.
        m4_season: m by which the M4 scaled data of this frequency; `None` if it had none.
        seen: Forecasts of values that the network was trained or chosen on; with any there is no
            verdict.
    """

    methods: dict[str, Method]
    forecasts: int
    series: int
    windows: int
    horizon: int
    season: int
    level: int
    m4_season: int | None = None
    seen: int = 0

    @property
    def best_baseline(self) -> str:
        """The baseline of the lowest MASE, else of the lowest sMAPE."""
        others = [name for name in self.methods if name != NETWORK]
        return min(others, key=lambda name: _rank(self.methods[name].scores))

    @property
    def network_wins(self) -> bool | None:
        """True if the network has the lowest MASE significantly so; `None` if `seen`."""
        best = self.methods[self.best_baseline].scores
        if self.seen:
            return None
        return _rank(self.methods[NETWORK].scores) < _rank(best) and self._significant()

    def verdict(self) -> str:
        """Who wins, in a sentence; level, if the difference is not significant."""
        if self.seen:
            return (
                f"none: {self.seen:,} of {self.forecasts:,} forecasts are of values that the "
                "network was trained or chosen on, which flatters it."
            )
        network, rival = self.methods[NETWORK], self.methods[self.best_baseline]
        key = "MASE" if math.isfinite(network.scores.mase) else "sMAPE"
        ours, theirs = _rank(network.scores), _rank(rival.scores)
        figures = f"{key} {ours:.3f} against {theirs:.3f}"
        if not self._significant():
            number = "1 forecast" if self.forecasts == 1 else f"{self.forecasts:,} forecasts"
            return (
                f"the network and {self.best_baseline}, the best baseline, are level: {figures}; "
                f"the difference is not significant ({number})."
            )
        if self.network_wins:
            return f"the network beats every baseline: {figures} of {self.best_baseline}, the best."
        return (
            f"{self.best_baseline} beats the network: {key} {theirs:.3f} against {ours:.3f}; use "
            "it, or train longer, on more series, or with other settings."
        )

    def to_json(self) -> dict[str, JSON]:
        """Everything as plain values, NaN as null."""
        return {
            **{k: getattr(self, k) for k in ("forecasts", "series", "windows", "seen")},
            **{k: getattr(self, k) for k in ("horizon", "season", "m4_season", "level")},
            "methods": {
                name: {
                    **{k: _plain(v) for k, v in method.scores._asdict().items()},
                    "owa": _plain(method.owa),
                    "by_horizon": [_plain(float(error)) for error in method.errors],
                    "failures": method.failures,
                }
                for name, method in self.methods.items()
            },
            "network_wins": self.network_wins,
            "best_baseline": self.best_baseline,
            "verdict": self.verdict(),
        }

    def _significant(self) -> bool:
        """True if 95 % of resampled rows agree on the sign of the difference in MASE."""
        rows = [self.methods[name].row_mase for name in (NETWORK, self.best_baseline)]
        difference = rows[0] - rows[1]
        difference = difference[np.isfinite(difference)]
        if len(difference) < 2:
            return False
        sums = resampled_sums(difference[:, None])[:, 0]
        low, high = np.quantile(sums, [0.025, 0.975])
        return bool(low > 0 or high < 0)


def backtest(
    data: SeriesSet,
    origins: Sequence[Origins],
    network: Callable[[Origins], Forecasts],
    *,
    horizon: int,
    season: int,
    level: int,
    baselines: Sequence[str],
    seen: int = 0,
) -> Backtest:
    """Score the network and the baselines.

    Args:
        data: Series that reach past the origins.
        origins: Of each window.
        network: Forecasts from origins; must not look past them.
        horizon: T.
        season: m.
        level: Of the intervals, %.
        baselines: Names of `forecast_baselines.NAMES`, at least one.
        seen: See `Backtest`.
    """
    joined = Origins(
        np.concatenate([one.which for one in origins]),
        np.concatenate([one.origin for one in origins]),
    )
    pairs = list(joined)
    histories = [data.series[which].values[:origin] for which, origin in pairs]
    units = np.array([mase_unit(history, season) for history in histories])
    actual = np.full((len(pairs), horizon), np.nan)
    for row, (which, origin) in enumerate(pairs):
        came = data.series[which].known_values()[origin : origin + horizon]
        actual[row, : len(came)] = came
    found: dict[str, Forecasts | BaselineForecast] = {NETWORK: network(joined)}
    for name in baselines:
        found[name] = baseline(name, histories, horizon=horizon, season=season, level=level)
    scores = {name: _score(forecast, actual, units) for name, forecast in found.items()}
    methods = {}
    for name, forecast in found.items():
        relative = float("nan")
        if NAIVE2 in scores:
            ours, theirs = scores[name], scores[NAIVE2]
            relative = owa(ours.smape, ours.mase, theirs.smape, theirs.mase)
        methods[name] = Method(
            scores=scores[name],
            owa=relative,
            errors=by_horizon(actual, forecast.point, units),
            row_mase=mase(actual, forecast.point, units),
            failures=getattr(forecast, "failures", 0),
        )
    return Backtest(
        methods=methods,
        forecasts=len(pairs),
        series=len(set(joined.which.tolist())),
        windows=len(origins),
        horizon=horizon,
        season=season,
        level=level,
        m4_season=m4_season(data.axis),
        seen=seen,
    )


def _score(
    forecast: Forecasts | BaselineForecast, actual: np.ndarray, units: np.ndarray
) -> ForecastScores:
    own = forecast.quantiles if isinstance(forecast, Forecasts) else None
    return score(actual, forecast.point, forecast.lower, forecast.upper, units, own, PROBABILITIES)


def _rank(scores: ForecastScores) -> float:
    return scores.mase if math.isfinite(scores.mase) else scores.smape


def _plain(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
