"""Data in memory, as training takes them."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError


def pairs_file(left: Iterable[str], right: Iterable[str], folder: Path) -> Path:
    """A TSV of two columns; tabs and line breaks in them become spaces."""
    path = folder / "data.tsv"
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for one, other in zip(left, right, strict=True):
            file.write(f"{_line(one)}\t{_line(other)}\n")
    return path


def _line(text: str) -> str:
    return " ".join(text.replace("\t", " ").splitlines())


def series_file(data: object, folder: Path) -> Path:
    """A CSV of series: numbers, `{name: numbers}`, or a pandas or polars frame."""
    path = folder / "data.csv"
    if hasattr(data, "write_csv"):
        data.write_csv(path)
        return path
    if hasattr(data, "to_csv") and hasattr(data, "columns"):
        index: Any = getattr(data, "index", None)
        data.to_csv(path, index=str(getattr(index, "dtype", "")) != "int64")
        return path
    named = data if isinstance(data, Mapping) else {"y": data}
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unique_id", "ds", "y"])
        for name, values in named.items():
            numbers = np.asarray(values, dtype=float)
            if numbers.ndim != 1:
                raise DataError(
                    f"fit: a series must be numbers in 1 dimension, got {numbers.ndim}. "
                    "Give several series as {name: numbers} or as a frame."
                )
            writer.writerows([name, i + 1, repr(float(v))] for i, v in enumerate(numbers))
    return path
