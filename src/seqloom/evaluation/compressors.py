"""What general compressors make of a text: the common-sense floor for a model of it.

A compressor that reads a training text first is charged only for what the scored text adds. gzip
looks back 32 KB, bz2 900 KB, lzma over all of it.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 9, mtime=0),
    "bz2": lambda data: bz2.compress(data, 9),
    "lzma": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
}


def compressed_bits(text: str, after: str = "") -> dict[str, float]:
    """Bits per character of each compressor.

    Args:
        text: What is measured; at least one character.
        after: A text that the compressor has read before.
    """
    data, known = (part.encode("utf-8", "surrogatepass") for part in (text, after))
    found = {}
    for name, compress in COMPRESSORS.items():
        before = len(compress(known)) if known else 0
        found[name] = 8 * (len(compress(known + data)) - before) / len(text)
    return found
