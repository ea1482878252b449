"""`predict` and `inspect` for models of the task `forecast`: from a CSV of the past on."""

import dataclasses
import sys
from typing import TYPE_CHECKING

from ...data.given import like
from ...data.series.read import read_series
from ...data.series.series import SeriesSet
from ...errors import ConfigError
from ...plain import printable
from ...runtime.forecast import Forecaster
from ..figures import check_figure
from ..lines import printing
from ..options import InspectOptions, PredictOptions

if TYPE_CHECKING:
    from ...inspection.trace import Trace


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
    data = read_series(like(model.file.data_settings, name), like=model.parts.features.axis)
    for note in data.notes:
        print(printable(f"note: {name}: {note}"), file=sys.stderr)
    return data
