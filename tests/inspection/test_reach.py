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


def test_the_farthest_that_counts_a_tenth_of_the_largest():
    found = reach_facts(leaning([0.04, 0.05, -0.06, 0.0, 0.5]))
    assert found == {
        "steps": 3,
        "place": 1,
        "effect": 0.05,
        "largest": 0.5,
        "place_of_largest": 4,
    }


@pytest.mark.parametrize("effects", [[], [0.0, 0.0], [0.009, -0.009], [np.nan, 1.0]])
def test_nothing_is_said_where_nothing_matters(effects):
    assert reach_facts(leaning(effects)) == {}


def test_nothing_is_said_without_leave_one_out():
    trace, _ = a_recurrent_trace("rnn", T=3, H=4)
    assert reach_facts(trace) == {}


def test_a_forecast_has_units_of_its_own():
    assert reach_facts(leaning([0.0, 1e-5, 1e-6], task="forecast"))["steps"] == 1


def told(effects, factor):
    """The sentences where each step back leaves `factor` of the gradient."""
    trace = leaning(effects)
    norms = factor ** np.arange(float(len(effects)))[::-1]
    trace = trace.updated(
        {"gradient/encoder.0/h": Named(np.outer(norms, np.ones(4)), ("source", "encoder.0.unit"))}
    )
    trace = trace.updated(facts={"memory": memory_facts(trace), "reach": reach_facts(trace)})
    return verdict(trace)[1]


def test_what_is_held_without_a_gradient_is_told():
    words = leaning([0.0] * 11).labels["source"]
    assert told([0.0, 5.0, *[0.0] * 8, 1.0], factor=0.3) == (
        f"Still the answer leans on “{words[1]}”, 9 steps away (+5.00 nats when it is left out): a "
        "state that has settled holds it there, although small changes no longer come through."
    )


def test_what_is_forgotten_is_told():
    words = leaning([0.0] * 11).labels["source"]
    assert told([*[0.0] * 8, 0.3, 0.0, 1.0], factor=0.3) == (
        f"The answer leans most on “{words[10]}”, the last word (+1.00 nats when it is left out), "
        f"and on nothing further back than “{words[8]}”, 2 steps from the end."
    )
    assert told([0.0, 5.0, *[0.0] * 8, 1.0], factor=0.9) == (
        f"The answer leans most on “{words[1]}”, 9 steps from the end (+5.00 nats when it is left "
        "out)."
    )
