"""Read pairs of source and target from a tab-separated file, and say exactly what is wrong with it.

Of more than two columns, or with a header, `table.py` says which are meant; a source or a target
may be several columns, joined by a space: `lemma` and `tags` to `form`. Checked by
`tests/data/pairs/test_pairs.py`: the standard library's `csv` reader is the oracle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..table import AUTO, Header, Roles, Table, read_rows, table_of

ROLES = Roles(
    ("source", "target"), "pair", "Write one pair a line, source and target separated by one tab."
)


@dataclass(frozen=True)
class Pair:
    """One line of a file: `line` counts from 1."""

    source: str
    target: str
    line: int

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
    """

    header: Header = "auto"
    source: str = AUTO
    target: str = AUTO

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "PairColumns":
        """As the settings of a run's data have it."""
        return cls(*ROLES.set_in(data))


def read_pairs(path: str | Path, columns: PairColumns | None = None) -> list[Pair]:
    """Read `source TAB target` lines.

    UTF-8 with or without a byte order mark, plain or gzip (told by its first bytes, not by its
    name), lines ended by LF or CRLF. Blank lines are skipped; white space at the ends of a
    column is dropped.

    Args:
        path: The file.
        columns: Where source and target stand; `PairColumns()` if `None`.

    Raises:
        DataError: The file is missing, a directory, damaged, not UTF-8, has no pairs, it cannot be
            told which columns are meant, or a line breaks a rule.
    """
    return pair_table(path, columns)[0]


def pair_table(path: str | Path, columns: PairColumns | None = None) -> tuple[list[Pair], Table]:
    """The pairs of a file, and the table that they stand in; as `read_pairs`."""
    columns = columns or PairColumns()
    name, wanted = str(path), (columns.source, columns.target)
    rows = read_rows(name, ROLES)
    table = table_of(name, rows, ROLES, wanted, columns.header, lambda *_: False)
    return [Pair(*table.filled(name, row, ROLES), row[0]) for row in table.rows], table


def group_by_source(pairs: Iterable[Pair]) -> list[Example]:
    """Gather the references of each source, in order of first appearance."""
    targets: dict[str, dict[str, None]] = {}
    for pair in pairs:
        targets.setdefault(pair.source, {})[pair.target] = None
    return [Example(source, tuple(unique)) for source, unique in targets.items()]
