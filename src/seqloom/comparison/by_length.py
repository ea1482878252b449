"""Where scores change with length: tenths of the test examples, shortest to longest.

The figure of Cho et al. 2014 ("On the properties of neural machine translation", figure 4) and
Bahdanau et al. 2015 (figure 2), with parts of equally many examples, so that each part says its
score equally surely. Checked by `tests/comparison/test_by_length.py`.
"""

from dataclasses import dataclass

import numpy as np

from ..shapes import Float

MOST_PARTS = 10
LEAST_EXAMPLES = 20  # in a part: with fewer, an interval says nothing


@dataclass(frozen=True)
class Part:
    """Some test examples of like length.

    Attributes:
        low: The shortest.
        high: The longest.
        examples: How many.
        share: Of all examples, 0 to 1.
        chosen: True for its examples, `(examples,)`.
    """

    low: float
    high: float
    examples: int
    share: float
    chosen: np.ndarray

    @property
    def is_tenth(self) -> bool:
        """True if it holds about a tenth of the examples."""
        return 0.075 <= self.share <= 0.125


def parts_by_length(lengths: Float[np.ndarray, " examples"]) -> list[Part]:
    """Cut test examples into tenths by length.

    Examples of one length stay together, so each cut goes to the length nearest to its tenth,
    and there are fewer parts where there are few lengths or few examples (20 a part at least,
    where there are so many).

    Args:
        lengths: One for each test example.
    Returns:
        Parts of ascending length; together they hold every example once.
    """
    num_examples = len(lengths)
    if num_examples == 0:
        return []
    values, counts = np.unique(lengths, return_counts=True)
    ends = np.cumsum(counts)
    wanted = min(MOST_PARTS, max(1, num_examples // LEAST_EXAMPLES))
    cuts = _cuts(ends, wanted)
    parts = []
    for first, last in zip([0, *cuts], [*cuts, len(values)], strict=True):
        low, high = float(values[first]), float(values[last - 1])
        chosen = (lengths >= low) & (lengths <= high)
        count = int(chosen.sum())
        parts.append(Part(low, high, count, count / num_examples, chosen))
    return parts


def _cuts(ends: np.ndarray, wanted: int) -> list[int]:
    """Numbers of lengths below each cut, none that would leave a part too small."""
    total = int(ends[-1])
    least = min(LEAST_EXAMPLES, total / wanted / 2)
    cuts: list[int] = []
    below = 0
    for k in range(1, wanted):
        place = int(np.abs(ends - k * total / wanted).argmin())
        if ends[place] - below >= least and total - ends[place] >= least:
            cuts.append(place + 1)
            below = int(ends[place])
    return cuts
