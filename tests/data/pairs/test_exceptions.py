"""The dictionary of exceptions: itself after any round trip, an error for all that is none."""

import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.data.pairs.exceptions import Exceptions
from seqloom.errors import FormatError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
ENTRIES = st.dictionaries(
    TEXT.filter(bool), st.lists(TEXT, min_size=1, max_size=3, unique=True).map(tuple), min_size=1
)


def packed(content: object) -> np.ndarray:
    return np.frombuffer(zlib.compress(json.dumps(content).encode()), np.uint8)


def error_of(data: np.ndarray) -> str:
    with pytest.raises(FormatError) as caught:
        Exceptions.from_bytes(data)
    return str(caught.value)


@given(ENTRIES)
def test_round_trip(entries):
    assert Exceptions.from_bytes(Exceptions(entries).to_bytes()) == Exceptions(entries)


def test_the_bytes_do_not_depend_on_the_order_of_the_sources():
    one, other = {"b": ("B", "A"), "a": ("A",)}, {"a": ("A",), "b": ("B", "A")}
    np.testing.assert_array_equal(Exceptions(one).to_bytes(), Exceptions(other).to_bytes())


def test_look_up():
    found = Exceptions({"read": ("R IY D", "R EH D")})
    assert found.get("read") == ("R IY D", "R EH D")
    assert found.get("reads") == ()
    assert len(found) == 1


def test_sources_are_stored_by_what_differs():
    content = json.loads(zlib.decompress(Exceptions({"abd": ("1",), "abc": ("2",)}).to_bytes()))
    assert content == {"shared": [0, 2], "rests": ["abc", "d"], "targets": [["2"], ["1"]]}


@pytest.mark.parametrize(
    ("shared", "rests", "targets", "message"),
    [
        ([], [], [], "`exceptions`: `shared` must be a list of 1 to "),
        ([0], [""], [["A"]], "`exceptions` must have ascending sources, got '' after ''."),
        ([0], ["a"], [[]], "`exceptions`: `targets.0` must be a list of 1 to 10000 items, got []."),
        (
            [0],
            ["a"],
            ["A"],
            "`exceptions`: `targets.0` must be a list of 1 to 10000 items, got 'A'",
        ),
        ([0, 0], ["a", "b"], [["A"]], "`exceptions` must have lists of equal length, got 2, 2, 1."),
        ([0], ["a", "b"], [["A"]], "`exceptions` must have lists of equal length, got 1, 2, 1."),
        ([0, 0], ["b", "a"], [["B"], ["A"]], "`exceptions` must have ascending sources, got 'a' a"),
        (
            [0, 1],
            ["a", ""],
            [["B"], ["A"]],
            "`exceptions` must have ascending sources, got 'a' aft",
        ),
        ([0, 2], ["a", "b"], [["B"], ["A"]], "`exceptions` must have ascending sources, got 'ab'"),
        ([-1], ["a"], [["A"]], "`exceptions`: `shared.0` must be a whole number from 0 to"),
        ([0], ["a"], [["B", "B"]], "`exceptions` must have different targets, got one twice for"),
        ([0], ["a"], [["\ud800"]], "`exceptions`: `targets.0.0` must be text that UTF-8 can say"),
    ],
)
def test_contents_that_break_a_rule(shared, rests, targets, message):
    found = error_of(packed({"shared": shared, "rests": rests, "targets": targets}))
    assert found.startswith(f"tensor {message}")


def test_contents_that_are_no_lists():
    assert error_of(packed([])).startswith("tensor `exceptions`: `contents` must be a table, got")
    message = error_of(packed({"shared": [0], "rests": ["a"]}))
    assert message.startswith("tensor `exceptions`: `contents` must have `targets`, got")


def test_bytes_that_are_none():
    good = Exceptions({"a": ("A",)}).to_bytes()
    for damaged in (good[:-1], good[:0], good[1:], np.append(good, good[:1])):
        assert error_of(damaged).startswith("tensor `exceptions` must be ")
    for shaped in (good.astype(np.float32), good[None]):
        assert error_of(shaped).startswith("tensor `exceptions` must be a row of bytes, got ")
    text = np.frombuffer(zlib.compress(b"a\tA\n"), np.uint8)
    assert error_of(text).startswith("tensor `exceptions` must be JSON, compressed by zlib, got: ")


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("seqloom.data.pairs.exceptions.MOST_BYTES", 1000)
    message = error_of(packed({"shared": [0], "rests": ["a"], "targets": [["A" * 2000]]}))
    assert message.startswith("tensor `exceptions` must be one whole stream of zlib, of at most")
