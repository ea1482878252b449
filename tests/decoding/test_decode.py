"""The entrance: outputs depend on the source alone, whatever else is in the batch."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.decoding import LengthLimit, Search, beam_search, decode, greedy, select
from seqloom.decoding.contract import forbid
from seqloom.errors import ConfigError

from .table import TableModel, padded

LIMIT = LengthLimit(ratio=0.8, extra=2)
SEARCHES = {
    "greedy": Search(),
    "beam": Search(beam=4, nbest=3, length_penalty=0.7),
    "sampling": Search(temperature=1.5, nbest=3, seed=5),
    "sampling-top-k": Search(temperature=1.5, top_k=2),
}
sources_strategy = st.lists(st.lists(st.integers(4, 9), max_size=6), max_size=9)


@settings(max_examples=25, deadline=None)
@given(sources=sources_strategy, batch_rows=st.integers(1, 40), name=st.sampled_from([*SEARCHES]))
def test_batch_size_changes_nothing(sources, batch_rows, name):
    model, search = TableModel(3), SEARCHES[name]
    want = decode(model, sources, LIMIT, search, batch_rows=1)
    assert decode(model, sources, LIMIT, search, batch_rows=batch_rows) == want
    assert [len(found) for found in want] == [search.nbest] * len(sources)


@settings(max_examples=25, deadline=None)
@given(sources=sources_strategy, name=st.sampled_from(["greedy", "beam"]))
def test_each_source_alone_gives_the_same(sources, name):
    model, search = TableModel(3), SEARCHES[name]
    want = [decode(model, [source], LIMIT, search)[0] for source in sources]
    assert decode(model, sources, LIMIT, search) == want


def test_a_draw_depends_on_the_place_of_its_source_and_not_on_the_others():
    model, search = TableModel(3), SEARCHES["sampling"]
    sources = [[4, 5, 6], [5], [7, 7, 7, 7], []]
    others = [[8], [5], [], [4] * 6]
    assert decode(model, sources, LIMIT, search)[1] == decode(model, others, LIMIT, search)[1]


def test_beam_of_one_is_greedy():
    model, sources = TableModel(3), [[4, 5], [6], []]
    limits = LIMIT(np.array([2, 1, 0]))
    want = greedy(model, *padded(sources), limits, length_penalty=0.3)
    got = decode(model, sources, LIMIT, Search(beam=1, length_penalty=0.3))
    assert got == [[hypothesis] for hypothesis in want]


def test_settings_reach_the_beam_search():
    model, sources = TableModel(3), [[4, 5], [6], []]
    limits = LIMIT(np.array([2, 1, 0]))
    want = beam_search(model, *padded(sources), limits, beam=4, length_penalty=0.7)
    got = decode(model, sources, LIMIT, SEARCHES["beam"])
    assert got == [found[:3] for found in want]


def test_nothing_to_decode():
    for search in SEARCHES.values():
        assert decode(TableModel(), [], LIMIT, search) == []


def test_length_limit_rounds_up():
    got = LengthLimit(ratio=1.5, extra=2)(np.array([0, 1, 2, 5]))
    np.testing.assert_array_equal(got, [2, 4, 5, 10])
    assert LengthLimit(ratio=2.0)(np.array([3])) == 16


class Pair(NamedTuple):
    a: np.ndarray
    b: object


def test_select_reorders_every_array_of_a_tree():
    tree = Pair(a=np.arange(3), b=(np.arange(6).reshape(3, 2), None, Pair(np.arange(3) * 10, ())))
    got = select(tree, np.array([2, 0, 0, 1]))
    assert type(got) is Pair
    assert type(got.b[2]) is Pair
    np.testing.assert_array_equal(got.a, [2, 0, 0, 1])
    np.testing.assert_array_equal(got.b[0], [[4, 5], [0, 1], [0, 1], [2, 3]])
    assert got.b[1] is None
    np.testing.assert_array_equal(got.b[2].a, [20, 0, 0, 10])
    assert got.b[2].b == ()


def test_forbid_leaves_its_argument_alone():
    log_probs = np.log(np.full((2, 6), 1 / 6))
    got = forbid(log_probs)
    assert np.isinf(got[:, [0, 1, 3]]).all()
    np.testing.assert_array_equal(got[:, [2, 4, 5]], log_probs[:, [2, 4, 5]])
    assert np.isfinite(log_probs).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam": 0}, "`beam` and `nbest` must be at least 1, got 0 and 1."),
        ({"nbest": 0}, "`beam` and `nbest` must be at least 1, got 1 and 0."),
        (
            {"beam": 2, "nbest": 3},
            "`nbest` must be at most the beam of 2, got 3. Set a beam of 3.",
        ),
        ({"top_k": 4}, "`top_k` needs a temperature. Set temperature=1."),
        (
            {"temperature": 0.0},
            "`temperature` must be above 0 and at most 100, got 0.0."
            " Use beam=1 for the likeliest symbols.",
        ),
        (
            {"temperature": float("nan")},
            "`temperature` must be above 0 and at most 100, got nan."
            " Use beam=1 for the likeliest symbols.",
        ),
        ({"temperature": 1.0, "top_k": 0}, "`top_k` must be at least 1, got 0."),
    ],
)
def test_wrong_settings_say_the_rule(options, message):
    with pytest.raises(ConfigError) as caught:
        Search(**options)
    assert str(caught.value) == f"decode: {message}"


def test_drawing_needs_no_beam():
    assert Search(temperature=1.0, nbest=7).beam == 1
