"""Which entries of a comparison differ: a test for each pair, corrected for their number.

Two entries are compared by the difference of their resamples (`statistics.py`), and by a
sign-flip test: were both the same, their outputs for an example (averaged over runs) could change
places. The p-value is the larger of that test's and of twice the share of resamples beyond 0, so
it claims no more than either: the runs at hand differ on examples like these, and others would.
Several are corrected by Holm's rule.

Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 15; Holm, "A simple
sequentially rejective multiple test procedure", 1979. Checked against scipy and statsmodels in
`tests/comparison/test_significance.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .statistics import RESAMPLES, Estimate, Resampled, Sample, fractions

LEVEL = 0.05  # a p-value below it is called a difference
_CELLS = 2_000_000  # signs held at once: 16 MB


@dataclass(frozen=True)
class Difference:
    """One entry's score minus another's, and whether it is significant.

    Attributes:
        estimate: The difference and its interval, not corrected for several comparisons.
        p_examples: Of the sign-flip test, over examples.
        p: The larger of that and of twice the share of resamples beyond 0.
        p_holm: `p` corrected for the number of comparisons made together.
    """

    estimate: Estimate
    p_examples: float
    p: float
    p_holm: float

    @property
    def significant(self) -> bool:
        """True if the corrected p-value is below 5 % and the interval leaves out 0."""
        outside = self.estimate.low > 0 or self.estimate.high < 0
        return self.p_holm < LEVEL and outside


def compare_pairs(
    resampled: Resampled, pairs: Sequence[tuple[int, int]], *, seed: int = 0
) -> list[Difference]:
    """Test each pair of entries, and correct for their number.

    Args:
        resampled: The entries.
        pairs: Places of a first and a second.
        seed: Of the flips.
    """
    flips = sign_flip(resampled.samples, pairs, resamples=len(resampled.by_seeds), seed=seed)
    found = [resampled.difference(*pair) for pair in pairs]
    p = [max(tail, flip) for (_, tail), flip in zip(found, flips, strict=True)]
    return [
        Difference(estimate, p_examples=flip, p=one, p_holm=corrected)
        for (estimate, _), flip, one, corrected in zip(found, flips, p, holm(p), strict=True)
    ]


def sign_flip(
    samples: Sequence[Sample],
    pairs: Sequence[tuple[int, int]],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[float]:
    """Two-sided p-values of equal entries, by letting their outputs change places.

    Args:
        samples: One of each entry, over the same examples; runs are averaged.
        pairs: Places of a first and a second.
        resamples: Drawn of the 2**examples ways to change places.
        seed: Of the draws.
    Returns:
        For each pair `(1 + ways at least as far apart) / (1 + resamples)`.
    """
    above, below = fractions(samples)
    first, second = (np.array([pair[i] for pair in pairs], dtype=int) for i in (0, 1))
    gaps = np.concatenate(
        [above[:, first] - above[:, second], below[:, first] - below[:, second]], 1
    )
    totals = np.concatenate([above, below], 1).sum(axis=0)
    tops, bottoms = totals[: len(samples)], totals[len(samples) :]
    observed = np.abs(tops[first] / bottoms[first] - tops[second] / bottoms[second])
    further = np.zeros(len(pairs))
    for signs in _signs(len(above), resamples, seed):
        moved_top, moved_bottom = np.split(signs @ gaps, 2, axis=1)
        one = (tops[first] - moved_top) / (bottoms[first] - moved_bottom)
        other = (tops[second] + moved_top) / (bottoms[second] + moved_bottom)
        further += (np.abs(one - other) >= observed * (1 - 1e-9) - 1e-12).sum(axis=0)
    return [float(p) for p in (1 + further) / (1 + resamples)]


def holm(p: Sequence[float]) -> list[float]:
    """p-values corrected so that the chance of any false difference stays below the level."""
    corrected, running = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        running = max(running, (len(p) - rank) * p[place])
        corrected[place] = min(1.0, running)
    return corrected


def _signs(examples: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Zeros and ones, a row for each resample, some rows at once."""
    rng = np.random.default_rng([seed, 2])
    at_once = max(1, _CELLS // max(examples, 1))
    for start in range(0, resamples, at_once):
        rows = min(at_once, resamples - start)
        bits = np.frombuffer(rng.bytes(rows * (-(-examples // 8))), np.uint8).reshape(rows, -1)
        yield np.unpackbits(bits, axis=1, count=examples).astype(np.float64)
