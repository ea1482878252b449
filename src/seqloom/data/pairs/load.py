"""Pairs of a file, or of a part of a data set. Checked by `tests/data/pairs/test_load.py`."""

from ..given import is_data_set
from ..tables.splits import of_split
from .cmudict import Split, read_cmudict
from .pairs import Pair, PairColumns, read_pairs


def load_pairs(
    data: object, split: Split, *, stress: bool = False, columns: PairColumns | None = None
) -> list[Pair]:
    """Read `data`.

    Args:
        data: A table, or `cmudict` for the CMU Pronouncing Dictionary if no file has that name.
        split: The part of the dictionary; a table is read whole, unless a column of it
            says the parts.
        stress: Keep the dictionary's stress digits.
        columns: Of a file; as `read_pairs`.

    Raises:
        DataError: As `read_pairs`.
        MissingExtraError: As `read_cmudict`.
    """
    if is_data_set(data):
        return read_cmudict(split, stress=stress)
    pairs = read_pairs(data, columns)
    return of_split(pairs, split)
