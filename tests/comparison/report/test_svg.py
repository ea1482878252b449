"""The geometry of charts: ticks, scales, labels that do not touch, text that is no markup."""

import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.comparison.report.svg import (
    Chart,
    Mark,
    Scale,
    Series,
    apart,
    draw,
    nice_ticks,
    tick_text,
)


def a_chart(**changes):
    series = Series("a", "A < B", "s1", (Mark(0, 20.0, 10.0, 30.0, "20 & more"), Mark(1, 40.0)))
    given = {
        "title": 'errors "by" length',
        "x_label": "length",
        "y_label": "error, %",
        "series": (series,),
        "x_ticks": ((0.0, "1 to 5"), (1.0, "6 to 90")),
        "y_low": 0.0,
        "y_high": 50.0,
        "x_low": 0.0,
        "x_high": 1.0,
    }
    return Chart(**{**given, **changes})


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e5), st.integers(3, 8))
def test_ticks_are_few_round_and_inside(low, width, about):
    high = low + width
    ticks = nice_ticks(low, high, about)
    assert 1 <= len(ticks) <= about + 1
    assert all(low - 1e-6 * width <= t <= high + 1e-6 * width for t in ticks)
    assert len({tick_text(t, ticks) for t in ticks}) == len(ticks)


def test_ticks_by_hand():
    assert nice_ticks(0.0, 62.0, 5) == [0, 20, 40, 60]
    assert [tick_text(t, [0.0, 0.25, 0.5]) for t in (0.0, 0.25)] == ["0.00", "0.25"]


def test_scales():
    assert Scale(0.0, 10.0, 100.0, 300.0)(2.5) == 150.0
    assert Scale(10.0, 1000.0, 0.0, 100.0, log=True)(100.0) == pytest.approx(50.0)


def test_marks_lie_where_their_numbers_are():
    """The mark of 20 stands two fifths of the way from the tick of 0 to that of 50."""
    tree = ElementTree.fromstring(draw(a_chart()))
    marks = [e for e in tree.iter() if e.get("class") == "mark"]
    lines = [e.get("d") for e in tree.iter("path") if e.get("class") == "grid"]
    heights = [float(d.split()[1].split("H")[0]) for d in lines]
    want = heights[0] + (heights[-1] - heights[0]) * 20 / 50
    assert float(marks[0].get("cy")) == pytest.approx(want, abs=0.1)


def test_text_is_no_markup():
    tree = ElementTree.fromstring(draw(a_chart()))  # would not parse otherwise
    texts = [e.text for e in tree.iter() if e.text]
    assert "A < B" in texts
    assert "20 & more" in texts


def test_the_last_tick_is_drawn_where_not_all_have_room():
    ticks = tuple((float(i), f"{10 * i} to {10 * i + 9}") for i in range(10))
    texts = [
        e.text
        for e in ElementTree.fromstring(
            draw(a_chart(x_ticks=ticks, x_high=9.0, width=380, labels=False))
        ).iter("text")
    ]
    shown = [words for _, words in ticks if words in texts]
    assert "90 to 99" in shown
    assert 3 < len(shown) < 10


@given(st.lists(st.floats(0.0, 300.0), min_size=1, max_size=9))
def test_labels_do_not_touch(wanted):
    places = apart(wanted, 15.0, 0.0, 300.0)
    gaps = sorted(places)
    assert all(b - a >= 15.0 - 1e-6 for a, b in itertools.pairwise(gaps))
    assert max(places) <= 300.0
    assert all(math.isfinite(p) for p in places)
