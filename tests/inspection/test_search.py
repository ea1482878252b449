"""Places and nearest states, planted where they must be found; what is kept, and what is not."""

import json

import numpy as np
import pytest

from seqloom.errors import ConfigError
from seqloom.inspection import Layer, Named, Trace
from seqloom.inspection.search import find_nearest, find_places
from seqloom.inspection.states import AROUND, gather


def a_trace(values, text=None):
    values = np.asarray(values, np.float32)
    return Trace(
        task="generate", kind="lstm", input=text or "", output="",
        labels={"source": tuple(text)} if text else {},
        layers=(Layer(name="l", kind="lstm", steps="source", size=values.shape[1]),),
        arrays={"states/l/h": Named(values, ("source", "l.unit"))},
    )  # fmt: skip


def lit(pattern, units=(0, 2), H=5):
    """States in which some units are on where the pattern says 1."""
    values = np.full((len(pattern), H), 0.1)
    for t, character in enumerate(pattern):
        values[t, list(units)] = 0.9 if character == "1" else -0.2
    return values


def test_gather_keeps_texts_and_where_they_begin():
    states = gather([a_trace(lit("0110"), "abcd"), a_trace(lit("1"), "e")], "l")
    assert states.values.shape == (5, 5)
    assert states.starts.tolist() == [0, 4, 5]
    assert states.texts == (("a", "b", "c", "d"), ("e",))
    assert states.place(3) == (0, 3)
    assert states.place(4) == (1, 0)
    assert states.complete


def test_gather_stops_and_says_so():
    def traces():
        yield a_trace(lit("0110"), "abcd")
        yield a_trace(lit("111"), "efg")
        raise AssertionError("read on")

    states = gather(traces(), "l", most_steps=6)
    assert (len(states.values), states.texts[1], states.complete) == (6, ("e", "f"), False)
    assert not gather([a_trace(lit("01")), a_trace(lit("1"))], "l", most_steps=2).complete
    assert gather([a_trace(lit("01"))], "l", most_steps=2).complete


def test_places_with_the_same_units_on_and_off_outside():
    """Text 0 has the span's like, text 1 a longer one, text 2 only a half of the units."""
    half = lit("000110", units=(0,))
    mixed = [lit("0011100"), lit("1111111"), half]
    states = gather([a_trace(v, "abcdefg"[: len(v)]) for v in mixed], "l")
    chosen = a_trace(lit("0111000"), "tuvwxyz")
    answer = find_places(chosen, states, 1, 4)
    assert answer["units"] == [0, 2]
    assert [(f["text"], f["start"], f["stop"]) for f in answer["found"]] == [
        (0, 2, 5),
        (1, 0, 7),
        (2, 3, 5),
    ]
    json.dumps(answer, allow_nan=False)
    best, second, third = answer["found"]
    assert (best["on"], best["off"]) == (1.0, 1.0)
    assert (second["on"], second["off"]) == (1.0, 1.0)  # nothing is beside it
    assert (third["on"], third["off"]) == (0.5, 1.0)
    assert (best["symbols"], best["first"]) == (list("abcdefg"), 0)


def test_a_unit_that_is_on_outside_too_is_not_chosen():
    values = lit("0110")
    values[:, 4] = 0.95  # on all the time
    states = gather([a_trace(values)], "l")
    assert find_places(a_trace(values), states, 1, 3)["units"] == [0, 2]
    whole = find_places(a_trace(lit("1111")), states, 1, 3)
    assert whole["units"] == [0, 2]  # all are on beside it: those that are on throughout
    dark = find_places(a_trace(lit("0000")), states, 1, 3)
    assert (dark["units"], dark["found"]) == ([], [])


def test_a_unit_that_is_on_at_one_side_is_not_chosen():
    values = lit("0110")
    values[:, 4] = [0.95, 0.95, 0.95, 0.1]
    states = gather([a_trace(values)], "l")
    assert find_places(a_trace(values), states, 1, 3)["units"] == [0, 2]


def test_a_run_ends_with_its_text():
    states = gather([a_trace(lit("011")), a_trace(lit("110"))], "l")
    found = find_places(a_trace(lit("0110")), states, 1, 3)["found"]
    assert sorted((f["text"], f["start"], f["stop"]) for f in found) == [(0, 1, 3), (1, 0, 2)]


def test_nearest_by_cosine_one_of_each_text():
    rng = np.random.default_rng(0)
    texts = [rng.normal(size=(n, 6)) for n in (30, 20, 40)]
    query = a_trace(rng.normal(size=(4, 6)))
    vector = query["states/l/h"].values[2]
    texts[2][33] = 3.0 * vector  # only the angle counts
    texts[2][34] = 3.0 * vector + 0.01  # its neighbour is not another answer
    answer = find_nearest(query, gather([a_trace(t, "x" * len(t)) for t in texts], "l"), 2)
    assert answer["found"][0]["text"] == 2
    assert answer["found"][0]["step"] == 33
    assert answer["found"][0]["cosine"] == pytest.approx(1)
    assert len(answer["found"]) == 3
    json.dumps(answer, allow_nan=False)
    assert len(answer["found"][0]["symbols"]) == AROUND + 1 + 6
    for found in answer["found"][1:]:
        text = texts[found["text"]]
        cosines = text @ vector / np.linalg.norm(text, axis=1) / np.linalg.norm(vector)
        assert found["step"] == cosines.argmax()
        assert found["cosine"] == pytest.approx(cosines.max(), rel=1e-5)


def test_states_of_zeros_are_like_nothing():
    states = gather([a_trace(np.zeros((3, 5)))], "l")
    (found,) = find_nearest(a_trace(lit("1")), states, 0)["found"]
    assert found["cosine"] == 0


def test_errors():
    states = gather([a_trace(lit("01"))], "l")
    with pytest.raises(ConfigError, match=r"^search: the trace has no state `l/c`\. It has: l/h\."):
        gather([a_trace(lit("01"))], "l", state="c")
    with pytest.raises(ConfigError, match=r"the traces have no steps"):
        gather([], "l")
    with pytest.raises(ConfigError, match=r"must lie within the 2 steps, got 1 and 3"):
        find_places(a_trace(lit("01")), states, 1, 3)
    with pytest.raises(ConfigError, match=r"`step` must be from 0 to 1, got 2"):
        find_nearest(a_trace(lit("01")), states, 2)
