"""`predict`, `evaluate` and `inspect` for models of the task `forecast`: from a CSV of the past on.

`evaluate` walks forward over the end of the data, or takes an official test file; every baseline
runs at the same origins, and the last line says who wins.
"""

import dataclasses
import sys
from typing import TYPE_CHECKING

import numpy as np

from ...data.series.continued import continued
from ...data.series.read import read_series
from ...data.series.series import SeriesSet
from ...data.series.time_texts import parse_times
from ...data.series.windows import Origins, check_targets, walk_forward
from ...errors import ConfigError
from ...extras import require
from ...plain import printable, to_json
from ...runtime.forecast import Forecaster
from ..figures import check_figure
from ..lines import printing
from ..options import EvaluateOptions, InspectOptions, PredictOptions
from ..seen import subject

if TYPE_CHECKING:
    from ...evaluation.backtest import Backtest
    from ...inspection.trace import Trace

WINDOWS = 1  # of a backtest, if the user gives none


def predict(model: Forecaster, options: PredictOptions) -> None:
    """Print the forecast of every series of a CSV, as a CSV."""
    files = options.texts or []
    if len(files) != 1:
        raise ConfigError(
            f"predict: a forecast needs one CSV with the past; {len(files)} were given. "
            "For example: seqloom predict best.safetensors history.csv"
        )
    level = model.level(options.level)
    check_figure(options.figure, "predict")
    data = _read(model, files[0])
    table = model.predict(data, level=level)
    with printing():
        print(table.to_csv(), end="")
    if options.figure is not None:
        from ...inspection.figures.forecasts import draw_forecast

        drawn = draw_forecast(data, table, options.figure)
        if drawn < len(data.series):
            print(f"note: {options.figure} has the first {drawn} series", file=sys.stderr)


def evaluate(model: Forecaster, options: EvaluateOptions) -> None:
    """Print the network's scores beside every baseline's, errors by horizon, and the verdict."""
    from ...evaluation.backtest import backtest

    level = model.level(options.level)
    names = _baselines(options.against)
    check_figure(options.figure, "evaluate")
    data, origins = _origins(model, options)
    T = model.parts.horizon
    check_targets(origins, data, T)
    seen = _seen(model, data, origins)
    if seen:
        print(
            f"warning: {seen} of {sum(map(len, origins))} forecasts are of values that the model "
            "was trained or chosen on, which flatters it, so there is no verdict. Train with --set "
            "data.test_steps=N to keep some apart.",
            file=sys.stderr,
        )
    found = backtest(
        data,
        origins,
        lambda some: model.forecasts(data, some, level=level),
        horizon=T,
        season=model.parts.scaling.season,
        level=level,
        baselines=names,
        seen=seen,
    )
    _show(found, options)


def trace(model: Forecaster, given: str, options: InspectOptions) -> "Trace":
    """What the model did with one series of a CSV."""
    data = _read(model, given)
    names = [one.name for one in data.series]
    if options.series is None and len(names) > 1:
        raise ConfigError(
            f"inspect: {given} has {len(names)} series. Choose one, for example: --series "
            f"{names[0]}"
        )
    if options.series is not None and options.series not in names:
        raise ConfigError(
            f"inspect: `--series` must be a series of {given}, got {options.series}. It "
            f"has {', '.join(names[:10])}{', ...' if len(names) > 10 else ''}."
        )
    place = 0 if options.series is None else names.index(options.series)
    return model.trace(dataclasses.replace(data, series=(data.series[place],)))


def _read(model: Forecaster, name: str) -> SeriesSet:
    """Series of a file for the model; what is odd about them goes to standard error."""
    data = read_series(name, like=model.parts.features.axis)
    for note in data.notes:
        print(printable(f"note: {name}: {note}"), file=sys.stderr)
    return data


def _show(found: "Backtest", options: EvaluateOptions) -> None:
    if options.as_json:
        print(to_json(subject(options, None) | found.to_json(), indent=2))
    else:
        from rich.console import Console

        from ...evaluation.forecast_report import print_backtest

        print_backtest(found, Console())
    if options.figure is not None:
        from ...inspection.figures.forecasts import draw_errors

        draw_errors(found, options.figure)


def _origins(model: Forecaster, options: EvaluateOptions) -> tuple[SeriesSet, list[Origins]]:
    """Series that reach past the origins, and the origins: of a walk, or before a test file."""
    data = _read(model, options.file)
    lengths = np.array([len(one.values) for one in data.series])
    if options.test is None:
        windows = WINDOWS if options.windows is None else options.windows
        if windows < 1:
            raise ConfigError(f"evaluate: `--windows` must be at least 1, got {windows}.")
        return data, walk_forward(lengths, horizon=model.parts.horizon, windows=windows)
    if options.windows is not None:
        raise ConfigError("evaluate: `--windows` and `--test` exclude each other. Drop one.")
    name = str(options.test)
    data = continued(data, _read(model, name), name)
    there = np.flatnonzero(np.array([len(one.values) for one in data.series]) > lengths)
    return data, [Origins(there, lengths[there])]


def _baselines(given: str | None) -> list[str]:
    from ...evaluation.forecast_baselines import NAIVE2, NAMES

    names = list(NAMES) if given is None else [name.strip() for name in given.split(",")]
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
