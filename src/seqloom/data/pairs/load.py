"""Pairs of a file, or of a part of a data set. Checked by `tests/data/pairs/test_load.py`."""

from ..given import is_data_set
from .cmudict import Split, read_cmudict
from .pairs import Pair, PairColumns, read_pairs


def load_pairs(
    data: str, split: Split, *, stress: bool = False, columns: PairColumns | None = None
) -> list[Pair]:
    """Read `data`.

    Args:
        data: A file, or `cmudict` for the CMU Pronouncing Dictionary if no file has that name.
        split: The part of the dictionary; a file is read whole, whichever part is asked for.
        stress: Keep the dictionary's stress digits.
        columns: Of a file; as `read_pairs`.

    Raises:
        DataError: As `read_pairs`.
        MissingExtraError: As `read_cmudict`.
    """
    if is_data_set(data):
        return read_cmudict(split, stress=stress)
    return read_pairs(data, columns)
