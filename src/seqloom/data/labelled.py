"""Read texts and their labels from a tab-separated file, and set some aside for validation.

One text a line; any number of columns, of which one is the text and one the label; a header or
none. Every line must have as many columns as the first, so that a stray tab is found and not read
as a label. Checked by `tests/data/test_labelled.py`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from ..errors import ConfigError, DataError
from .split import source_fraction
from .text_file import numbered_lines

Header = Literal["auto", "yes", "no"]
Row = tuple[int, list[str]]  # a line's number from 1, its columns
TAB = "Write one text a line and its label, separated by one tab."


@dataclass(frozen=True)
class Labelled:
    """One line of a file: `line` counts from 1; `group` is what a third column says of it."""

    text: str
    label: str
    line: int
    group: str = ""


@dataclass(frozen=True)
class Columns:
    """Where text and label stand.

    Attributes:
        header: Whether line 1 names the columns. `auto`: it does if a column is asked for by its
            name, or if its label is on no other line while each other label is on several; with
            known labels, if its label is not one of them.
        text: The text's column, a number from 1 or a name.
        label: The label's column, likewise.
        group: A column whose values divide the texts into groups, likewise; none if `None`.
    """

    header: Header = "auto"
    text: str = "1"
    label: str = "2"
    group: str | None = None

    def __post_init__(self) -> None:
        if self.text == self.label:
            raise ConfigError(
                "config: `data.text_column` and `data.label_column` must differ, got "
                f"{self.text} twice. Name two columns."
            )


def read_labelled(
    path: str | Path, columns: Columns | None = None, *, known: Collection[str] | None = None
) -> list[Labelled]:
    """Read labelled texts: UTF-8, plain or gzip; blank lines are skipped, columns are stripped.

    Args:
        path: The file.
        columns: Where text and label stand; in columns 1 and 2 if `None`.
        known: The labels there are; any other is an error. Any label if `None`.

    Raises:
        DataError: The file cannot be read, has no text, or a line breaks a rule.
    """
    columns = columns or Columns()
    name = str(path)
    rows = [
        (number, [column.strip() for column in line.split("\t")])
        for number, line in numbered_lines(name)
    ]
    if not rows:
        raise DataError(f"{name}: a file must have at least 1 text, got none. {TAB}")
    width = len(rows[0][1])
    for number, row in rows:
        if len(row) != width or width < 2:
            raise DataError(
                f"{name}, line {number}: a line must have {max(width, 2)} columns"
                f"{' like line 1' if width > 1 else ''}, got {len(row)}. {TAB}"
            )
    text = _place(name, rows[0], "data.text_column", columns.text, columns)
    label = _place(name, rows[0], "data.label_column", columns.label, columns)
    group = None
    if columns.group is not None:
        group = _place(name, rows[0], "--by", columns.group, columns)
    if _has_header(rows, label, columns, known):
        rows = rows[1:]
        if not rows:
            raise DataError(f"{name}: a file must have a text below its header, got none. {TAB}")
    return [_parse(name, row, text, label, group, known) for row in rows]


def split_by_class(
    examples: Sequence[Labelled], valid_fraction: float
) -> tuple[list[Labelled], list[Labelled]]:
    """Divide into training and validation texts, in file order, the same share of every class.

    A hash of the text decides (see `data/split.py`), so a text that stands on several lines is on
    one side only. A class of a single text stays in training.

    Args:
        examples: The data.
        valid_fraction: Share of the different texts that validate, above 0 and below 1.

    Raises:
        DataError: No class has 2 different texts.
    """
    classes: dict[str, dict[str, None]] = {}
    seen: set[str] = set()
    for example in examples:
        if example.text not in seen:
            seen.add(example.text)
            classes.setdefault(example.label, {})[example.text] = None
    valid: set[str] = set()
    for texts in classes.values():
        count = min(max(1, round(valid_fraction * len(texts))), len(texts) - 1)
        valid.update(sorted(texts, key=lambda text: (source_fraction(text), text))[:count])
    if not valid:
        raise DataError(
            "split_by_class: `examples` must have a class of at least 2 different texts to set "
            "some aside for validation, got none. Give --valid FILE or more data."
        )
    return (
        [example for example in examples if example.text not in valid],
        [example for example in examples if example.text in valid],
    )


def _place(name: str, first: Row, which: str, wanted: str, columns: Columns) -> int:
    """The place of a column in a row, from 0."""
    number, row = first
    if wanted.isdecimal() and 1 <= int(wanted) <= len(row):
        return int(wanted) - 1
    if wanted in row and columns.header != "no":
        return row.index(wanted)
    raise DataError(
        f"{name}, line {number}: `{which}` must be a number from 1 to {len(row)} or a name in the "
        f"header, got {wanted!r}. The line reads: {', '.join(row)[:100]}"
    )


def _has_header(
    rows: list[Row], label: int, columns: Columns, known: Collection[str] | None
) -> bool:
    if columns.header != "auto":
        return columns.header == "yes"
    if not all(c is None or c.isdecimal() for c in (columns.text, columns.label, columns.group)):
        return True
    if known is not None:  # a label that is misspelt is no header
        first = rows[0][1][label]
        return first not in known and not get_close_matches(first, known, n=1)
    counts = Counter(row[label] for _, row in rows)
    uses = counts.pop(rows[0][1][label])
    return uses == 1 and len(counts) > 1 and min(counts.values()) > 1


def _parse(
    name: str, row: Row, text: int, label: int, group: int | None, known: Collection[str] | None
) -> Labelled:
    number, columns = row
    where = f"{name}, line {number}"
    for place, what in ((text, "text"), (label, "label")):
        if not columns[place]:
            raise DataError(
                f"{where}: the {what} must not be empty, got nothing but white space. "
                f"Fill it in or delete the line."
            )
    if known is not None and columns[label] not in known:
        raise DataError(
            f"{where}: the label must be one of {', '.join(sorted(known)[:10])}, "
            f"got {columns[label]!r}. Correct it, or name its column with data.label_column."
        )
    return Labelled(
        text=columns[text],
        label=columns[label],
        line=number,
        group="" if group is None else columns[group],
    )
