"""Which task a file is for, by its look: read a little of it, say why, or ask.

    a manifest of audio files          transcribe    audio names in a table, or JSON lines with them
    a CSV with numbers                 forecast
    dates and numbers, by tabs         forecast
    TEXT tab LABEL, few labels         classify
    SOURCE tab TARGET                  transduce
    any other text, or a folder        generate

More than two columns that line 1 does not name, labels before texts, numbers with decimals beside
texts: what may be meant is asked. What is no text, or a table of another kind, is refused with the
way out (`other_tables.py`). Checked by `tests/data/test_guess.py`.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import DataError
from .given import given
from .other_tables import json_object, way_out
from .pairs import pairs
from .series.time_texts import is_date
from .suggest import are_labels, is_number
from .table import named, question
from .text.text import ENDINGS
from .text_file import read_head
from .texts import labelled

HEAD_BYTES = 400_000
MOST_ROWS = 2000  # of the head that are looked at cell by cell
AUDIO = re.compile(r"\.(wav|flac|ogg|opus|mp3|aiff?)$", re.IGNORECASE)
_DIGITS = re.compile(r"\W{0,3}\d")  # how numbers and dates begin
_DECIMAL = re.compile(r"[-+]?\d*\.\d+")


@dataclass(frozen=True)
class Guess:
    """A task, and why."""

    task: str
    why: str

    def say(self) -> str:
        """The line for the user."""
        return f"task: {self.task} ({self.why}; --task overrides)"


def guess_task(data: str) -> Guess:
    """Guess the task of a file.

    Raises:
        DataError: It cannot be read, is no text, or may be for several tasks.
    """
    source = given(data)
    if source.kind == "set":
        return Guess("transduce", f"{data} is a set of pairs")
    if source.kind == "folder" and source.files(ENDINGS):
        return Guess("generate", "a folder of texts")
    if source.kind == "stream":
        raise DataError(
            f"{data}: this is a pipe or a device, and training data are read more than once. Write "
            "them to a file first."
        )
    lines, whole = _head(data)
    if not lines:
        raise DataError(f"{data}: the file is empty. Name another.")
    name = data.lower().removesuffix(".gz")
    tabbed = sum("\t" in line for line in lines)
    if 2 * tabbed > len(lines):
        rows = [[c.strip() for c in line.split("\t")] for line in lines if "\t" in line]
        if (name.endswith(".csv") or _dated(rows)) and all(is_number(row[-1]) for row in rows[1:]):
            return Guess("forecast", "a CSV of numbers")
        return _of_table(data, rows[:MOST_ROWS], whole and len(rows) <= MOST_ROWS)
    if name.endswith((".tsv", ".tab")) and not tabbed:
        other = way_out(data, lines[:2], pairs.ROLES.names)
        raise DataError(
            other
            or f"{data}: its name says columns separated by tabs, and no line has a tab. "
            f"{pairs.ROLES.rule} For running text: --task generate."
        )
    return _without_tabs(data, name, lines)


def _head(data: str) -> tuple[list[str], bool]:
    """The first whole lines that are not blank, and whether they are all."""
    text, whole = read_head(data, HEAD_BYTES)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()], whole


def _without_tabs(data: str, name: str, lines: list[str]) -> Guess:
    found = [json_object(line) for line in lines[:2]]
    if found[0] and found[0].keys() & {"audio", "path", "audio_filepath"}:
        return Guess("transcribe", "JSON lines that name audio files")
    listed = name.endswith(".json") and lines[0].startswith("[")
    if listed or (all(found) and len(found[0] or ()) > 1):
        roles = pairs.ROLES if named(list(found[0] or ()), pairs.ROLES) else labelled.ROLES
        other = way_out(data, lines[:2], roles.names)
        if other is not None:
            raise DataError(other)
    commas = sum("," in line for line in lines[:50])
    if name.endswith(".csv") or (
        commas == len(lines[:50]) and is_number(lines[-1].rpartition(",")[2])
    ):
        if _is_csv_of_texts(lines[:200]):
            other = way_out(data, lines[:2], labelled.ROLES.names)
            if other is not None:
                raise DataError(other)
        return Guess("forecast", "a CSV of numbers")
    return Guess("generate", "running text")


def _of_table(data: str, rows: list[list[str]], whole: bool) -> Guess:
    names = sum(bool(AUDIO.search(cell)) for row in rows for cell in row[:1])
    if 2 * names > len(rows):
        return Guess("transcribe", "a table that names audio files")
    width = Counter(map(len, rows)).most_common(1)[0][0]
    if width > 2:
        return _of_more_columns(data, [row for row in rows if len(row) == width])
    if len(rows) > 1 and (named(rows[0], labelled.ROLES) or named(rows[0], pairs.ROLES)):
        rows = rows[1:]
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    lines = f"{'' if whole else 'the first '}{len(rows):,} lines"
    if are_labels(second):
        return Guess("classify", f"{len(set(second))} different labels in {lines}")
    if are_labels(first):
        raise DataError(
            f"{data}: column 1 looks like labels ({len(set(first))} different in {lines}), "
            "column 2 does not. Say what is meant: --task classify --set "
            "data.text_column=2 --set data.label_column=1, or --task transduce for pairs."
        )
    decimal = sum(bool(_DECIMAL.fullmatch(cell)) for cell in second[1:])
    if 2 * decimal > len(rows) and not all(_DIGITS.match(cell) for cell in first[1:]):
        raise DataError(
            f"{data}: column 2 holds numbers with decimals, which no task predicts from a text. "
            "Write classes for --task classify, times and values for --task forecast, or give "
            "--task transduce to have the digits written."
        )
    why = f"pairs: {len(set(second)):,} different targets in {lines}"
    return Guess("transduce", why)


def _of_more_columns(data: str, rows: list[list[str]]) -> Guess:
    for task, roles in (("classify", labelled.ROLES), ("transduce", pairs.ROLES)):
        found = named(rows[0], roles)
        if found is not None:
            return Guess(task, f"columns {found[0]} and {found[1]}")
    columns = list(zip(*rows, strict=True))
    some = any(are_labels(cells) and not all(map(is_number, cells)) for cells in columns)
    texts = any(sum(" " in cell for cell in cells) > len(rows) / 2 for cells in columns)
    task, roles = ("classify", labelled.ROLES) if some and texts else ("transduce", pairs.ROLES)
    raise DataError(question(data, [(1, row) for row in rows], roles, f"--task {task} "))


def _is_csv_of_texts(lines: Sequence[str]) -> bool:
    """Columns named as text and label, or source and target; or no numbers; or one of sentences."""
    separator = ";" if sum(";" in line for line in lines) > len(lines) / 2 else ","
    try:
        rows = [[c.strip() for c in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return False
    if len(rows[0]) < 2:
        return False
    if any(named(rows[0], roles) for roles in (labelled.ROLES, pairs.ROLES)):
        return True
    body = [row for row in rows[1:] if len(row) == len(rows[0])]
    columns = list(zip(*body, strict=True))
    numbers = [2 * sum(bool(_DIGITS.match(c)) for c in cells) >= len(cells) for cells in columns]
    sentences = [
        len(set(cells)) > len(cells) / 2 and sum(c.count(" ") > 1 for c in cells) > len(cells) / 2
        for cells, number in zip(columns, numbers, strict=True)
        if not number
    ]
    return bool(columns) and (not any(numbers) or any(sentences))


def _dated(rows: list[list[str]]) -> bool:
    """Whether each row but the first has a date before its last cell."""
    return len(rows) > 1 and all(any(is_date(cell) for cell in row[:-1]) for row in rows[1:])
