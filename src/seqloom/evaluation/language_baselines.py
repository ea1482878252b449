"""A language model beside what needs no network: an n-gram model and general compressors.

The n-gram model foretells the same characters, so the difference is measured on the same blocks of
text, drawn together; it says who wins. A compressor gives one number for the whole text.
Checked by `tests/evaluation/test_language_baselines.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..decoding.perplexity import TextScore, interval_of
from ..shapes import Float, Int
from .compressors import compressed_bits
from .ngram import MOST_ORDER, NGram

UNFAIR = 0.01  # share of unknown symbols: the model is not charged for which ones they are


@dataclass(frozen=True)
class Baseline:
    """What something without a network makes of the text.

    Attributes:
        name: What it is.
        bits_per_character: Its score.
        difference: The model's bits per character minus these: below 0, the model is better.
        low: Lower end of the 95 % interval of the difference; of a compressor, which gives one
            number, the interval is of the model's bits alone.
        high: Upper end.
    """

    name: str
    bits_per_character: float
    difference: float
    low: float | None = None
    high: float | None = None

    def verdict(self) -> str:
        """Who wins, in a sentence."""
        size = f"{abs(self.difference):.3f} bits per character"
        sure = self.low is None or self.high is None or self.low * self.high > 0
        spread = "" if self.low is None else f" (95 %: {self.low:+.3f} to {self.high:+.3f})"
        if not sure:
            return f"the model and {self.name} are level: {self.difference:+.3f}{spread}"
        if self.difference < 0:
            return f"the model beats {self.name} by {size}{spread}"
        return f"{self.name} beats the model by {size}{spread}"


def language_baselines(
    nats: Float[np.ndarray, " N"],
    characters: Int[np.ndarray, " N"],
    text: str,
    train: str | None = None,
    *,
    order: int = MOST_ORDER,
) -> list[Baseline]:
    """Baselines, the best first.

    Args:
        nats: What each symbol of the text cost the model.
        characters: Of each symbol.
        text: The text.
        train: A text that baselines may learn from first. Without one there is no n-gram model,
            and compressors begin with nothing.
        order: n, most characters that the n-gram model looks at, the next one counted.
    """
    own = float(nats.sum()) / math.log(2) / len(text)
    ends = interval_of(nats, characters)
    found = []
    if train:
        found.append(_ngram(nats, characters, NGram(train, order).costs(text), order))
    after = ", training text first" if train else ""
    for name, bits in compressed_bits(text, train or "").items():
        found.append(Baseline(name + after, bits, own - bits, *(end - bits for end in ends)))
    return sorted(found, key=lambda baseline: baseline.bits_per_character)


def text_verdict(score: TextScore, baselines: Sequence[Baseline], *, seen: bool) -> str | None:
    """Who wins, in a sentence; `None` where the numbers do not tell.

    Args:
        score: The model's.
        baselines: The best first.
        seen: True if the model has seen the text.
    """
    if seen or score.unknown > UNFAIR * score.symbols:
        return None
    return baselines[0].verdict()


def _ngram(nats: np.ndarray, characters: np.ndarray, costs: np.ndarray, order: int) -> Baseline:
    """Differences of blocks of symbols; the n-gram's costs are those of their characters."""
    firsts = np.concatenate([[0], np.cumsum(characters)[:-1]])
    per_symbol = np.add.reduceat(costs, firsts)
    low, high = interval_of(nats - per_symbol, characters)
    total = float(characters.sum()) * math.log(2)
    return Baseline(
        name=f"the {order}-gram",
        bits_per_character=float(costs.sum()) / total,
        difference=float((nats - per_symbol).sum()) / total,
        low=low,
        high=high,
    )
