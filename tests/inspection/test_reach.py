"""What an answer leans on: found from given effects, and told beside the gradient's memory."""

import numpy as np
import pytest

from seqloom.inspection import Named
from seqloom.inspection.memory import memory_facts
from seqloom.inspection.reach import reach_facts
from seqloom.inspection.verdict import verdict

from .traces import a_recurrent_trace


def leaning(effects, **changes):
    trace, _ = a_recurrent_trace("lstm", T=len(effects), H=4, labels=True, **changes)
    return trace.updated({"importance/leave_one_out": Named(np.array(effects), ("source",))})


def test_the_farthest_that_counts_a_fifth_of_the_largest():
    found = reach_facts(leaning([0.09, 0.1, -0.2, 0.0, 0.5]))
    assert found == {
        "steps": 3,
        "place": 1,
        "effect": 0.1,
        "largest": 0.5,
        "place_of_largest": 4,
    }


@pytest.mark.parametrize("effects", [[], [0.0, 0.0], [0.009, -0.009], [np.nan, 1.0]])
def test_nothing_is_said_where_nothing_matters(effects):
    assert reach_facts(leaning(effects)) is None


def test_nothing_is_said_without_leave_one_out():
    trace, _ = a_recurrent_trace("rnn", T=3, H=4)
    assert reach_facts(trace) is None


def test_a_forecast_has_units_of_its_own():
    assert reach_facts(leaning([0.0, 1e-5, 1e-6], task="forecast"))["steps"] == 1


def told(effects, factor, **facts):
    """The sentences where each step back leaves `factor` of the gradient."""
    trace = leaning(effects)
    norms = factor ** np.arange(float(len(effects)))[::-1]
    trace = trace.updated(
        {"gradient/encoder.0/h": Named(np.outer(norms, np.ones(4)), ("source", "encoder.0.unit"))}
    )
    facts |= {"memory": memory_facts(trace), "reach": reach_facts(trace)}
    return verdict(trace.updated(facts=facts))


def test_what_is_held_without_a_gradient_is_told():
    words = leaning([0.0] * 11).labels["source"]
    sure = {"probabilities": {"negative": 0.9}}
    first, memory, latch = told([0.0, 3.0, *[0.0] * 8, 1.0], 0.3, **sure)
    assert first == (
        f"It uses “{words[1]}”, 9 steps back. Without it, “negative” falls from 90.0 % to 4.5 %."
    )
    assert memory.startswith("Effective memory: 4 steps. ")
    assert latch.startswith(f"The gradient no longer reaches “{words[1]}”, and still it counts: ")
    assert len(told([0.0, 3.0, *[0.0] * 8, 1.0], 0.9)) == 2


def test_what_is_forgotten_is_told():
    words = leaning([0.0] * 11).labels["source"]
    first, *_ = told([*[0.0] * 8, 0.3, 0.0, -1.0], 0.3)
    assert first == (
        f"It answers from its last 3 words. Left out, nothing before “{words[8]}” changes the "
        f"answer by a fifth of what “{words[10]}” does. Most depends on “{words[10]}”: without "
        "it, the answer's log-probability rises by 1.00 nats."
    )


def test_a_stretch_that_was_left_out_together_is_named_with_its_whole_effect():
    first, *_ = told([0.25] * 11, 0.3, importance={"left_out_together": 4})
    assert first.startswith("It uses the 4 words at “the”, 10 steps back. Without it, ")
    assert first.endswith("falls by 1.00 nats.")


def test_a_forecast_is_told_in_its_own_unit():
    trace = leaning([0.0, 0.5, 2.0], task="forecast")
    trace = trace.updated(facts={"reach": reach_facts(trace)})
    assert verdict(trace)[0].endswith(
        "without it, what the network adds to the seasonal naive forecast falls by 2."
    )
