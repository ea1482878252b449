"""How many symbols a classifier knows and how much of a text it reads, where no setting says it.

Rare words would hold nearly all weights of a model of many texts, and long texts would lose their
middle. Checked by `tests/data/texts/test_limits.py`.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from ...config.classify import (
    CUT_SHARE,
    LONGEST_CUT,
    MOST_SYMBOLS,
    SHORTEST_CUT,
    ClassifyDataConfig,
)
from ..vocabulary import SPECIALS
from .reader import TextLevel, TextReader


def learn_reader(
    prepared: Sequence[str], level: TextLevel, config: ClassifyDataConfig
) -> tuple[TextReader, int, list[str]]:
    """The reader of texts, its `min_count`, and what was chosen other than for few, short texts.

    What `config` leaves open follows from the texts as read whole, every symbol known.

    Args:
        prepared: The training texts, as `reader.pretokenize` returns them.
        level: What one symbol is.
        config: Settings of the data.
    """

    def learn(min_count: int) -> TextReader:
        return TextReader.learn(
            prepared,
            level,
            lowercase=config.lowercase,
            max_symbols=sys.maxsize,
            min_count=min_count,
            subword_size=config.subword_size,
            pretokenized=True,
        )

    min_count, most, notes = config.min_count or 1, config.max_symbols, []
    reader = learn(min_count)
    read = [reader.vocabulary.encode(text) for text in prepared]
    if config.min_count is None and level != "subwords":  # their number is `subword_size`
        counts = np.bincount(np.fromiter(chain.from_iterable(read), np.int64))[len(SPECIALS) :]
        min_count = least_count(counts, MOST_SYMBOLS)
        if min_count > 1:
            reader = learn(min_count)
            notes.append(f"data.min_count = {min_count}, as {len(counts):,} symbols occur")
    if most is None:
        lengths = [len(symbols) for symbols in read]
        most = cut_length(lengths)
        if most > SHORTEST_CUT:
            notes.append(f"data.max_symbols = {most}, as texts have up to {max(lengths):,} symbols")
    return replace(reader, max_symbols=most), min_count, notes


def least_count(counts: Sequence[int] | np.ndarray, most: int) -> int:
    """The smallest count that at most `most` symbols reach; if none does, the highest there is.

    Args:
        counts: How often each symbol is seen, in any order.
        most: Symbols of the vocabulary.
    """
    falling = np.sort(np.asarray(counts))[::-1]
    return 1 if len(falling) <= most else min(int(falling[most]) + 1, int(falling[0]))


def cut_length(lengths: Sequence[int]) -> int:
    """The default of `max_symbols`: few of the texts of these lengths are longer."""
    rank = math.ceil((1 - CUT_SHARE) * len(lengths)) - 1
    return min(max(sorted(lengths)[rank], SHORTEST_CUT), LONGEST_CUT)
