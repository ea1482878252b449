"""What plain values must be: every rule on right and wrong values, and the text of its error."""

import dataclasses

import pytest

from seqloom.config.layout import (
    anything,
    checked,
    either,
    fields_of,
    flag,
    items,
    keys,
    number,
    one_of,
    real,
    row,
    table,
    text,
    whole,
)
from seqloom.errors import FormatError

NAN, INF = float("nan"), float("inf")


@dataclasses.dataclass
class Point:
    x: float
    name: str = ""
    count: int | None = None
    on: bool = False


@pytest.mark.parametrize(
    ("rule", "good", "bad", "says"),
    [
        (whole(1, 9), [1, 9], [0, 10, 2.0, True, "1", None, NAN, 10**400], "be a whole number fro"),
        (real(0, 2), [0, 2, 0.5], [-0.1, 3, NAN, INF, True, "1", 10**400], "be a number from 0 to"),
        (real(-INF, INF), [1e308], [INF, -INF, NAN], "be a number from -inf to inf"),
        (number, [1, NAN, INF], [True, "1", None], "be a number"),
        (flag, [True, False], [0, 1, "false", None], "be true or false"),
        (text(), ["", "é"], [1, None, "\ud800", ["a"]], "be"),
        (text(least=1), ["a"], [""], "be a text that is not empty"),
        (one_of("a", "b"), ["a"], ["c", 1, ["a"], {}], "be one of a, b"),
        (
            items(flag, least=1, most=2),
            [[True]],
            [[], [True] * 3, {}, "ab", (True,)],
            "be a list of",
        ),
        (row(flag, text()), [[True, "a"]], [[True], [True, "a", 1], {}], "be a list of 2 items"),
        (either(flag, text()), [True, "a"], [1, None], "be a text"),
        (keys({"a": flag}, {"b": flag}), [{"a": True}], [{}, {"a": True, "c": 1}, []], ""),
        (keys({"a": flag}, others=anything), [{"a": True, "c": [1]}], [{"c": 1}], "have `a`"),
        (table(flag), [{}, {"x": True}], [[], {"x": 1}, {"\ud800": True}], ""),
        (anything, [None, [{"a": [1, NAN]}], "x"], ["\ud800", {"\ud800": 1}], "UTF-8"),
        (
            fields_of(Point),
            [{"x": 1}, {"x": 0.5, "count": None}],
            [{}, {"x": 1, "count": -1}, {"x": NAN}, {"x": 1, "on": 1}, {"x": 1, "y": 1}],
            "",
        ),
    ],
)
def test_rules(rule, good, bad, says):
    for value in good:
        assert repr(checked(rule, value, "here")) == repr(value) or value == checked(
            rule, value, "here"
        )
    for value in bad:
        with pytest.raises(FormatError) as caught:
            checked(rule, value, "here", "it")
        assert str(caught.value).startswith("here: `")
        assert says in str(caught.value)


def test_the_innermost_key_is_named():
    rule = keys({"a": items(table(row(flag, whole(1, 3))))})
    with pytest.raises(FormatError) as caught:
        checked(rule, {"a": [{"b": [True, 2]}, {"c": [False, 7]}]}, "points.json")
    assert str(caught.value) == (
        "points.json: `a.1.c.1` must be a whole number from 1 to 3, got 7."
    )


def test_nesting_has_an_end():
    deep = 1
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(FormatError, match="must not be nested so deeply"):
        checked(anything, deep, "here")


def test_numbers_come_out_as_floats():
    assert repr(checked(items(real(0, 5)), [1, 2.5], "here")) == "[1.0, 2.5]"
