"""Seeded damage to bytes and to JSON: what the fuzzers feed to whatever reads a file.

Every function takes a `random.Random` first and returns the damaged copy; the same generator state
gives the same damage.
"""

import copy
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

_NUMBERS = """
    0 -1 1 2 7 -0.0 0.5 1e-400 1e308 -1e308 1e400 nan inf -inf 255 65536 2147483647 2147483648
    -2147483649 9223372036854775807 9223372036854775808 18446744073709551616 1e9 1_0 0x10 1,5 \u0661
"""
NUMBERS = _NUMBERS.split()
NUMBERS += ["9" * 400, "9" * 5000, "0." + "0" * 400 + "1"]
TOKENS = [
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\x1b[31m", b"\x85"),
    *(b"\n", b"\r", b"\r\n", b"\t", b",", b";", b'"', b"'", b"\\", b" ", b"$", b"{", b"[", b"}"),
    *("é".encode(), "क्षि".encode(), "👩‍👩‍👧".encode(), "\u2028".encode(), "⁇".encode()),
]


def damage_bytes(draw: random.Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """One to four kinds of damage to a file that is read as bytes or as text.

    Args:
        draw: The generator.
        data: The file.
        others: Further files, for splices.
    """
    for _ in range(draw.choice((1, 1, 1, 2, 3, 4))):
        data = draw.choice(_BYTE_DAMAGE)(draw, data, others)
    return data


def _span(draw: random.Random, data: bytes, most: int = 64) -> tuple[int, int]:
    start = draw.randint(0, len(data))
    return start, min(len(data), start + draw.choice((1, 2, 4, draw.randint(0, most))))


def _flip(draw: random.Random, data: bytes, _: Any) -> bytes:
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8)) if out else 0):
        out[draw.randrange(len(out))] ^= 1 << draw.randrange(8)
    return bytes(out)


def _bytes(draw: random.Random, data: bytes, _: Any) -> bytes:
    start, end = _span(draw, data)
    return data[:start] + draw.randbytes(draw.randint(0, 16)) + data[end:]


def _truncate(draw: random.Random, data: bytes, _: Any) -> bytes:
    return data[: draw.randint(0, len(data))]


def _remove(draw: random.Random, data: bytes, _: Any) -> bytes:
    start, end = _span(draw, data, max(64, len(data) // 4))
    return data[:start] + data[end:]


def _insert(draw: random.Random, data: bytes, _: Any) -> bytes:
    start = draw.randint(0, len(data))
    return data[:start] + draw.choice(TOKENS) * draw.choice((1, 1, 1, 2, 300)) + data[start:]


def _replace(draw: random.Random, data: bytes, _: Any) -> bytes:
    old, new = draw.choice(TOKENS), draw.choice(TOKENS)
    return data.replace(old, new, draw.choice((1, 1, 3, -1)))


def _repeat(draw: random.Random, data: bytes, _: Any) -> bytes:
    start, end = _span(draw, data, 2000)
    times = draw.choice((1, 2, 10, 1000))
    return data[:end] + data[start:end] * min(times, 200_000 // max(1, end - start)) + data[end:]


def _splice(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = draw.choice([data, *others])
    return data[: draw.randint(0, len(data))] + other[draw.randint(0, len(other)) :]


def _number(draw: random.Random, data: bytes, _: Any) -> bytes:
    places = list(re.finditer(rb"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", data[:200_000]))
    if not places:
        return _insert(draw, data, ())
    out = data
    for place in sorted(draw.sample(places, min(len(places), draw.choice((1, 1, 2, 9)))), key=_end):
        out = out[: place.start()] + draw.choice(NUMBERS).encode() + out[place.end() :]
    return out


def _end(place: re.Match[bytes]) -> int:
    return -place.end()  # from the last to the first, so that places stay where they are


def _lines(draw: random.Random, data: bytes, _: Any) -> bytes:
    lines = data.split(b"\n")
    i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
    what = draw.randrange(4)
    if what == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif what == 1:
        lines.insert(i, lines[j])
    elif what == 2:
        del lines[i]
    else:
        lines[i] = b""
    return b"\n".join(lines)


_BYTE_DAMAGE: tuple[Callable[..., bytes], ...] = (
    *(_flip, _bytes, _truncate, _remove, _insert, _replace, _repeat, _splice),
    *(_number, _number, _number, _lines, _bytes, _flip),
)


def values() -> list[Any]:
    """Values that a JSON file may hold where another was expected."""
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    return [
        *(None, True, False, 0, 1, -1, 2, 3, 0.5, 1.0, -0.0, 1e308, -1e308, 5e-324),
        *(2**31, 2**63, 2**64, -(2**63) - 1, 10**400, float("nan"), float("inf"), -float("inf")),
        *("", " ", "x", "1", "true", "\x1b[31mred", "a\nb", "a\tb", "\ud800", "\0", "\u202e", "é"),
        *("x" * 10_000, [], {}, [1], ["x", "x"], {"x": 1}, [[]], [None], deep, {"": {}}),
        *(1_000_000, 10_000_000, 10**9, 1e6, 1e9, 1e-9),
    ]


def damage_json(draw: random.Random, tree: Any) -> Any:
    """A copy of plain values with one to three changes: types, keys, extremes."""
    root = [copy.deepcopy(tree)]
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        home, key = draw.choice(list(_places(root)))
        home[key] = _other(draw, home[key], root)
        if isinstance(home, dict) and draw.random() < 0.2:
            value = home.pop(key)
            if draw.random() < 0.5:
                home[draw.choice(("x", "", key + "_", "\x1b[1m", "a\nb"))] = value
    return root[0]


def _places(home: Any) -> Any:
    """Every place of a tree, as its container and key; long lists by their ends."""
    if isinstance(home, dict):
        keys: list[Any] = list(home)
    else:
        keys = [*range(len(home))] if len(home) < 12 else [*range(6), *range(-6, 0)]
    for key in keys:
        yield home, key
        if isinstance(home[key], dict | list):
            yield from _places(home[key])


def _other(draw: random.Random, value: Any, root: Any) -> Any:
    roll = draw.random()
    if roll < 0.3:
        return copy.deepcopy(draw.choice(values()))
    if roll < 0.4:  # what stands elsewhere
        home, key = draw.choice(list(_places(root)))
        return copy.deepcopy(home[key])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        factor = draw.choice((-1, 0, 2, 10, 1000, 10**6, 0.5, 1.0, 1e-3))
        try:
            return draw.choice((value + 1, value - 1, value * factor, float(value), str(value)))
        except OverflowError:
            return 0
    if isinstance(value, str):
        i = draw.randint(0, len(value))
        more = draw.choice(("\x1b", "\n", "\t", " ", "\ud800", "\0", "a", "▁", "é", "\u2028", "\r"))
        return draw.choice((value[:i] + more + value[i:], value[:i], value.upper(), value * 2))
    if isinstance(value, list) and value:
        i = draw.randrange(len(value))
        return draw.choice((value[:i], value[:i] + value[i + 1 :], [*value, value[i]], value[::-1]))
    if isinstance(value, dict) and value:
        key = draw.choice(list(value))
        return {k: v for k, v in value.items() if k != key}
    return draw.choice(values())
