"""Scores by length, and how many times worse one entry is than its neighbour at either end.

Checked by `tests/comparison/report/test_analyse.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ...evaluation.measure import Measure
from ..by_length import Part, parts_by_length
from ..statistics import Estimate, Resampled
from .read import Entry, Results


@dataclass(frozen=True)
class LengthScores:
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
    def significant(self) -> bool:
        """True if the interval of the longest part leaves out 1."""
        return self.longest.low > 1


def resampled_parts(
    results: Results, tested: Sequence[Entry], *, resamples: int, seed: int
) -> list[tuple[Part, Resampled]]:
    """The test examples in parts by length, each resampled by itself."""
    samples = [entry.sample for entry in tested if entry.sample is not None]
    parts = parts_by_length(results.lengths) if samples else []
    return [
        (part, Resampled([s.only(part.chosen) for s in samples], resamples=resamples, seed=seed))
        for part in parts
    ]


def length_rows(
    tested: Sequence[Entry], parts: Sequence[tuple[Part, Resampled]]
) -> tuple[LengthScores, ...]:
    """Scores of all entries in each part."""
    return tuple(
        LengthScores(
            low=part.low,
            high=part.high,
            examples=part.examples,
            share=part.share,
            is_tenth=part.is_tenth,
            scores={entry.name: resampled.estimate(i) for i, entry in enumerate(tested)},
        )
        for part, resampled in parts
    )


def length_ratios(
    measure: Measure, tested: Sequence[Entry], parts: Sequence[tuple[Part, Resampled]]
) -> tuple[Ratio, ...]:
    """Ratios of neighbouring architectures, without baselines; the largest first."""
    if len(parts) < 2:
        return ()
    (_, shortest), (_, longest) = parts[0], parts[-1]
    of, complement = counted(measure, longest)
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
