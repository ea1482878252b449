"""A dictionary of exceptions: sources whose targets are looked up before a network is asked.

In a model file it is one tensor of bytes: zlib of a JSON object in UTF-8. Sources stand in
ascending order of code points, each as the number of code points that it begins with like the one
before (`shared`) and the rest (`rests`); `targets` has the references of each. What is alike stands
together, since it compresses best so. Checked by `tests/data/pairs/test_exceptions.py`.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...config.layout import checked, items, keys, text, whole
from ...errors import FormatError
from ...plain import shown

MOST_BYTES = 1 << 28  # of the JSON; a dictionary of CMUdict's size has 3 MB
_LAYOUT = keys(
    {
        "shared": items(whole(0, 1 << 24), least=1, most=1 << 24),
        "rests": items(text(), least=1, most=1 << 24),
        "targets": items(items(text(), least=1, most=10_000), least=1, most=1 << 24),
    }
)


@dataclass(frozen=True)
class Exceptions:
    """References by source, at least one source.

    Attributes:
        targets: The references of each source, in order of appearance in the training data. A
            source is spelled as `Vocabulary.normal` spells it.
    """

    targets: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.targets)

    def get(self, source: str) -> tuple[str, ...]:
        """The references of a source; none if it is not here."""
        return self.targets.get(source, ())

    def to_bytes(self) -> np.ndarray:
        """The dictionary as bytes, uint8 `(N,)`; equal dictionaries have equal bytes."""
        sources = sorted(self.targets)
        before = ["", *sources]
        shared = [_common(*two) for two in zip(before, sources, strict=False)]
        content = {
            "shared": shared,
            "rests": [source[count:] for count, source in zip(shared, sources, strict=True)],
            "targets": [list(self.targets[source]) for source in sources],
        }
        plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return np.frombuffer(zlib.compress(plain, 9), np.uint8)

    @classmethod
    def from_bytes(cls, data: np.ndarray) -> "Exceptions":
        """Read what `to_bytes` wrote.

        Raises:
            FormatError: It is something else.
        """
        if data.dtype != np.uint8 or data.ndim != 1:
            raise _broken(f"be a row of bytes, got {data.dtype} {data.shape}")
        try:
            content = json.loads(_unpacked(data.tobytes()))
        except (zlib.error, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise _broken(f"be JSON, compressed by zlib, got: {error}") from error
        found = checked(_LAYOUT, content, "tensor `exceptions`")
        shared, rests, targets = (found[key] for key in ("shared", "rests", "targets"))
        if not len(shared) == len(rests) == len(targets):
            counts = ", ".join(str(len(some)) for some in (shared, rests, targets))
            raise _broken(f"have lists of equal length, got {counts}")
        sources = _whole(shared, rests)
        for source, some in zip(sources, targets, strict=True):
            if len(set(some)) < len(some):
                raise _broken(f"have different targets, got one twice for {shown(source)}")
        return cls({s: tuple(some) for s, some in zip(sources, targets, strict=True)})


def _common(one: str, other: str) -> int:
    """Code points that two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _whole(shared: list[int], rests: list[str]) -> list[str]:
    """The sources, each of which begins like the one before."""
    sources, before = [], ""
    for count, rest in zip(shared, rests, strict=True):
        source = before[:count] + rest
        if count > len(before) or source <= before:
            raise _broken(f"have ascending sources, got {shown(source)} after {shown(before)}")
        sources.append(source)
        before = source
    return sources


def _unpacked(data: bytes) -> bytes:
    unpacked = zlib.decompressobj()
    plain = unpacked.decompress(data, MOST_BYTES)
    if not unpacked.eof or unpacked.unused_data:
        raise _broken(f"be one whole stream of zlib, of at most {MOST_BYTES:,} bytes unpacked")
    return plain


def _broken(rule: str) -> FormatError:
    return FormatError(f"tensor `exceptions` must {rule}.")
