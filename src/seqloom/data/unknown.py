"""What is said of symbols that training never saw: of validation symbols, and of those that are new
to a model which is trained further; and when a run must not begin.

Checked by the tests of preparing pairs and of the task `generate`.
"""

from collections.abc import Sequence

from ..errors import DataError
from .vocabulary import UNK, Vocabulary

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


def extended_line(what: str, known: Vocabulary, now: Vocabulary) -> str:
    """The line of the report on a vocabulary that was extended.

    Args:
        what: What it is of, e.g. `source`.
        known: The vocabulary of the model.
        now: The extended one.
    """
    new = now.symbols[len(known) :]
    line = f"{what}: read as {known.level}, as the model does; vocabulary of {len(now):,}"
    if not new:
        return f"{line}, none of them new"
    shown = " ".join(repr(symbol)[1:-1] for symbol in new[:10])
    return f"{line}, {len(new):,} of them new: {shown}"
