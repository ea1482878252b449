"""Texts as arrays of code points, and what is counted and looked up there: fast, of very many.

Checked by `tests/data/test_code_points.py`.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..shapes import Int


def code_points(text: str) -> Int[np.ndarray, " N"]:
    """The Unicode code points of a text, int32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<i4")


def count_characters(texts: Sequence[str]) -> Counter[str]:
    """How often each character occurs."""
    counts = np.bincount(code_points("".join(texts)))
    found = np.flatnonzero(counts)
    return Counter(
        {
            chr(point): count
            for point, count in zip(found.tolist(), counts[found].tolist(), strict=True)
        }
    )


def numbers_of(
    texts: Sequence[str], symbols: Sequence[str], first: int, unknown: int
) -> Int[np.ndarray, " N"]:
    """The numbers of all characters of texts, one after the other, int32.

    Args:
        texts: The texts.
        symbols: Characters that have a number, in the order of their numbers.
        first: The number of the first of them.
        unknown: The number of any other.
    """
    table = np.full(0x110000, unknown, np.int32)
    table[[ord(symbol) for symbol in symbols]] = np.arange(first, first + len(symbols))
    ids: np.ndarray = table[code_points("".join(texts))]
    return ids
