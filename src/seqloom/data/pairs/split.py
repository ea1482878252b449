"""Divide pairs by their sources, so that no source is on both sides.

Splitting by lines would put `read -> R IY D` in training and `read -> R EH D` in validation and
measure memory instead of skill. Checked by `tests/data/pairs/test_split.py`.
"""

from collections.abc import Sequence

from ...errors import ConfigError, DataError
from ..hashes import source_fraction
from .pairs import Pair


def split_by_source(
    pairs: Sequence[Pair], valid_fraction: float, *, max_sources: int = 5000
) -> tuple[list[Pair], list[Pair]]:
    """Divide into training and validation pairs, in file order.

    The sources with the smallest `source_fraction` validate, so the number of them is exact even
    for little data, and data added later moves few sources across.

    Args:
        pairs: The data.
        valid_fraction: Share of the different sources that validate, above 0 and below 1.
        max_sources: Most different sources that validate: more would only slow validation.

    Raises:
        ConfigError: A setting is out of range.
        DataError: There are fewer than 2 different sources.
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
    sources = {pair.source for pair in pairs}
    if len(sources) < 2:
        raise DataError(
            f"split_by_source: `pairs` must have at least 2 different sources to set some aside "
            f"for validation, got {len(sources)}. Give --valid FILE or more data."
        )
    count = min(max_sources, max(1, round(valid_fraction * len(sources))), len(sources) - 1)
    valid = set(sorted(sources, key=lambda source: (source_fraction(source), source))[:count])
    return (
        [pair for pair in pairs if pair.source not in valid],
        [pair for pair in pairs if pair.source in valid],
    )
