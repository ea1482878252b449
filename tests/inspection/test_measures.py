"""`measured`: the arrays and facts of docs/trace.md, in the order of the text, ready for a file."""

import dataclasses

import numpy as np
import pytest

from seqloom.inspection import Named, measures, read_trace
from seqloom.inspection.jacobian import Norms, jacobian_norms
from seqloom.inspection.measures import measured

from .traces import a_recurrent_trace, run_layer


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_both_directions_in_the_order_of_the_text(kind, tmp_path):
    trace, weights = a_recurrent_trace(kind, reverse=True)
    got = measured(trace, weights)
    for seed, name in enumerate(("encoder.0", "encoder.0.reverse")):
        arrays, own = run_layer(kind, 11, 5, seed=seed)
        for key, norms in jacobian_norms(kind, own, arrays).values.items():
            text = norms[::-1] if name.endswith("reverse") else norms
            found = got[f"jacobian/{name}/{key}"]
            assert found.dims == ("source",)
            assert found.values.dtype == np.float32
            np.testing.assert_allclose(found.values, text, rtol=1e-5)
    assert set(got.facts) == {"memory", "gates", "leads", "verdict"}
    got.save(tmp_path / "trace.safetensors")
    assert read_trace(tmp_path / "trace.safetensors").facts == got.facts


def test_without_weights_there_are_no_jacobians():
    trace, _ = a_recurrent_trace("lstm")
    got = measured(trace, None)
    assert not [name for name in got if name.startswith("jacobian/")]
    assert got.facts["memory"] == {"encoder.0": {"asked": 10}}
    assert got.facts["verdict"] == []
    assert "half_life" in got.facts["gates"]["encoder.0"]


def test_the_nonlinearity_is_read_from_the_facts():
    trace, weights = a_recurrent_trace("rnn", facts={"nonlinearity": {"encoder.0": "relu"}})
    states = {"h": trace["states/encoder.0/h"].values}
    want = jacobian_norms("rnn", weights["encoder.0"], states, nonlinearity="relu").values["state"]
    got = measured(trace, weights)["jacobian/encoder.0/state"].values
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_what_was_left_out_is_said(monkeypatch):
    def dear(kind, weights, arrays, **options):
        return Norms(jacobian_norms(kind, weights, arrays, **options, most_work=1.0).values, 1)

    monkeypatch.setattr(measures, "jacobian_norms", dear)
    trace, weights = a_recurrent_trace("gru")
    got = measured(trace, weights)
    assert got.facts["memory"]["encoder.0"]["jacobian"]["computed"] == 1
    np.testing.assert_array_equal(got["jacobian/encoder.0/state"].values, [0] * 10 + [1])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_weights_that_are_no_numbers(kind, tmp_path):
    trace, weights = a_recurrent_trace(kind)
    broken = {n: type(w)(*(np.full_like(a, np.nan) for a in w)) for n, w in weights.items()}
    arrays = {n: dataclasses.replace(a, values=a.values * np.nan) for n, a in trace.items()}
    got = measured(trace.updated(arrays, facts={"seen": [float("inf"), 1.0]}), broken)
    found = got.facts["memory"]["encoder.0"]["jacobian"]
    assert found == {"steps": 10, "whole": True, "growth": 1e30}
    assert got.facts["seen"] == [None, 1.0]
    got.save(tmp_path / "trace.safetensors")  # refuses facts that JSON does not know


@pytest.mark.filterwarnings("error")
def test_a_recurrence_that_explodes():
    trace, weights = a_recurrent_trace("rnn", T=600, labels=False)
    grows = type(weights["encoder.0"])(
        *(np.eye(5) * 4 if a.ndim == 2 else a for a in weights["encoder.0"])
    )
    still = Named(np.zeros((600, 5), np.float32), ("source", "encoder.0.unit"))
    got = measured(trace.updated({"states/encoder.0/h": still}), {"encoder.0": grows})
    assert got.facts["memory"]["encoder.0"]["jacobian"] == {
        "steps": 599,
        "whole": True,
        "growth": 1e30,
    }
