"""Forecasts as a table: a row for each series and step.

Checked by `tests/runtime/test_forecast.py`.
"""

import csv
import io
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

    def columns(self) -> dict[str, Any]:
        """Column names and values, the interval's named by its level."""
        return {
            "unique_id": list(self.unique_id),
            "ds": list(self.time),
            "point": self.point,
            f"lower-{self.level}": self.lower,
            f"upper-{self.level}": self.upper,
        }

    def to_csv(self) -> str:
        """The table as CSV, six significant digits or more."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns = self.columns()
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow([f"{x:.7g}" if isinstance(x, float) else x for x in row])
        return out.getvalue()

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame."""
        return import_module("pandas").DataFrame(self.columns())

    def to_polars(self) -> Any:
        """The table as a polars DataFrame."""
        return import_module("polars").DataFrame(self.columns())
