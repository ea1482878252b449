"""Rows as they stand in a file or frame, and what a cell of theirs is."""

import re
from dataclasses import dataclass

import numpy as np

LARGEST = 1e100  # of values and covariates: their squares must be numbers too
_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
MISSING = frozenset({"", "na", "nan", "null", "none", "n/a", "<na>", "nat"})


@dataclass(frozen=True)
class Columns:
    """Rows as they stand in a file or frame.

    Attributes:
        name: The file's, for messages.
        ids: The series of each row.
        times: Time of each row, as text.
        values: Value of each row; NaN where empty.
        covariates: Further columns by name, as text.
        lines: Line of each row, from 1.
        line_name: What a line is called.
        notes: What was left out of the file, a line each.
    """

    name: str
    ids: list[str]
    times: list[str]
    values: np.ndarray
    covariates: dict[str, list[str]]
    lines: list[int]
    line_name: str = "line"
    notes: tuple[str, ...] = ()

    def where(self, row: int | np.integer) -> str:
        """A row as messages name it."""
        return f"{self.name}, {self.line_name} {self.lines[row]}"

    def time(self, row: int | np.integer) -> str:
        """The time of a row, as it is written."""
        return self.times[row].strip()


def number(text: str) -> float | None:
    """A cell as a number, NaN where it is empty; `None` if it is something else."""
    text = text.strip()
    if text.lower() in MISSING:
        return float("nan")
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) <= LARGEST else None


def decimal_commas(cells: list[str]) -> tuple[list[str], int | None] | None:
    """A column of numbers with decimal commas: its cells with points; `None` for another column.

    Returns:
        Beside the cells, the place of the first comma where all may separate thousands as well.
    """
    written = [cell.strip() for cell in cells]
    commas = [i for i, cell in enumerate(written) if "," in cell]
    if not commas or not all(_COMMA.fullmatch(written[i]) for i in commas):
        return None
    if not all("." not in cell and number(cell.replace(",", ".")) is not None for cell in written):
        return None
    told = any(not _THOUSANDS.fullmatch(written[i]) for i in commas)
    return [cell.replace(",", ".") for cell in written], None if told else commas[0]


def not_a_number(what: str, text: str) -> str:
    """What is wrong with a cell that `number` refuses, and what to do."""
    text = text.strip()
    try:
        float(text)
    except ValueError:
        return f"{what} is no number: {text!r}. Write numbers with a decimal point, 1234.5."
    return (
        f"{what} is {text}, and numbers up to {LARGEST:g} are read. Correct it, leave the cell "
        "empty, or give the column in another unit."
    )
