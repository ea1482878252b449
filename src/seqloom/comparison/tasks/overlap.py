"""Text that stands in two files: what is tested on must not have been read in training.

Blocks of the one are looked up at every place of the other; they are half as long as what is looked
for, so that each such stretch holds a whole block, wherever it begins. Checked by
`tests/comparison/test_held_out.py`.
"""

from typing import NamedTuple

MOST = 200  # characters: shorter stretches are quotations and set phrases


class Overlap(NamedTuple):
    """A stretch that two texts share.

    Attributes:
        size: Characters that were looked for.
        first: The line of the first text in which it begins, from 1 on.
        second: The same of the second.
    """

    size: int
    first: int
    second: int


def find_overlap(first: str, second: str) -> Overlap | None:
    """Find `MOST` characters that two texts share, or half of the shorter text if that is less."""
    size = max(1, min(MOST, min(len(first), len(second)) // 2))
    block = (size + 1) // 2
    places: dict[str, list[int]] = {}
    for i in range(0, len(first) - block + 1, block):
        places.setdefault(first[i : i + block], []).append(i)
    for j in range(len(second) - block + 1):
        for i in places.get(second[j : j + block], ()):
            start = i + block, j + block
            before = _same(first[max(0, i - size) : i][::-1], second[max(0, j - size) : j][::-1])
            after = _same(first[start[0] : start[0] + size], second[start[1] : start[1] + size])
            if before + block + after >= size:
                return Overlap(size, _line(first, i - before), _line(second, j - before))
    return None


def _same(first: str, second: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))


def _line(text: str, place: int) -> int:
    """The line of the first character from a place on that is no white space."""
    while place < len(text) - 1 and text[place].isspace():
        place += 1
    return text.count("\n", 0, place) + 1
