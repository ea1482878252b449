"""How sure a comparison is: intervals over test examples and over seeds.

All entries are scored on the same test examples, and a network is trained once for each of a few
seeds. Two things are therefore left to chance, and they cross: every run meets every example.

    examples   sampled with replacement, the same draw for all entries and all their runs
    seeds      Student's t, scaled by the standard error of an entry's mean over R runs

A resample is the sum of both, and the middle 95 % of the resamples is the interval. Drawing
examples anew inside each seed would pretend that R runs had met R test sets, and two or three
seeds sampled with replacement show too little spread and no tails. Two or three runs do not show
their own spread either, so networks share: the spread of an entry's runs is its own or the median
of all entries', whichever is larger, and t has the degrees of freedom of all. An interval is
therefore right where networks spread about alike, too wide for one that is steadier than the
others, and somewhat too narrow for one that is much wilder. With one run each, nothing is known
about seeds and the interval is about examples only; a baseline has no seed and no such spread.

Source: Owen, "The pigeonhole bootstrap", 2007 (crossed resampling); Efron & Tibshirani, "An
Introduction to the Bootstrap", 1993, chapter 13. Checked against scipy and by known coverage in
`tests/comparison/test_statistics.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..bootstrap import percentiles, resampled_sums
from ..errors import ShapeError
from ..shapes import Float

RESAMPLES = 10_000
_MOST_LOG = 20.0  # of a ratio: nobody asks beyond
_MOST_NOTHING = 0.01  # share of resamples without an error in which a ratio is still reported


@dataclass(frozen=True)
class Estimate:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sample:
    """What the runs of one entry did with each test example.

    Attributes:
        numerators: Above the line, e.g. edits, `(runs, examples)`.
        denominators: Below it, e.g. symbols, `(runs, examples)`.
        scale: What the fraction is multiplied by, e.g. 100 for %.
        seeded: True if another seed would give another score; a baseline's would not.
    """

    numerators: np.ndarray
    denominators: np.ndarray
    scale: float = 1.0
    seeded: bool = True

    def __post_init__(self) -> None:
        if self.numerators.ndim != 2 or self.numerators.shape != self.denominators.shape:
            raise ShapeError(
                f"Sample: `denominators` must have shape (runs, examples) like `numerators`, "
                f"got {self.denominators.shape} and {self.numerators.shape}."
            )

    def only(self, chosen: np.ndarray) -> "Sample":
        """The sample of some examples, chosen by a mask or by places."""
        above, below = self.numerators[:, chosen], self.denominators[:, chosen]
        return Sample(above, below, self.scale, self.seeded)

    @property
    def score(self) -> float:
        """The score over all runs and examples."""
        above, below = self.numerators.sum(), self.denominators.sum()
        return float(self.scale * above / below) if below else float("nan")

    @property
    def run_scores(self) -> Float[np.ndarray, " runs"]:
        """The score of each run."""
        below = self.denominators.sum(axis=1)
        scores: np.ndarray = self.scale * self.numerators.sum(axis=1) / np.where(below, below, 1.0)
        return scores


class Resampled:
    """Scores of several entries on the same resampled test sets, seeds too.

    Args:
        samples: One of each entry, over the same examples.
        resamples: How many times to draw.
        seed: Of the draws.
    Raises:
        DataError: There is no example.
        ShapeError: The entries have not the same examples.
    """

    def __init__(
        self, samples: Sequence[Sample], *, resamples: int = RESAMPLES, seed: int = 0
    ) -> None:
        counts = {sample.numerators.shape[1] for sample in samples}
        if len(counts) > 1:
            raise ShapeError(
                f"Resampled: `samples` must have the same examples, got {sorted(counts)} of them."
            )
        self.samples = list(samples)
        self.values = np.array([sample.score for sample in samples])
        self.by_examples = _by_examples(samples, resamples, seed)
        self.by_seeds = _by_seeds(samples, resamples, seed)

    def estimate(self, entry: int) -> Estimate:
        """The score of an entry; its interval stays where scores can be."""
        low, high = percentiles(self.by_examples[:, entry] + self.by_seeds[:, entry])
        least, most = _bounds(self.samples[entry])
        return Estimate(float(self.values[entry]), max(low, least), min(high, most))

    def difference(self, first: int, second: int) -> tuple[Estimate, float]:
        """First minus second, and twice the share of resamples beyond 0."""
        both = self.by_examples + self.by_seeds
        samples = both[:, first] - both[:, second]
        estimate = Estimate(float(self.values[first] - self.values[second]), *percentiles(samples))
        beyond = min((samples <= 0).sum(), (samples >= 0).sum())
        return estimate, float(min(1.0, 2 * (1 + beyond) / (1 + len(samples))))

    def ratio(self, first: int, second: int, *, complement: bool = False) -> Estimate | None:
        """How many times the second's score the first's is; `None` where that one can be 0.

        Args:
            first: A place among the samples.
            second: Another.
            complement: Compare what is missing to the largest score, as errors are to accuracy.
        """
        (top, tops), (base, bases) = (self._shares(e, complement) for e in (first, second))
        if min(top, base) <= 0 or tops is None or bases is None:
            return None
        logs = np.clip(tops - bases, -_MOST_LOG, _MOST_LOG)
        low, high = np.exp(percentiles(logs))
        return Estimate(top / base, float(low), float(high))

    def _shares(self, entry: int, complement: bool) -> tuple[float, np.ndarray | None]:
        """The score or what it lacks, and resamples of its logarithm."""
        value, samples = float(self.values[entry]), self.by_examples[:, entry]
        most = self.samples[entry].scale
        value, samples = (most - value, most - samples) if complement else (value, samples)
        nothing = samples <= 0
        if value <= 0 or nothing.mean() > _MOST_NOTHING:
            return value, None
        logs = np.log(np.where(nothing, samples[~nothing].min(), samples))
        return value, logs + (-1 if complement else 1) * self.by_seeds[:, entry] / value


def fractions(samples: Sequence[Sample]) -> tuple[np.ndarray, np.ndarray]:
    """What each example adds above and below the line, runs averaged: two `(examples, entries)`."""
    above = np.stack([s.scale * s.numerators.mean(axis=0) for s in samples], axis=1)
    below = np.stack([s.denominators.mean(axis=0) for s in samples], axis=1)
    return above, below


def _by_examples(samples: Sequence[Sample], resamples: int, seed: int) -> np.ndarray:
    """Scores on resampled examples, `(resamples, entries)`."""
    above, below = fractions(samples)
    sums = resampled_sums(np.concatenate([above, below], 1), resamples=resamples, seed=seed)
    tops, bottoms = np.split(sums, 2, axis=1)
    scores: np.ndarray = tops / np.where(bottoms, bottoms, 1.0)
    return scores


def _by_seeds(samples: Sequence[Sample], resamples: int, seed: int) -> np.ndarray:
    """What other seeds would add to the scores, `(resamples, entries)`."""
    rng = np.random.default_rng([seed, 1])
    added = np.zeros((resamples, len(samples)))
    errors, freedom = standard_errors(samples)
    for entry in np.flatnonzero(errors):
        added[:, entry] = errors[entry] * rng.standard_t(freedom, size=resamples)
    return added


def standard_errors(samples: Sequence[Sample]) -> tuple[Float[np.ndarray, " entries"], int]:
    """Of each entry's mean over its runs, by the rule above, and the degrees of freedom.

    The median of variances is divided by the median of chi-square over its degrees of freedom
    (Wilson & Hilferty's cube), since variances of two runs are mostly far below their mean.
    """
    runs = np.array([len(s.numerators) if s.seeded else 0 for s in samples])
    own = np.array([s.run_scores.var(ddof=1) if len(s.numerators) > 1 else 0.0 for s in samples])
    several = runs > 1
    freedom = int((runs[several] - 1).sum())
    if several.sum() == 0:
        return np.zeros(len(samples)), 0
    middle = (1 - 2 / (9 * (runs[several] - 1))) ** 3
    shared = np.median(own[several] / middle) if several.sum() > 1 else own[several][0]
    spread = np.where(runs > 0, np.maximum(own, shared), 0.0)
    return np.sqrt(spread / np.maximum(runs, 1)), freedom


def _bounds(sample: Sample) -> tuple[float, float]:
    """The least and the largest score there can be, as far as the numbers show."""
    whole = (sample.numerators == 0) | (sample.numerators == sample.denominators)
    share = bool(whole.all())  # of examples; errors of symbols may exceed 100 %
    negative = bool((sample.numerators < 0).any())
    return (-np.inf if negative else 0.0), (sample.scale if share else np.inf)
