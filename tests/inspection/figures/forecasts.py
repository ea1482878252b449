"""Tables of forecasts to draw."""

import numpy as np

from seqloom.decoding.forecast_table import ForecastTable


def table(names, horizon=3):
    n = len(names) * horizon
    rows = [np.arange(n) + shift for shift in (0.0, -1.0, 1.0)]
    ids = tuple(name for name in names for _ in range(horizon))
    return ForecastTable(ids, tuple(map(str, range(n))), *rows, 90)
