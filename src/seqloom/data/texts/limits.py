"""How many symbols a classifier knows and how much of a text it reads, where no setting says it.

Rare words would hold nearly all weights of a model of many texts, and long texts would lose their
middle. Checked by `tests/data/texts/test_limits.py`.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ...config.classify import (
    CUT_SHARE,
    LONGEST_CUT,
    MOST_SYMBOLS,
    SHORTEST_CUT,
    ClassifyDataConfig,
)
from ...shapes import Int
from ..levels import SymbolCounts
from ..vocabulary import SPECIALS
from .reader import LEVELS, TextLevel, TextReader


def learn_reader(
    prepared: Iterable[str], level: TextLevel, config: ClassifyDataConfig
) -> tuple[TextReader, int, list[str]]:
    """A reader that reads texts whole, its `min_count`, and what was chosen other than for few.

    Args:
        prepared: The training texts, as `reader.pretokenize` returns them, as often as asked.
        level: What one symbol is.
        config: Settings of the data.
    """
    counts = SymbolCounts(prepared, level=LEVELS[level])

    def learn(min_count: int) -> TextReader:
        return TextReader.learn(
            prepared,
            level,
            lowercase=config.lowercase,
            max_symbols=sys.maxsize,
            min_count=min_count,
            subword_size=config.subword_size,
            counts=counts,
        )

    reader, notes = learn(config.min_count or 1), list[str]()
    if config.min_count is not None or level == "subwords":  # their number is `subword_size`
        return reader, config.min_count or 1, notes
    found = counts.of_level(LEVELS[level])
    assert found is not None, "counted"
    numbers = [count for symbol, count in found.items() if symbol not in SPECIALS]
    min_count = least_count(numbers, MOST_SYMBOLS)
    if min_count > 1:
        reader = learn(min_count)
        notes.append(f"data.min_count = {min_count}, as {len(numbers):,} symbols occur")
    return reader, min_count, notes


def cut_reader(
    reader: TextReader, lengths: Int[np.ndarray, " N"], most: int | None
) -> tuple[TextReader, list[str]]:
    """The reader that cuts longer texts, and what was chosen other than for short ones.

    Args:
        reader: The reader.
        lengths: Symbols of the training texts as read whole.
        most: `data.max_symbols`; if `None`, it follows from the lengths.
    """
    if most is not None:
        return replace(reader, max_symbols=most), []
    found, notes = cut_length(lengths), []
    if found > SHORTEST_CUT:
        longest = int(lengths.max())
        notes.append(f"data.max_symbols = {found}, as texts have up to {longest:,} symbols")
    return replace(reader, max_symbols=found), notes


def least_count(counts: Sequence[int] | np.ndarray, most: int) -> int:
    """The smallest count that at most `most` symbols reach; if none does, the highest there is.

    Args:
        counts: How often each symbol is seen, in any order.
        most: Symbols of the vocabulary.
    """
    falling = np.sort(np.asarray(counts))[::-1]
    return 1 if len(falling) <= most else min(int(falling[most]) + 1, int(falling[0]))


def cut_length(lengths: Sequence[int] | Int[np.ndarray, " N"]) -> int:
    """The default of `max_symbols`: few of the texts of these lengths are longer."""
    rank = math.ceil((1 - CUT_SHARE) * len(lengths)) - 1
    return min(max(int(np.sort(lengths)[rank]), SHORTEST_CUT), LONGEST_CUT)
