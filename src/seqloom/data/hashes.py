"""Hashes of data: where a text goes when data are divided, and by what a run knows its data again.

A hash of the text decides, so a split is the same on every machine and needs no seed. Checked by
`tests/data/test_hashes.py`.
"""

import hashlib
from collections.abc import Iterable
from itertools import chain


def source_fraction(source: str, seed_text: str = "") -> float:
    """Return a number in [0, 1) that depends on the source's text alone.

    Args:
        source: The text; its UTF-8 bytes are hashed with BLAKE2b.
        seed_text: Another text gives another, independent number.
    """
    data = f"{seed_text}\0{source}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(data, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53  # 53 bits: every double below 1 is exact


def sha256(parts: Iterable[str | bytes]) -> str:
    """SHA-256 of texts and bytes, one behind the other, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part)
    return digest.hexdigest()


def encoded(text: str) -> bytes:
    """A text as it is hashed."""
    return text.encode("utf-8", "surrogatepass")


def fingerprint(train: Iterable[str], valid: Iterable[str]) -> str:
    """SHA-256 of the texts that a run trains and validates on."""
    return sha256(chain(["\0"], train, ["\0"], valid))
