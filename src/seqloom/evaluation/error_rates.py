"""Error rates of outputs against their best references.

    symbol error rate = 100 * edits / symbols of the chosen references     (PER, CER)
    output error rate = 100 * outputs equal to no reference / outputs      (WER of G2P)
    exact match       = 100 - output error rate

All in %. The symbol error rate passes 100 when outputs are much longer than references. Sums
are taken over the whole test set before dividing, so a long example weighs more than a short
one; references without any symbol at all divide by 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import bootstrap
from ..errors import DataError
from .edit_distance import best_reference


@dataclass(frozen=True)
class Score:
    """A value between the ends of its 95 % bootstrap interval; `unit` may be empty."""

    value: float
    low: float
    high: float
    unit: str


class Match(NamedTuple):
    """The best reference of one output: its index, the edits to it, its length."""

    reference: int
    edits: int
    reference_symbols: int


@dataclass(frozen=True)
class Counts:
    """Sums over a test set."""

    edits: int
    reference_symbols: int
    wrong: int
    total: int

    @property
    def symbol_error_rate(self) -> float:
        """In %."""
        return percent(self.edits, self.reference_symbols)

    @property
    def output_error_rate(self) -> float:
        """In %."""
        return percent(self.wrong, self.total)


def percent(part: int, whole: int) -> float:
    """`part` of `whole` in %; a `whole` of 0 counts as 1."""
    return 100.0 * part / max(whole, 1)


def match_references(
    outputs: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> list[Match]:
    """Find each output's best reference.

    Args:
        outputs: One sequence of symbols per source.
        references: One or more sequences of symbols per source.

    Raises:
        DataError: The two differ in length, a source has no reference, or a text was not split.
        MissingExtraError: rapidfuzz is not installed.
    """
    if len(outputs) != len(references):
        raise DataError(
            f"error_counts: `references` must hold one entry per output, {len(outputs)}, "
            f"got {len(references)}. Pair them by position."
        )
    found = []
    for i, (output, accepted) in enumerate(zip(outputs, references, strict=True), start=1):
        if not accepted:
            raise DataError(
                f"error_counts: entry {i} of `references` must hold at least 1 reference, got 0. "
                "Give each source the outputs that are right for it."
            )
        # A str is a sequence of characters too: a level forgotten would be scored, and wrongly.
        for name, symbols in (("outputs", output), *(("references", r) for r in accepted)):
            if isinstance(symbols, str):
                raise DataError(
                    f"error_counts: entry {i} of `{name}` must be split into symbols, "
                    f"got the text {symbols!r}. Split it, and put references in a tuple per source."
                )
        index, edits = best_reference(output, accepted)
        found.append(Match(reference=index, edits=edits, reference_symbols=len(accepted[index])))
    return found


def error_counts(
    outputs: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> Counts:
    """Count errors, without intervals: cheap enough for validation during training.

    Args:
        outputs: One sequence of symbols per source.
        references: One or more sequences of symbols per source.

    Raises:
        DataError: The two differ in length, a source has no reference, or a text was not split.
        MissingExtraError: rapidfuzz is not installed.
    """
    return count_matches(match_references(outputs, references))


def count_matches(matches: Sequence[Match]) -> Counts:
    """The sums over some outputs."""
    return Counts(
        edits=sum(m.edits for m in matches),
        reference_symbols=sum(m.reference_symbols for m in matches),
        wrong=sum(m.edits > 0 for m in matches),
        total=len(matches),
    )


def symbol_error_rate(edits: Sequence[int], lengths: Sequence[int], *, seed: int = 0) -> Score:
    """Symbol error rate in %, with its interval.

    Args:
        edits: Edits of each output to its best reference.
        lengths: Symbols of that reference.
        seed: Of the bootstrap.

    Raises:
        DataError: There is no output.
        ShapeError: The two differ in length.
    """
    low, high = bootstrap.interval(
        np.array(edits, dtype=np.int64), np.array(lengths, dtype=np.int64), seed=seed
    )
    return Score(percent(sum(edits), sum(lengths)), 100.0 * low, 100.0 * high, "%")


def output_error_rate(edits: Sequence[int], *, seed: int = 0) -> Score:
    """Share of outputs with an edit, in %, with its interval.

    Raises:
        DataError: There is no output.
    """
    wrong = (np.array(edits, dtype=np.int64) > 0).astype(np.int64)
    low, high = bootstrap.interval(wrong, np.ones_like(wrong), seed=seed)
    return Score(percent(int(wrong.sum()), len(wrong)), 100.0 * low, 100.0 * high, "%")


def exact_match(wrong: Score) -> Score:
    """The share of outputs without an error, from the share with one."""
    return Score(100.0 - wrong.value, 100.0 - wrong.high, 100.0 - wrong.low, "%")
