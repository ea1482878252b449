"""What is said of validation symbols that training never saw, and when a run must not begin.

Checked by the tests of preparing pairs and of the task `generate`.
"""

from collections.abc import Sequence

from ..errors import DataError
from .vocabulary import UNK

MOST = 0.5  # share of the symbols from which validation says nothing


def unknown_line(what: str, ids: Sequence[int], symbols: Sequence[str], way_out: str) -> str:
    """The line of the report.

    Args:
        what: Whose symbols they are, e.g. `source symbols of the validation data`.
        ids: All numbers of the validation data.
        symbols: The unknown ones, as they come.
        way_out: What to do if they are most of them.
    Raises:
        DataError: They are.
    """
    count = sum(i == UNK for i in ids)
    shown = " ".join(repr(s)[1:-1] for s in sorted(set(symbols))[:10])
    if count > MOST * len(ids):
        raise DataError(
            f"train: {count:,} of {len(ids):,} {what} are in no training text, e.g. {shown}. "
            f"Nothing could be validated. {way_out}"
        )
    return (
        f"unknown: {count:,} of {len(ids):,} {what} were never seen in training and are read as "
        f"unknown: {shown}"
    )
