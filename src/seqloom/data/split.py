"""Divide data by its sources, so that no source is on both sides.

Splitting by lines would put `read -> R IY D` in training and `read -> R EH D` in validation and
measure memory instead of skill. A hash of the source decides, so the split is the same on every
machine and needs no seed. Checked by `tests/data/test_split.py`.
"""

import hashlib
from collections.abc import Sequence

from ..errors import ConfigError, DataError
from .pairs import Pair


def source_fraction(source: str, seed_text: str = "") -> float:
    """Return a number in [0, 1) that depends on the source's text alone.

    Args:
        source: The text; its UTF-8 bytes are hashed with BLAKE2b.
        seed_text: Another text gives another, independent number.
    """
    data = f"{seed_text}\0{source}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(data, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53  # 53 bits: every double below 1 is exact


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
