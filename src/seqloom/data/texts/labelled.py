"""Read texts and their labels from a table, and set some aside for validation.

Which column is the text and which the label says `tables/roles.py`. Checked by
`tests/data/texts/test_labelled.py`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np

from ...errors import ConfigError, DataError
from ...shapes import Bool, Float, Int
from ..hashes import source_fraction
from ..tables.roles import (
    AUTO,
    NONE,
    Header,
    Roles,
    Selection,
    has_known_name,
    label_is_on_no_other_line,
    look_like_names,
    numbers_as_labels,
    select,
)
from ..tables.splits import Split, of_split

ROLES = Roles(
    ("text", "label"),
    "text",
    "Write one text a line and its label, separated by one tab.",
    more=("group", "split"),
)


class Labelled(NamedTuple):
    """One line of a file: `line` counts from 1; its group and its part, if columns say them."""

    text: str
    label: str
    line: int
    group: str = ""
    split: Split = ""


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
        group: A column whose values divide the texts into groups, likewise; `none` if there is
            none.
        split: The column that says which texts train, validate and test; `auto`: one named `split`
            that holds nothing else.
    """

    header: Header = "auto"
    text: str = AUTO
    label: str = AUTO
    group: str = NONE
    split: str = NONE

    def __post_init__(self) -> None:
        if self.text == self.label != AUTO:
            raise ConfigError(
                "config: `data.text_column` and `data.label_column` must differ, got "
                f"{self.text} twice. Name two columns."
            )

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "TextColumns":
        """As the settings of a run's data have it."""
        header, wanted = ROLES.set_in(data)
        return cls(header, **wanted)


def read_labelled(
    data: object,
    columns: TextColumns | None = None,
    *,
    known: Collection[str] | None = None,
    split: Split = "",
) -> list[Labelled]:
    """Read the labelled texts of a table; blank lines are skipped, cells are stripped.

    Args:
        data: A file, several, or what Python holds: see `tables/source.py`.
        columns: Where text and label stand; `TextColumns()` if `None`.
        known: The labels there are; every other is an error. All are allowed if `None`.
        split: The part that is meant, where a column says the parts.

    Raises:
        DataError: A file cannot be read, has no text, it cannot be told which columns are meant,
            or a line breaks a rule.
    """
    return of_split(labelled_table(data, columns, known=known)[0], split)


def labelled_table(
    data: object, columns: TextColumns | None = None, *, known: Collection[str] | None = None
) -> tuple[list[Labelled], Selection]:
    """The labelled texts of a table, and its columns; as `read_labelled`."""
    rows = LabelledRows(data, columns, known=known)
    return list(rows), rows.found


class LabelledRows:
    """The labelled texts of a table, read whenever they are asked for.

    Attributes:
        found: Which columns are meant.
    """

    def __init__(
        self,
        data: object,
        columns: TextColumns | None = None,
        *,
        known: Collection[str] | None = None,
    ) -> None:
        """Arguments and errors as `read_labelled`, as far as the first rows say."""
        self.found = select_labelled(data, columns, known=known)
        self._known = None if known is None else frozenset(known)

    def __iter__(self) -> Iterator[Labelled]:
        found, known, first = self.found, self._known, self.found.names is None
        more = len(found.places) > len(ROLES.names)
        for part, line, text, label, cells in found.filled():
            if known is not None and label not in known:
                raise DataError(
                    f"{part.where(line)}: the label must be one of "
                    f"{', '.join(sorted(known)[:10])}, got {label!r}. Correct it, or name its "
                    "column with data.label_column"
                    f"{'; if the line names the columns, delete it' if first else ''}."
                )
            first = False
            if more:
                yield Labelled(text, label, line, *found.group_and_split(part, line, cells))
            else:
                yield Labelled(text, label, line)


def select_labelled(
    data: object, columns: TextColumns | None = None, *, known: Collection[str] | None = None
) -> Selection:
    """Which columns of a table are text and label; as `read_labelled`.

    Raises:
        DataError: As `read_labelled`, as far as the first rows say.
    """
    columns = columns or TextColumns()

    def is_header(found: Selection) -> bool:
        part = found.table.first
        line, cells = part.head(1)[0]
        if not has_known_name(cells, ROLES) and (part.form == "TSV" or not look_like_names(cells)):
            return False
        if known is not None:  # a label that is misspelt is no header
            first = found.text(part, line, cells, "label")
            return first not in known and not get_close_matches(first, known, n=1)
        return label_is_on_no_other_line(found, "label")

    wanted = {role: str(getattr(columns, role)) for role in (*ROLES.names, *ROLES.more)}
    found = select(data, ROLES, wanted, columns.header, is_header=is_header)
    wrong = numbers_as_labels(found, "label") if known is None else None
    if wrong is not None:
        raise DataError(wrong)
    return found


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
    numbers: dict[str, int] = {}
    labels = [numbers.setdefault(example.label, len(numbers)) for example in examples]
    fractions = [source_fraction(example.text) for example in examples]
    valid = validating(np.array(fractions, np.float64), np.array(labels), valid_fraction).tolist()
    return (
        [example for example, held_out in zip(examples, valid, strict=True) if not held_out],
        [example for example, held_out in zip(examples, valid, strict=True) if held_out],
    )


def validating(
    fractions: Float[np.ndarray, " N"], labels: Int[np.ndarray, " N"], valid_fraction: float
) -> Bool[np.ndarray, " N"]:
    """Which rows validate, see `split_by_class`; a text belongs to the class of its first row.

    Args:
        fractions: `source_fraction` of the text of each row.
        labels: A number of the label of each row.
        valid_fraction: As `split_by_class`.
    Raises:
        DataError: No class has 2 different texts.
    """
    order = np.argsort(fractions, kind="stable")
    ordered = fractions[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    rows = order[is_first]  # the first of each text, by rising fraction
    by_class = np.argsort(labels[rows], kind="stable")
    sizes = np.bincount(labels[rows])
    ends = np.cumsum(sizes)
    chosen = []
    for size, end in zip(sizes.tolist(), ends.tolist(), strict=True):
        count = min(max(1, round(valid_fraction * size)), size - 1)
        chosen.append(by_class[end - size : end - size + max(count, 0)])
    texts = np.sort(fractions[rows[np.concatenate([np.zeros(0, np.int64), *chosen])]])
    if not len(texts):
        raise DataError(
            "split_by_class: no class has at least 2 different texts, so that one could be set "
            "aside for validation. Give --valid FILE or more data."
        )
    places = np.minimum(np.searchsorted(texts, fractions), len(texts) - 1)
    found: np.ndarray = texts[places] == fractions
    return found
