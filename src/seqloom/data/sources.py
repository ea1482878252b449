"""What the command line's DATA argument means: a file of pairs, or the word `cmudict`.

Checked by `tests/data/test_sources.py`.
"""

from pathlib import Path

from .pairs.cmudict import Split, read_cmudict
from .pairs.pairs import Pair, PairColumns, read_pairs


def is_data_set(data: str) -> bool:
    """True if `data` names a data set with parts of its own rather than a file."""
    return data == "cmudict" and not Path(data).is_file()


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
