"""Read texts and their labels from a tab-separated file, and set some aside for validation.

One text a line; any number of columns, of which one is the text and one the label (`table.py`); a
header or none. Checked by `tests/data/texts/test_labelled.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ...errors import ConfigError, DataError
from ..hashes import source_fraction
from ..table import (
    AUTO,
    Header,
    Roles,
    Row,
    Table,
    has_known_name,
    places_of,
    read_rows,
    table_of,
)

ROLES = Roles(
    ("text", "label"), "text", "Write one text a line and its label, separated by one tab."
)


@dataclass(frozen=True)
class Labelled:
    """One line of a file: `line` counts from 1; `group` is what a third column says of it."""

    text: str
    label: str
    line: int
    group: str = ""


@dataclass(frozen=True)
class TextColumns:
    """Where text and label stand.

    Attributes:
        header: Whether line 1 names the columns. `auto`: it does if a column is asked for by its
            name, if it has a known name for both, or if it has one and its label is on no other
            line; with known labels, if it has one and its label is not one of them.
        text: The text's column, a number from 1 or a name; `auto`: the first of two, or the one
            that the header names.
        label: The label's column, likewise.
        group: A column whose values divide the texts into groups, likewise; none if `None`.
    """

    header: Header = "auto"
    text: str = AUTO
    label: str = AUTO
    group: str | None = None

    def __post_init__(self) -> None:
        if self.text == self.label != AUTO:
            raise ConfigError(
                "config: `data.text_column` and `data.label_column` must differ, got "
                f"{self.text} twice. Name two columns."
            )

    @classmethod
    def of(cls, data: Mapping[str, object], group: str | None = None) -> "TextColumns":
        """As the settings of a run's data have it."""
        return cls(*ROLES.set_in(data), group)


def read_labelled(
    path: str | Path, columns: TextColumns | None = None, *, known: Collection[str] | None = None
) -> list[Labelled]:
    """Read labelled texts: UTF-8, plain or gzip; blank lines are skipped, columns are stripped.

    Args:
        path: The file.
        columns: Where text and label stand; `TextColumns()` if `None`.
        known: The labels there are; every other is an error. All are allowed if `None`.

    Raises:
        DataError: The file cannot be read, has no text, it cannot be told which columns are meant,
            or a line breaks a rule.
    """
    return labelled_table(path, columns, known=known)[0]


def labelled_table(
    path: str | Path, columns: TextColumns | None = None, *, known: Collection[str] | None = None
) -> tuple[list[Labelled], Table]:
    """The labelled texts of a file, and the table that they stand in; as `read_labelled`."""
    columns = columns or TextColumns()
    name = str(path)
    rows = read_rows(name, ROLES)

    def is_header(rows: list[Row], label: tuple[int, ...]) -> bool:
        if not has_known_name(rows[0][1], ROLES):
            return False
        first, *others = (row[label[0]] for _, row in rows)
        if known is not None:  # a label that is misspelt is no header
            return first not in known and not get_close_matches(first, known, n=1)
        return first not in others

    table = table_of(name, rows, ROLES, (columns.text, columns.label), columns.header, is_header)
    group = None
    if columns.group is not None:
        first = table.header or rows[0]
        group = places_of(name, first, "--by", columns.group, columns.header)[0][0]
    return [_parse(name, table, row, group, known) for row in table.rows], table


def split_by_class(
    examples: Sequence[Labelled], valid_fraction: float
) -> tuple[list[Labelled], list[Labelled]]:
    """Divide into training and validation texts, in file order, the same share of every class.

    A hash of the text decides (see `data/hashes.py`), so a text that stands on several lines is on
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
            "split_by_class: no class has at least 2 different texts, so that one could be set "
            "aside for validation. Give --valid FILE or more data."
        )
    return (
        [example for example in examples if example.text not in valid],
        [example for example in examples if example.text in valid],
    )


def _parse(
    name: str, table: Table, row: Row, group: int | None, known: Collection[str] | None
) -> Labelled:
    number, columns = row
    where = f"{name}, line {number}"
    text, label = table.filled(name, row, ROLES)
    if known is not None and label not in known:
        first = table.header is None and number == table.rows[0][0]
        raise DataError(
            f"{where}: the label must be one of {', '.join(sorted(known)[:10])}, "
            f"got {label!r}. Correct it, or name its column with data.label_column"
            f"{'; if the line names the columns, delete it' if first else ''}."
        )
    return Labelled(
        text=text, label=label, line=number, group="" if group is None else columns[group]
    )
