"""The n-gram model of characters: counts of the last few, interpolated with those of fewer.

    h   the m - 1 characters before w      h'   h without its first     c   counts, see below
    D1 D2 D3   discounts of counts 1, 2, 3 and more     N1 N2 N3   how many w follow h so often

    p_m(w | h) = (max(c(hw) - D, 0) + (D1 N1 + D2 N2 + D3 N3) p_{m-1}(w | h')) / c(h)
    p_0        = 1 / (different characters + 1), the one more being any that was never seen

The highest order counts occurrences. Lower orders count in how many different ways an m-gram goes
on to the left, for they are asked only where the higher one is at a loss.

Source: Kneser & Ney 1995, with the three discounts of Chen & Goodman, "An Empirical Study of
Smoothing Techniques for Language Modeling", 1998, section 3 (modified, interpolated).
Checked by `tests/evaluation/test_ngram.py` against the formula written out with dictionaries.
"""

from typing import NamedTuple

import numpy as np

from ..data.code_points import code_points
from ..shapes import Float, Int

MOST_ORDER = 6
_LEAST = 0.1  # of a discount: with 0, a character could be held impossible


class _Order(NamedTuple):
    """The m-grams of one order: a number each, by rising key."""

    keys: Int[np.ndarray, " G"]  # number of the first m - 1 characters, times V, plus the last
    counts: Int[np.ndarray, " G"]
    total: Float[np.ndarray, " H"]  # c(h)
    weight: Float[np.ndarray, " H"]  # D1 N1 + D2 N2 + D3 N3
    discount: Float[np.ndarray, " 4"]  # by count, from 3 on the last


class NGram:
    """A model of the characters of a text, learned by counting."""

    def __init__(self, text: str, order: int = MOST_ORDER) -> None:
        """
        Args:
            text: What to count.
            order: n: the last n - 1 characters are looked at.
        """
        codes = code_points(text)
        self.alphabet = np.unique(codes)
        self.size = len(self.alphabet)
        self.orders = self._learn(np.searchsorted(self.alphabet, codes), order)

    def costs(self, text: str) -> Float[np.ndarray, " N"]:
        """What each character of a text costs, in nats."""
        codes = code_points(text)
        places = np.minimum(np.searchsorted(self.alphabet, codes), self.size - 1)
        symbols = np.where(self.alphabet[places] == codes, places, -1)
        p = np.full(len(symbols), 1.0 / (self.size + 1))
        context = np.zeros(len(symbols), np.int64)  # of no characters: the one there is
        for order in self.orders:
            gram = _find(order.keys, np.where(symbols < 0, -1, context * self.size + symbols))
            gram = np.where((context < 0) | (symbols < 0), -1, gram)
            p = np.where(context < 0, p, _interpolated(order, context, gram, p))
            context = np.concatenate([[-1], gram[:-1]])
        costs: np.ndarray = -np.log(p)
        return costs

    def _learn(self, symbols: Int[np.ndarray, " N"], order: int) -> list[_Order]:
        keys, counts, suffixes = [], [], []
        before = np.zeros(len(symbols), np.int64)  # number of the m - 1 characters before
        shorter = np.zeros(len(symbols), np.int64)  # number of the (m - 1)-gram that ends here
        for m in range(1, order + 1):
            key = before * self.size + symbols[m - 1 :]
            found, first, gram, count = np.unique(
                key, return_index=True, return_inverse=True, return_counts=True
            )
            keys.append(found)
            counts.append(count)
            suffixes.append(shorter[first])
            before, shorter = gram[:-1], gram[1:]
            if len(before) == 0:
                break
        for m in range(len(keys) - 1):  # but for the highest: ways to go on to the left
            counts[m] = np.bincount(suffixes[m + 1], minlength=len(keys[m]))
        return [_order(k, c, self.size) for k, c in zip(keys, counts, strict=True)]


def _order(keys: np.ndarray, counts: np.ndarray, size: int) -> _Order:
    discount = _discounts(counts)
    context = keys // size
    level = np.minimum(counts, 3)
    return _Order(
        keys=keys,
        counts=counts,
        total=np.bincount(context, counts),
        weight=np.bincount(context, discount[level]),
        discount=discount,
    )


def _discounts(counts: np.ndarray) -> np.ndarray:
    """Chen & Goodman, equation 26; 0.5 each where there are too few counts to say."""
    n = np.bincount(np.minimum(counts, 5), minlength=6)[1:5].astype(float)
    if (n == 0).any():
        return np.array([0.0, 0.5, 0.5, 0.5])
    y = n[0] / (n[0] + 2 * n[1])
    steps = np.arange(1, 4)
    found = steps - (steps + 1) * y * n[1:] / n[:3]
    return np.concatenate([[0.0], np.clip(found, _LEAST, steps)])


def _find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The place of each wanted key; -1 for one that is not there."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, -1)


def _interpolated(
    order: _Order, context: np.ndarray, gram: np.ndarray, shorter: np.ndarray
) -> np.ndarray:
    """p_m, where `shorter` is p_{m-1}; that itself where nothing was seen after the context."""
    known = np.where((context >= 0) & (context < len(order.total)), context, 0)
    total = np.where((context >= 0) & (context < len(order.total)), order.total[known], 0.0)
    count = np.where(gram >= 0, order.counts[gram], 0)
    above = count - order.discount[np.minimum(count, 3)] + order.weight[known] * shorter
    return np.where(total > 0, above / np.maximum(total, 1.0), shorter)
