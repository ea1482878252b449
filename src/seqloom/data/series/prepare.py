"""From the user's series to windows for training and validation, with a report of what was done."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...config import Config
from ...config.forecast import (
    LONGEST_WINDOW,
    MANY,
    ForecastDataConfig,
    FullyConnectedForecasterConfig,
)
from ...errors import DataError
from ...shapes import Int
from ..given import given
from ..prepared import Prepared
from .continued import continued
from .features import Features
from .layout import SeriesColumns
from .read import read_series
from .scaling import Scaling
from .season import Season, infer_season
from .series import SeriesSet
from .windows import (
    LEAST,
    Origins,
    WindowSource,
    held_out_horizons,
    held_out_origins,
    training_origins,
)


@dataclass(frozen=True, kw_only=True)
class PreparedSeries(Prepared):
    """Series as training wants them.

    Attributes:
        data: All that training and validation may read.
        features: What the network is told beside the values.
        scaling: Season, window and rules of scaling.
        train: Where training windows are cut: series end where validation begins.
        train_origins: Of the training windows.
        valid: Where validation windows are cut.
        valid_origins: Of the validation windows.
    """

    data: SeriesSet
    features: Features
    scaling: Scaling
    train: WindowSource
    train_origins: Origins
    valid: WindowSource
    valid_origins: Origins


def prepare_series(
    train: object, valid: object | None, config: Config, known: Features | None = None
) -> tuple[PreparedSeries, ForecastDataConfig]:
    """Read series, infer what is not set, cut windows.

    Args:
        train: A table of series.
        valid: A table with the values that follow them; if `None`, their ends are held out.
        config: Settings of the task.
        known: What a network is told beside the values, of a model that is trained further; if
            `None`, it follows from the data.
    Returns:
        The data, and the settings of the data with all that depends on them filled in.
    Raises:
        DataError: A file breaks a rule, or nothing is left to train or validate on.
    """
    settings: ForecastDataConfig = config.data
    data = _read(train, settings, known)
    season = _season(data, settings)
    horizon = settings.horizon or (season.length if season.length > 1 else 10)
    data, stops, held_out, line = _hold_out(data, valid, settings, horizon)
    window = settings.window or _window(stops, horizon, season.length)
    settings = dataclasses.replace(
        settings, horizon=horizon, window=window, season=season.length, held_out=held_out
    )
    report = (*data.report, f"season: {season.length} ({season.reason})", line)
    # a window that is one vector has its season in its places
    waves = 1 if isinstance(config.model, FullyConnectedForecasterConfig) else season.length
    prepared = _cut(data, stops, settings, known or waves, report)
    of_valid = None if valid is None else given(valid).name
    _check(prepared, given(train).name, of_valid, horizon, held_out)
    batch = settings.batch_windows or (128 if len(prepared.train_origins) >= MANY else 32)
    return prepared, dataclasses.replace(settings, batch_windows=batch)


def _read(train: object, settings: ForecastDataConfig, known: Features | None) -> SeriesSet:
    """Series without what is kept for tests."""
    columns = SeriesColumns.of(vars(settings))
    like = known.axis if known else None
    data = read_series(train, layout=settings.layout, columns=columns, like=like)
    steps = settings.test_steps
    if not steps:
        return data
    kept = tuple(one.until(one.end - steps) for one in data.series if len(one.values) > steps)
    if not kept:
        raise DataError(
            f"train: `{given(train).name}` has no series of more than data.test_steps = {steps} "
            "values. Lower it."
        )
    line = f"not read: the last {steps} steps of each series"
    return dataclasses.replace(data, series=kept, report=(*data.report, line))


def _hold_out(
    data: SeriesSet, valid: object | None, settings: ForecastDataConfig, horizon: int
) -> tuple[SeriesSet, Int[np.ndarray, " N"], int, str]:
    """Series with their validation part, where it begins, its horizons, and a line to say."""
    ends = np.array([len(one.values) for one in data.series])
    if valid is not None:
        columns = SeriesColumns.of(vars(settings))
        more = read_series(valid, layout=settings.layout, columns=columns, like=data.axis)
        name = given(valid).name
        line = f"validation: the values of {name}, which follow"
        return continued(data, more, name), ends, settings.held_out or 1, line
    held_out = settings.held_out or held_out_horizons(ends, horizon)
    line = f"validation: the last {held_out * horizon} steps of each series"
    return data, np.maximum(ends - held_out * horizon, 0), held_out, line


def _cut(
    data: SeriesSet,
    stops: Int[np.ndarray, " N"],
    settings: ForecastDataConfig,
    told: Features | int,
    report: tuple[str, ...],
) -> PreparedSeries:
    """Windows before and after `stops`; `told` is the season that becomes features, or those."""
    horizon, window, season = settings.horizon, settings.window, settings.season
    assert horizon is not None, "resolved"
    assert window is not None, "resolved"
    assert season is not None, "resolved"
    scaling = Scaling(season, window, settings.transform == "log", settings.floor)
    heads = (one.until(one.start + n) for one, n in zip(data.series, stops.tolist(), strict=True))
    begun = dataclasses.replace(data, series=tuple(heads))
    features = (
        Features.learn(begun, told, settings.calendar, settings.covariates)
        if isinstance(told, int)
        else told
    )
    origins = training_origins(stops, window=window, horizon=horizon, season=season)
    ends = np.array([len(one.values) for one in data.series])
    train = WindowSource(begun, features, scaling=scaling, horizon=horizon)
    valid = WindowSource(data, features, scaling=scaling, horizon=horizon)
    origins = train.with_targets(origins)
    return PreparedSeries(
        data=data,
        features=features,
        scaling=scaling,
        train=train,
        train_origins=origins,
        valid=valid,
        valid_origins=valid.with_targets(held_out_origins(stops, ends, horizon=horizon)),
        fingerprint=data.fingerprint,
        report=(*report, *_windows_report(origins, stops, window, horizon)),
    )


def _season(data: SeriesSet, settings: ForecastDataConfig) -> Season:
    if settings.season is not None:
        return Season(settings.season, "as set")
    return infer_season([one.values for one in data.series], data.axis)


def _window(stops: Int[np.ndarray, " N"], horizon: int, season: int) -> int:
    usable = int(np.median(stops)) // 2
    return max(min(7 * horizon, usable, LONGEST_WINDOW), min(season + 1, usable), 2)


def _windows_report(
    origins: Origins, stops: np.ndarray, window: int, horizon: int
) -> tuple[str, ...]:
    lines = [
        f"windows: {len(origins):,} to train on, up to {window} steps of the past, "
        f"{horizon} of the future"
    ]
    short = len(stops) - len(np.unique(origins.which))
    if short:
        lines.append(f"left out of training: {short} series that are too short")
    return tuple(lines)


def _check(
    prepared: PreparedSeries, name: str, valid: str | None, horizon: int, held_out: int
) -> None:
    if not len(prepared.train_origins) or not len(prepared.valid_origins):
        longest = max(int(one.real.sum()) for one in prepared.data.series)
        needed = held_out * horizon + LEAST + 1
        if valid is not None:
            raise DataError(
                f"train: no series has at least {LEAST + 1} values in `{name}` and {horizon} in "
                f"`{valid}`, as a horizon of {horizon} needs. Lower data.horizon."
            )
        if longest >= needed:
            raise DataError(
                f"train: `{name}` must have values before and in the last {held_out * horizon} "
                "steps of its series, got gaps alone. Lower data.test_steps, or fill the gaps."
            )
        raise DataError(
            f"train: `{name}` must have a series of at least {needed} values for a horizon of "
            f"{horizon}, of which {held_out} are held out, got {longest} at most. Lower "
            "data.horizon or data.held_out."
        )
    if all(np.ptp(one.values) == 0 for one in prepared.data.series):
        raise DataError(
            f"train: `{name}` must have a series that changes, got constants. There is nothing to "
            "learn from them."
        )
