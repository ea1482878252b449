"""Where the errors sit: by source length, and which symbols are taken for which."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .edit_distance import Edit
from .error_rates import Match, percent

NOTHING = "∅"  # stands for the missing side of an insertion or deletion
_MAX_ROWS = 8
_MIN_SOURCES = 20


@dataclass(frozen=True)
class LengthRow:
    """Error rates, in %, of the sources of `low` to `high` symbols, both included."""

    low: int
    high: int
    sources: int
    symbol_error_rate: float
    output_error_rate: float


@dataclass(frozen=True)
class Confusion:
    """How often `output` stood where `reference` was right; `∅` is no symbol."""

    reference: str
    output: str
    count: int


def length_bins(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Cut the lengths that occur into at most 8 ranges of about equally many sources.

    Walks up the lengths and closes a range once it holds an eighth of the sources, and at least
    20. Sources left over at the long end get a range of their own if they are at least 20 and
    2 %; fewer join the range before.

    Returns:
        First and last length of each range, in ascending order.
    """
    full = max(_MIN_SOURCES, len(lengths) / _MAX_ROWS)
    enough = max(_MIN_SOURCES, 0.02 * len(lengths))
    bins: list[tuple[int, int]] = []
    low, held = None, 0
    for length, count in sorted(Counter(lengths).items()):
        low, held = (length if low is None else low), held + count
        if held >= full:
            bins.append((low, length))
            low, held = None, 0
    if low is not None:
        if bins and held < enough:
            low, _ = bins.pop()
        bins.append((low, max(lengths)))
    return bins


def by_length(lengths: Sequence[int], matches: Sequence[Match]) -> tuple[LengthRow, ...]:
    """Error rates over ranges of source length.

    Args:
        lengths: Symbols of each source.
        matches: The best reference of each source's output.
    """
    rows = []
    for low, high in length_bins(lengths):
        inside = [m for n, m in zip(lengths, matches, strict=True) if low <= n <= high]
        edits, symbols = sum(m.edits for m in inside), sum(m.reference_symbols for m in inside)
        wrong = sum(m.edits > 0 for m in inside)
        rows.append(
            LengthRow(
                low=low,
                high=high,
                sources=len(inside),
                symbol_error_rate=percent(edits, symbols),
                output_error_rate=percent(wrong, len(inside)),
            )
        )
    return tuple(rows)


def most_confused(edits: Iterable[Edit], *, limit: int = 15) -> tuple[Confusion, ...]:
    """The most frequent edits, most frequent first, equal ones in alphabetical order."""
    counts = Counter(
        (
            NOTHING if edit.reference is None else edit.reference,
            NOTHING if edit.output is None else edit.output,
        )
        for edit in edits
    )
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(reference, output, n) for (reference, output), n in ranked[:limit])
