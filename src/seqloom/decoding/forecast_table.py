"""Forecasts as a table: a row for each series and step.

Checked by `tests/runtime/test_forecast.py`.
"""

import csv
import io
import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ForecastTable:
    """Forecasts of one or more series, a row for each step.

    Attributes:
        unique_id: Name of the series.
        time: When, written as in the data.
        point: The median.
        lower: Of the interval.
        upper: Of the interval.
        level: Of the interval, %.
    """

    unique_id: tuple[str, ...]
    time: tuple[str, ...]
    point: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: int

    def __len__(self) -> int:
        return len(self.unique_id)

    def columns(self) -> dict[str, object]:
        """Column names and values, the interval's named by its level."""
        return {
            "unique_id": list(self.unique_id),
            "ds": list(self.time),
            "point": self.point,
            f"lower-{self.level}": self.lower,
            f"upper-{self.level}": self.upper,
        }

    def to_csv(self) -> str:
        """The table as CSV, in digits that tell the interval's parts apart; see `shown`."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns())
        for row in zip(self.unique_id, self.time, self.point, self.lower, self.upper, strict=True):
            numbers = row[2:]
            width = max(numbers) - min(numbers)
            writer.writerow([*row[:2], *(shown(x, width) for x in numbers)])
        return out.getvalue()

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame."""
        return import_module("pandas").DataFrame(self.columns())

    def to_polars(self) -> Any:
        """The table as a polars DataFrame."""
        return import_module("polars").DataFrame(self.columns())


def shown(value: float, width: float, least: int = 7) -> str:
    """A number in `least` significant digits, or as many as resolve 1e-5 of a width.

    Args:
        value: The number.
        width: Of the interval around it; where that is 0, all digits are shown.
        least: Digits that are shown in any case.
    """
    value, width = float(value), float(width)
    if width <= 0:
        return f"{value:.{least}g}" if float(f"{value:.{least}g}") == value else repr(value)
    largest = max(abs(value), width)
    digits = max(least, math.ceil(math.log10(largest) - math.log10(width)) + 5)
    return f"{value:.{min(digits, 17)}g}"
