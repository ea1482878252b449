"""Effective memory of curves whose answer is known, and of traces, in either direction."""

import numpy as np
import pytest

from seqloom.inspection import Named
from seqloom.inspection.memory import effective_memory, growth, memory_facts

from .traces import a_recurrent_trace


@pytest.mark.parametrize(
    ("norms", "steps", "whole"),
    [
        (0.5 ** np.arange(12)[::-1], 7, False),  # 0.5^6 = 1.6 %, 0.5^7 = 0.8 %
        (0.5 ** np.arange(7)[::-1], 6, True),
        ([1e-9, 0.3, 1e-9, 0.5, 1.0], 4, False),  # a dip is no end
        ([1e-9, 1e-9, 0.3, 2.0, 0.0], 3, False),  # the last step does not count: the largest does
        ([5.0, 2.0, 1.0], 2, True),
        ([3.0], 0, True),
        ([0.0, 0.0], 0, False),
        ([0.01, 1.0], 1, True),  # exactly 1 % is not below it
    ],
)
def test_effective_memory(norms, steps, whole):
    assert effective_memory(np.array(norms)) == (steps, whole)


def test_facts_of_both_directions():
    """A layer that reads from the end has its last step first in the text."""
    trace, _ = a_recurrent_trace("lstm", T=6, H=3, reverse=True)
    fall = 0.1 ** np.arange(6.0)  # below 1 % after 3 steps
    unit = np.array([1.0, 0.0, 0.0])
    arrays = {}
    for name, norms in (("encoder.0", fall[::-1]), ("encoder.0.reverse", fall)):
        arrays[f"jacobian/{name}/state"] = Named(norms, ("source",))
        # 3-4-5: the norm is that of h and c together
        for state, share in (("h", 0.6), ("c", 0.8)):
            arrays[f"gradient/{name}/{state}"] = Named(
                share * np.outer(norms, unit), ("source", f"{name}.unit")
            )
    arrays["gradient/encoder.0/c"] = Named(np.zeros((6, 3)), ("source", "encoder.0.unit"))
    facts = memory_facts(trace.updated(arrays))
    want = {"steps": 3, "whole": False}
    assert facts["encoder.0"] == {"asked": 5, "jacobian": want, "loss": want}
    assert facts["encoder.0.reverse"] == facts["encoder.0"]


def test_what_was_not_computed_is_not_taken_for_forgotten():
    trace, _ = a_recurrent_trace("gru", T=6, H=3)
    norms = Named(np.array([0.0, 0.0, 0.5, 0.7, 0.9, 1.0]), ("source",))
    facts = memory_facts(trace.updated({"jacobian/encoder.0/state": norms}), {"encoder.0": 4})
    assert facts["encoder.0"]["jacobian"] == {"steps": 3, "whole": True, "computed": 4}


def test_no_recurrent_layer_no_facts():
    trace, _ = a_recurrent_trace("gru", T=4, H=3)
    assert memory_facts(trace.updated()) == {"encoder.0": {"asked": 3}}
    import dataclasses

    assert memory_facts(dataclasses.replace(trace, layers=(), arrays={})) == {}


@pytest.mark.parametrize(
    ("norms", "steps", "whole", "grown"),
    [
        ([np.inf, 1e30, 1.0], 2, True, 1e30),
        ([np.nan, np.nan, 1.0], 2, True, 1e30),
        ([0.0, np.inf, 1e-3, 1.0], 3, False, 1e30),
        ([np.nan] * 3, 2, True, 1e30),
        ([0.0, 1e-9, np.inf], 2, False, 1e30),
        ([np.inf, 0.0], 1, True, 1e30),
        ([5.0, 600.0, 2.0], 2, True, 300.0),
        ([100.0, 1.0], 1, True, None),
        ([500.0, 0.0], 1, True, None),  # nothing to compare with
        ([1e300, 1e-300], 1, True, 1e30),
        ([0.0, 0.0], 0, False, None),
    ],
)
def test_what_exploded_has_not_vanished(norms, steps, whole, grown):
    assert effective_memory(np.array(norms)) == (steps, whole)
    assert growth(np.array(norms)) == grown


def test_growth_is_in_the_facts():
    trace, _ = a_recurrent_trace("gru", T=3, H=2)
    arrays = {
        "jacobian/encoder.0/state": Named(np.array([4e4, 200.0, 1.0], np.float32), ("source",)),
        "gradient/encoder.0/h": Named(
            np.array([[np.inf, 0], [1, 0], [1, 0]], np.float32), ("source", "encoder.0.unit")
        ),
    }
    found = memory_facts(trace.updated(arrays))["encoder.0"]
    assert found["jacobian"] == {"steps": 2, "whole": True, "growth": 4e4}
    assert found["loss"] == {"steps": 2, "whole": True, "growth": 1e30}
