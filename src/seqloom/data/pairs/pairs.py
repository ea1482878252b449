"""Read pairs of source and target from a table, and say exactly what is wrong with it.

Which columns are meant says `tables/roles.py`; a source or a target may be several columns, joined
by a space: `lemma` and `tags` to `form`. Checked by `tests/data/pairs/test_pairs.py`: the standard
library's `csv` reader is the oracle.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from ...errors import DataError
from ..tables.roles import AUTO, NONE, Header, Roles, Selection, select
from ..tables.splits import Split
from ..tags import split_tags, with_tags

ROLES = Roles(
    ("source", "target"),
    "pair",
    "Write one pair a line, source and target separated by one tab.",
    more=("group", "split", "features", "weight"),
)


class Pair(NamedTuple):
    """One line of a file: `line` counts from 1; and what columns say of it, if there are some.

    Attributes:
        group: Pairs of a group validate together or not at all.
        split: The part that the pair belongs to.
        features: Tags of the source.
        weight: How much its source counts in weighted error rates, not negative.
    """

    source: str
    target: str
    line: int
    group: str = ""
    split: Split = ""
    features: tuple[str, ...] = ()
    weight: float = 1.0

    @property
    def text(self) -> str:
        """The source as the model reads it: with its features, if it has some."""
        return with_tags(self.source, self.features) if self.features else self.source

    @property
    def row(self) -> str:
        """Source and target, by which the pair is known again."""
        return f"{self.text}\t{self.target}"


@dataclass(frozen=True)
class Example:
    """A source, as `Pair.text`, with all its references, unique and in order of appearance.

    Its weight is the largest of its pairs: a list of frequencies has a word's in each of its rows.
    """

    source: str
    targets: tuple[str, ...]
    weight: float = 1.0


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
        features: The column of the source's tags, `V;PST`; `none` if there is none.
        weight: The column of weights, e.g. how often a word occurs; `none` if there is none.
    """

    header: Header = "auto"
    source: str = AUTO
    target: str = AUTO
    group: str = NONE
    split: str = NONE
    features: str = NONE
    weight: str = NONE

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
        self._asked = columns or PairColumns()

    @property
    def columns(self) -> PairColumns:
        """Where they stand, as settings name it: what was found in place of `auto`."""
        source, target = self.found.wanted
        features, weight = (
            self.found.more.get(role, NONE)
            if getattr(self._asked, role) == AUTO
            else str(getattr(self._asked, role))
            for role in ("features", "weight")
        )
        return replace(self._asked, source=source, target=target, features=features, weight=weight)

    def __iter__(self) -> Iterator[Pair]:
        found = self.found
        if len(found.places) == len(ROLES.names):
            for _, line, source, target, _ in found.filled():
                yield Pair(source, target, line)
            return
        for part, line, source, target, cells in found.filled():
            group, split = found.group_and_split(part, line, cells)
            features: tuple[str, ...] = ()
            if "features" in found.places:
                features = _features(part.where(line), found.text(part, line, cells, "features"))
            weight = 1.0
            if "weight" in found.places:
                weight = _weight(part.where(line), found.text(part, line, cells, "weight"))
            yield Pair(source, target, line, group, split, features, weight)


def select_pairs(data: object, columns: PairColumns | None = None) -> Selection:
    """Which columns of a table are source and target.

    Raises:
        DataError: As `read_pairs`, as far as the first rows say.
    """
    columns = columns or PairColumns()
    wanted = {role: str(getattr(columns, role)) for role in (*ROLES.names, *ROLES.more)}
    return select(data, ROLES, wanted, columns.header)


def _features(where: str, cell: str) -> tuple[str, ...]:
    """The tags of a cell.

    Raises:
        DataError: There are none.
    """
    tags = split_tags(cell)
    if not tags:
        raise DataError(f"{where}: the features are empty. Write _ for a source that has none.")
    return tags


def _weight(where: str, cell: str) -> float:
    """The number of a cell, 1 where it is empty.

    Raises:
        DataError: It is none, or negative.
    """
    if not cell:
        return 1.0
    try:
        weight = float(cell)
    except ValueError:
        weight = math.nan
    if not 0.0 <= weight < math.inf:
        raise DataError(f"{where}: the weight must be a number, not negative, got {cell[:40]!r}.")
    return weight


def group_by_source(pairs: Iterable[Pair]) -> list[Example]:
    """Gather the references of each source, in order of first appearance."""
    targets: dict[str, dict[str, None]] = {}
    weights: dict[str, float] = {}
    for pair in pairs:
        source = pair.text
        targets.setdefault(source, {})[pair.target] = None
        weights[source] = max(weights.get(source, 0.0), pair.weight)
    return [Example(s, tuple(unique), weights[s]) for s, unique in targets.items()]
