"""Charts: marks where their numbers are, labels that do not touch, text that is no markup."""

import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.comparison.report.analyse import analyse
from seqloom.comparison.report.charts import (
    apart,
    draw_line,
    dress,
    entry_key,
    length_chart,
    network_look,
    page_chart,
    score_chart,
    value_range,
)
from seqloom.comparison.report.read import read_results

from .simulated import simulated


def a_chart(points=((0, 20.0), (1, 40.0)), **changes):
    def paint(axes, narrow):
        hovers = [f"{y:g} & more" for _, y in points]
        draw_line(axes, 'a "b"', "A < B", network_look(0), points, hovers=hovers)
        dress(axes, "length", "error, %", [0.0, 50.0], percent=True)

    drawn = page_chart(paint, 'errors "by" length', **changes)
    return ElementTree.fromstring(f"<div>{drawn}</div>").findall("svg")


def place(element):
    x, y = element.get("transform").removeprefix("translate(").rstrip(")").split()
    return float(x), float(y)


def test_marks_lie_where_their_numbers_are():
    """The tick of 50 is as far from that of 0 as the axis says; marks stand between them."""
    for chart in a_chart():
        texts = {e.text: float(e.get("y")) for e in chart.iter("text")}
        marks = [place(e)[1] for e in chart.iter("circle")]
        bottom, top = texts["0"], texts["50"]
        middle = (marks[0] - marks[1]) / (bottom - top)
        assert middle == pytest.approx(20 / 50, abs=0.01)
        assert marks[0] - top == pytest.approx((bottom - top) * 30 / 50, abs=8)  # half a letter


def test_what_is_read_and_pointed_at_is_text():
    wide, narrow = a_chart(ends=True)
    for chart in (wide, narrow):
        assert chart.get("role") == "img"
        assert chart.get("aria-label") == 'errors "by" length'
        assert [e.text for e in chart.iter("title")][:2] == ["20 & more", "40 & more"]
        assert {e.get("data-series") for e in chart.iter("g")} == {None, 'a "b"'}
    assert "A < B" in [e.text for e in wide.iter("text")]
    assert "A < B" not in [e.text for e in narrow.iter("text")]


def test_a_page_needs_no_styles_ids_or_colours_of_its_own():
    analysis = analyse(read_results(simulated(examples=200)), resamples=200)
    text = entry_key(analysis, ["rnn"]) + score_chart(analysis)
    text += page_chart(lambda axes, _: length_chart(analysis, axes), "")
    for mark in ("style=", " id=", "url(", "href", "#"):
        assert mark not in text
    assert "var(--series-1)" in text


def test_the_same_chart_is_the_same_text():
    first, second = ([ElementTree.tostring(c) for c in a_chart()] for _ in range(2))
    assert first == second


def test_the_last_length_is_written_where_not_all_have_room():
    analysis = analyse(read_results(simulated(examples=400)), resamples=200)
    drawn = page_chart(lambda axes, narrow: length_chart(analysis, axes, narrow), "")
    wide, narrow = ElementTree.fromstring(f"<div>{drawn}</div>").findall("svg")
    rows = analysis.length_rows
    last = f"{rows[-1].low:g}\N{EN DASH}{rows[-1].high:g}"
    counts = []
    for chart in (wide, narrow):
        texts = [e.text for e in chart.iter("text")]
        assert last in texts
        counts.append(len(texts))
    assert counts[0] - counts[1] == len(rows) // 2


def test_a_range_begins_at_zero_where_that_is_near():
    assert value_range([1.0, 3.0], percent=False) == (0.0, pytest.approx(3.12))
    low, high = value_range([90.0, 99.0], percent=True)
    assert low == pytest.approx(90 - 0.54)
    assert high == pytest.approx(99.54)
    assert value_range([50.0, 100.0], percent=True) == (0.0, 100.0)


@given(st.lists(st.floats(0.0, 300.0), min_size=1, max_size=9))
def test_labels_do_not_touch(wanted):
    places = apart(wanted, 15.0, 0.0, 300.0)
    gaps = sorted(places)
    assert all(b - a >= 15.0 - 1e-6 for a, b in itertools.pairwise(gaps))
    assert max(places) <= 300.0
    assert all(math.isfinite(p) for p in places)
