"""Which rows a model was trained on: a sketch of them, small enough for its file.

Each row has a number of 32 bits. The smallest 512 of the training rows' and of the validation rows'
numbers are kept; they are a random sample of each, chosen by the rows themselves, so a file that
holds the same rows, in whatever order and among whatever others, has the same numbers. A running
text's rows are all its stretches of 32 characters. A few rows of very many are not recognised.

Source: Broder, "On the resemblance and containment of documents", 1997. Checked by
`tests/data/test_seen.py`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import FormatError

KEPT = 512
PARTS = ("train", "valid")
SHARE = 0.2  # of the evaluated rows: from here on scores are not those of new data
MOST = 0.5  # of a part's rows: then the evaluated file holds that part
_TOP = 2**32 - 1
_LEAST = 3  # rows that must be found again; one may be chance
_STRETCH = 32  # characters
_BLOCK = 1_000_000  # characters at once


@dataclass(frozen=True)
class Seen:
    """How much of what is evaluated a model has seen.

    Attributes:
        share: Estimated share of the evaluated rows that training or validation read, 0 to 1.
        of_part: Estimated share of the training or the validation rows, whichever is more, that
            is evaluated.
        flatters: True if scores say little about new data.
    """

    share: float
    of_part: float
    flatters: bool


def row_numbers(rows: Iterable[str | bytes]) -> Iterator[np.ndarray]:
    """The numbers of rows, as one array."""
    yield np.unique(row_hashes(rows))


def row_hashes(rows: Iterable[str | bytes]) -> np.ndarray:
    """The number of each row, `(N,)`, in their order."""
    found = bytearray()
    for row in rows:
        data = row if isinstance(row, bytes) else row.encode("utf-8", "surrogatepass")
        found += hashlib.blake2b(data, digest_size=4).digest()
    return np.frombuffer(bytes(found), "<u4")


def text_numbers(text: str) -> Iterator[np.ndarray]:
    """The numbers of all stretches of a text, an array for each block of it."""
    stretches = Stretches()
    for first in range(0, len(text), _BLOCK):
        found = stretches.of(text[first : first + _BLOCK])
        if len(found):
            yield found
    found = stretches.rest()
    if len(found):
        yield found


class Stretches:
    """The numbers of the stretches of a text that comes in blocks."""

    def __init__(self) -> None:
        self._last = ""  # characters that the next stretches begin in
        self._some = False

    def of(self, block: str) -> np.ndarray:
        """The numbers of the stretches that end in the block."""
        text = self._last + block
        self._last = text[-_STRETCH + 1 :]
        if len(text) < _STRETCH:
            return np.array([], "<u4")
        self._some = True
        return _stretch_numbers(text)

    def rest(self) -> np.ndarray:
        """The number of a text that is shorter than a stretch; none of another."""
        return np.array([], "<u4") if self._some else _stretch_numbers(self._last.ljust(_STRETCH))


def _stretch_numbers(text: str) -> np.ndarray:
    raw = text.encode("utf-32-le", "surrogatepass")
    value = np.frombuffer(raw, "<u4").astype(np.uint64)
    factor, width = 0x9E3779B97F4A7C15, 1
    while width < _STRETCH:  # two halves make a stretch twice as long
        value = value[:-width] * np.uint64(factor) + value[width:]
        factor, width = factor * factor % 2**64, 2 * width
    value ^= value >> np.uint64(29)
    return (value * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(32)).astype("<u4")


class Sketch:
    """The smallest numbers of rows that come block by block."""

    def __init__(self) -> None:
        self._kept = np.array([], "<u4")

    def add(self, block: np.ndarray) -> None:
        """Take in the numbers of further rows."""
        if len(self._kept) == KEPT:
            block = block[block <= self._kept[-1]]
        self._kept = np.unique(np.concatenate([self._kept, block]))[:KEPT]

    def hex(self) -> str:
        """They in hexadecimal, as a model file keeps them."""
        return self._kept.tobytes().hex()


def sketch(train: Iterable[np.ndarray], valid: Iterable[np.ndarray]) -> dict[str, str]:
    """What a model file keeps of its rows, by part: the smallest numbers, in hexadecimal.

    Args:
        train: Numbers of the training rows.
        valid: Numbers of the validation rows.
    """
    found = {}
    for part, blocks in zip(PARTS, (train, valid), strict=True):
        kept = Sketch()
        for block in blocks:
            kept.add(block)
        found[part] = kept.hex()
    return found


def merged(kept: object, others: object) -> dict[str, str]:
    """The sketch of the rows of two.

    Args:
        kept: What `sketch` made.
        others: What it made of other rows.
    Raises:
        FormatError: One of them is something else.
    """
    pairs = zip(_parts(kept), _parts(others), strict=True)
    return sketch(*([one, other] for one, other in pairs))


def seen(kept: object, numbers: Iterable[np.ndarray]) -> Seen | None:
    """How much of what is evaluated was seen; `None` if the model file does not say.

    Args:
        kept: What `sketch` made.
        numbers: Of the evaluated rows.
    Raises:
        FormatError: `kept` is something else.
    """
    if kept is None:
        return None
    parts = _parts(kept)
    ends = [int(p[-1]) if len(p) == KEPT else _TOP for p in parts]
    below = np.array([], "<u4")  # those that could be among the kept
    for block in numbers:
        below = np.union1d(below, block[block <= max(ends)])
    found = [np.isin(below, part) for part in parts]
    either = np.any(found, axis=0)
    of_part = max(int(f.sum()) / max(len(p), 1) for f, p in zip(found, parts, strict=True))
    # up to the smaller end all rows of both parts are kept, up to the larger one those of one part
    share = max(float(either[below <= end].sum() / max((below <= end).sum(), 1)) for end in ends)
    enough = int(either.sum()) >= max(1, min(_LEAST, len(below)))
    return Seen(share, of_part, flatters=enough and (share >= SHARE or of_part >= MOST))


def _parts(kept: object) -> list[np.ndarray]:
    if not isinstance(kept, Mapping) or not all(isinstance(kept.get(p), str) for p in PARTS):
        raise _broken()
    try:
        parts = [np.frombuffer(bytes.fromhex(kept[part]), "<u4") for part in PARTS]
    except ValueError as error:
        raise _broken() from error
    if any(len(part) > KEPT for part in parts):
        raise _broken()
    return parts


def _broken() -> FormatError:
    return FormatError(
        "model file: `training.rows_seen` is damaged: it must hold `train` and `valid`, at most "
        f"{KEPT} numbers each in hexadecimal. Copy the model again, or train again."
    )
