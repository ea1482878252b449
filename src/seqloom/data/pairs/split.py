"""Divide pairs by their sources, so that no source is on both sides.

Splitting by lines would put `read -> R IY D` in training and `read -> R EH D` in validation and
measure memory instead of skill. The sources with the smallest `source_fraction` validate, so the
number of them is exact even for little data, and data added later moves few sources across.
Checked by `tests/data/pairs/test_split.py`.
"""

from collections.abc import Sequence

import numpy as np

from ...errors import ConfigError, DataError
from ...shapes import Float
from ..hashes import source_fraction
from .pairs import Pair

MOST_SOURCES = 5000  # that validate: more would only slow validation


def split_by_source(
    pairs: Sequence[Pair], valid_fraction: float, *, max_sources: int = MOST_SOURCES
) -> tuple[list[Pair], list[Pair]]:
    """Divide into training and validation pairs, in file order.

    Args:
        pairs: The data.
        valid_fraction: Share of the different sources that validate, above 0 and below 1.
        max_sources: Most different sources that validate.

    Raises:
        ConfigError: A setting is out of range.
        DataError: There are fewer than 2 different sources.
    """
    fractions = np.array([source_fraction(pair.source) for pair in pairs])
    count = num_validating(len(np.unique(fractions)), valid_fraction, max_sources=max_sources)
    valid = (fractions <= least(fractions, count)).tolist()
    return (
        [pair for pair, held_out in zip(pairs, valid, strict=True) if not held_out],
        [pair for pair, held_out in zip(pairs, valid, strict=True) if held_out],
    )


def num_validating(sources: int, valid_fraction: float, *, max_sources: int = MOST_SOURCES) -> int:
    """How many of so many different sources validate.

    Raises:
        ConfigError: A setting is out of range.
        DataError: There are fewer than 2 sources.
    """
    if not 0 < valid_fraction < 1:
        raise ConfigError(
            f"split_by_source: `valid_fraction` must be above 0 and below 1, got {valid_fraction}. "
            f"Try 0.05."
        )
    if max_sources < 1:
        raise ConfigError(
            f"split_by_source: `max_sources` must be at least 1, got {max_sources}. Try 5000."
        )
    if sources < 2:
        raise DataError(
            f"split_by_source: `pairs` must have at least 2 different sources to set some aside "
            f"for validation, got {sources}. Give --valid FILE or more data."
        )
    return min(max_sources, max(1, round(valid_fraction * sources)), sources - 1)


def least(fractions: Float[np.ndarray, " N"], count: int) -> float:
    """The largest of the `count` smallest different fractions, at least one."""
    return float(np.unique(fractions)[count - 1])
