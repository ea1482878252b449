"""A column that says which part of the data a row belongs to, and one whose rows stay together.

Rows of the test are neither trained nor validated on. Where no row validates, some are cut from
those to train on: by a hash of the group, so that a group is on one side, or of the source or text.
Checked by `tests/data/tables/test_splits.py`.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, Protocol, TypeVar, runtime_checkable

from ...errors import DataError
from ..hashes import source_fraction

Split = Literal["", "train", "valid", "test"]
SPLITS: dict[str, Split] = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "development", "eval"), "valid"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
}


@runtime_checkable
class Parted(Protocol):
    """A row that may say its part and its group."""

    @property
    def split(self) -> Split: ...

    @property
    def group(self) -> str: ...


Row = TypeVar("Row", bound=Parted)


def split_of(where: str, text: str) -> Split:
    """The part that a cell names.

    Raises:
        DataError: It is none.
    """
    found = SPLITS.get(text.strip().lower())
    if found is None:
        raise DataError(
            f"{where}: the split must be train, valid or test, got {text[:40]!r}. Correct it, or "
            "give --split none."
        )
    return found


def are_splits(cells: Iterable[object]) -> bool:
    """Whether all cells name parts, and one the training part."""
    found = [SPLITS.get(str(cell).strip().lower()) for cell in cells]
    return None not in found and "train" in found


def by_split(rows: Sequence[Row]) -> tuple[list[Row], list[Row], int]:
    """Rows to train on, rows to validate on, and how many are left for the test."""
    train = [row for row in rows if row.split in ("", "train")]
    valid = [row for row in rows if row.split == "valid"]
    return train, valid, len(rows) - len(train) - len(valid)


def of_split(rows: list[Row], split: Split) -> list[Row]:
    """The rows of a part; all of them if they name no part, or none of them this one."""
    return [row for row in rows if row.split == split] or rows


def by_group(rows: Sequence[Row], fraction: float, name: str) -> tuple[list[Row], list[Row]]:
    """Cut a share of the groups off to validate, whole groups.

    Args:
        rows: The data, with groups.
        fraction: Share of the groups.
        name: The data's, for messages.
    Raises:
        DataError: There are fewer than 2 groups.
    """
    valid = valid_groups({row.group for row in rows}, fraction, name)
    return [r for r in rows if r.group not in valid], [r for r in rows if r.group in valid]


def valid_groups(groups: Collection[str], fraction: float, name: str) -> set[str]:
    """The groups that validate; arguments and errors as `by_group`, of whose rows these are."""
    if len(groups) < 2:
        raise DataError(
            f"{name}: a group column must have at least 2 groups, so that one can validate, got "
            f"{len(groups)}. Name another with --group, or leave it out."
        )
    count = min(max(1, round(fraction * len(groups))), len(groups) - 1)
    return set(sorted(groups, key=lambda group: (source_fraction(group), group))[:count])
