"""Scores by length, and how many times worse one entry is than its neighbour at either end.

Checked by `tests/comparison/report/test_analyse.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..by_length import Part, parts_by_length
from ..statistics import Estimate, Resampled
from .read import Entry, Measure, Results


@dataclass(frozen=True)
class LengthRow:
    """Examples of `low` to `high`: how many, their share, each entry's score by its name."""

    low: float
    high: float
    examples: int
    share: float
    is_tenth: bool
    scores: dict[str, Estimate]


@dataclass(frozen=True)
class Ratio:
    """How many times the errors (or whatever is measured) of `better` `worse` has.

    Attributes:
        of: What is counted, e.g. `errors`.
        longest: In the part of the longest examples.
        shortest: In the part of the shortest; `None` where there are too few errors to say.
    """

    worse: str
    better: str
    of: str
    longest: Estimate
    shortest: Estimate | None

    @property
    def settled(self) -> bool:
        """True if the interval of the longest part leaves out 1."""
        return self.longest.low > 1


def length_rows(
    results: Results, tested: Sequence[Entry], *, resamples: int, seed: int
) -> tuple[LengthRow, ...]:
    """Scores of all entries in each tenth of the test examples, by length."""
    parts = parts_by_length(results.lengths) if tested else []
    return tuple(_row(part, tested, _within(part, tested, resamples, seed)) for part in parts)


def length_ratios(
    results: Results, tested: Sequence[Entry], *, resamples: int, seed: int
) -> tuple[Ratio, ...]:
    """Ratios of neighbours on the ladder, without baselines; the largest first."""
    parts = parts_by_length(results.lengths) if tested else []
    if len(parts) < 2:
        return ()
    longest, shortest = (_within(parts[i], tested, resamples, seed) for i in (-1, 0))
    of, complement = counted(results.measure, longest)
    if not of:
        return ()
    ratios = []
    for first in range(len(tested) - 1):
        if tested[first].is_baseline or tested[first + 1].is_baseline:
            continue
        for worse, better in ((first, first + 1), (first + 1, first)):
            ratio = longest.ratio(worse, better, complement=complement)
            if ratio is not None and ratio.value > 1:
                short = shortest.ratio(worse, better, complement=complement)
                names = (tested[worse].name, tested[better].name)
                ratios.append(Ratio(*names, of, longest=ratio, shortest=short))
    return tuple(sorted(ratios, key=lambda ratio: -ratio.longest.value))


def counted(measure: Measure, resampled: Resampled) -> tuple[str, bool]:
    """What a ratio is of, and whether it is what the score lacks; empty if there is no ratio."""
    if measure.rises:
        shares = all((s.numerators <= s.denominators).all() for s in resampled.samples)
        return ("errors", True) if shares else ("", False)
    return ("errors" if "error" in measure.label else measure.label), False


def _within(part: Part, tested: Sequence[Entry], resamples: int, seed: int) -> Resampled:
    samples = [entry.sample.only(part.chosen) for entry in tested if entry.sample is not None]
    return Resampled(samples, resamples=resamples, seed=seed)


def _row(part: Part, tested: Sequence[Entry], resampled: Resampled) -> LengthRow:
    return LengthRow(
        low=part.low,
        high=part.high,
        examples=part.examples,
        share=part.share,
        is_tenth=part.is_tenth,
        scores={entry.name: resampled.estimate(i) for i, entry in enumerate(tested)},
    )
