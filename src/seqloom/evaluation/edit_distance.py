"""Edit distance between an output and its references, counted in symbols.

A symbol is one phone, character or subword: a `str` of any length. The distance is
Levenshtein's: the fewest substitutions, insertions and deletions, each costing one edit.

Source: Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals",
Soviet Physics Doklady 10(8), 1966. The counting is rapidfuzz's; the tests check it against the
textbook table.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import DataError
from ..extras import missing_extra

if TYPE_CHECKING:
    from types import ModuleType


class Edit(NamedTuple):
    """One step of turning the reference into the output; `None` where a side has no symbol."""

    op: Literal["substitution", "insertion", "deletion"]
    reference: str | None
    output: str | None


def _levenshtein() -> "ModuleType":
    try:
        from rapidfuzz.distance import Levenshtein
    except ModuleNotFoundError as error:
        raise missing_extra("edit_distance", error) from error
    return Levenshtein


def distance(output: Sequence[str], reference: Sequence[str]) -> int:
    """The number of edits between two sequences of symbols.

    Raises:
        MissingExtraError: rapidfuzz is not installed.
    """
    return int(_levenshtein().distance(output, reference))


def best_reference(output: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The reference that `output` comes closest to, as CMUdict G2P is scored.

    Closest is fewest edits per reference symbol; an empty reference counts as one symbol here.
    Ties go to the reference with fewer edits (the shorter one), then to the earlier one.

    Returns:
        Its index in `references`, and the edits to it.
    Raises:
        DataError: There is no reference.
        MissingExtraError: rapidfuzz is not installed.
    """
    if not references:
        raise DataError(
            "best_reference: `references` must hold at least 1 reference, got 0. "
            "Give each source the outputs that are right for it."
        )
    counts = [distance(output, reference) for reference in references]
    # Quotients of small integers are equal as floats exactly when they are equal as fractions.
    _, edit_count, index = min(
        (n / max(len(reference), 1), n, i)
        for i, (n, reference) in enumerate(zip(counts, references, strict=True))
    )
    return index, edit_count


def edits(output: Sequence[str], reference: Sequence[str]) -> list[Edit]:
    """One shortest list of edits from `reference` to `output`, left to right.

    Several lists can be equally short; rapidfuzz's choice is kept, and it is always the same.

    Raises:
        MissingExtraError: rapidfuzz is not installed.
    """
    found = []
    for op, i, j in _levenshtein().editops(reference, output).as_list():
        if op == "replace":
            found.append(Edit("substitution", reference[i], output[j]))
        elif op == "insert":
            found.append(Edit("insertion", None, output[j]))
        else:
            found.append(Edit("deletion", reference[i], None))
    return found
