"""Read pairs of source and target from a table, and say exactly what is wrong with it.

Which columns are meant says `tables/roles.py`; a source or a target may be several columns, joined
by a space: `lemma` and `tags` to `form`. Checked by `tests/data/pairs/test_pairs.py`: the standard
library's `csv` reader is the oracle.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..tables.roles import AUTO, NONE, Header, Roles, Selection, select
from ..tables.splits import Split, split_of

ROLES = Roles(
    ("source", "target"),
    "pair",
    "Write one pair a line, source and target separated by one tab.",
    more=("group", "split"),
)


class Pair(NamedTuple):
    """One line of a file: `line` counts from 1; its group and its part, if columns say them."""

    source: str
    target: str
    line: int
    group: str = ""
    split: Split = ""

    @property
    def row(self) -> str:
        """Source and target, by which the pair is known again."""
        return f"{self.source}\t{self.target}"


@dataclass(frozen=True)
class Example:
    """A source with all its references, unique and in order of appearance."""

    source: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class PairColumns:
    """Where source and target stand.

    Attributes:
        header: Whether line 1 names the columns. `auto`: it does if a column is asked for by its
            name, or if both columns have names that are known for them.
        source: The source's column, a number from 1 or a name, or several with commas between
            them; `auto`: the first of two, or the one that the header names.
        target: The target's column, likewise.
        group: The column whose rows validate together or not at all; `none` if there is none.
        split: The column that says which rows train, validate and test; `auto`: one named `split`
            that holds nothing else.
    """

    header: Header = "auto"
    source: str = AUTO
    target: str = AUTO
    group: str = NONE
    split: str = NONE

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "PairColumns":
        """As the settings of a run's data have it."""
        header, wanted = ROLES.set_in(data)
        return cls(header, **wanted)


def read_pairs(data: object, columns: PairColumns | None = None) -> list[Pair]:
    """Read the pairs of a table.

    Text is UTF-8 with or without a byte order mark, plain or packed (told by the first bytes, not
    by the name), lines ended by LF or CRLF. Blank lines are skipped; white space at the ends of a
    cell is dropped.

    Args:
        data: A file, several, or what Python holds: see `tables/source.py`.
        columns: Where source and target stand; `PairColumns()` if `None`.

    Raises:
        DataError: A file is missing, damaged, not UTF-8, has no pairs, it cannot be told which
            columns are meant, or a line breaks a rule.
    """
    return pair_table(data, columns)[0]


def pair_table(data: object, columns: PairColumns | None = None) -> tuple[list[Pair], Selection]:
    """The pairs of a table, and its columns; as `read_pairs`."""
    rows = PairRows(data, columns)
    return list(rows), rows.found


class PairRows:
    """The pairs of a table, read whenever they are asked for.

    Attributes:
        found: Which columns are meant.
    """

    def __init__(self, data: object, columns: PairColumns | None = None) -> None:
        """
        Args:
            data: As `read_pairs`.
            columns: As `read_pairs`.
        Raises:
            DataError: As `read_pairs`, as far as the first rows say.
        """
        self.found = select_pairs(data, columns)

    def __iter__(self) -> Iterator[Pair]:
        found = self.found
        if len(found.places) == len(ROLES.names):
            for _, line, source, target, _ in found.filled():
                yield Pair(source, target, line)
            return
        for part, line, source, target, cells in found.filled():
            group = found.text(part, line, cells, "group") if "group" in found.places else ""
            split: Split = ""
            if "split" in found.places:
                split = split_of(part.where(line), found.text(part, line, cells, "split"))
            yield Pair(source, target, line, group, split)


def select_pairs(data: object, columns: PairColumns | None = None) -> Selection:
    """Which columns of a table are source and target.

    Raises:
        DataError: As `read_pairs`, as far as the first rows say.
    """
    columns = columns or PairColumns()
    wanted = {role: str(getattr(columns, role)) for role in (*ROLES.names, *ROLES.more)}
    return select(data, ROLES, wanted, columns.header)


def group_by_source(pairs: Iterable[Pair]) -> list[Example]:
    """Gather the references of each source, in order of first appearance."""
    targets: dict[str, dict[str, None]] = {}
    for pair in pairs:
        targets.setdefault(pair.source, {})[pair.target] = None
    return [Example(source, tuple(unique)) for source, unique in targets.items()]
