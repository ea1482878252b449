"""Shares of saturated gates and half-lives, for gates whose answer is known."""

import numpy as np
import pytest

from seqloom.inspection import Named
from seqloom.inspection.gates import LONGEST, half_lives, measure_gates

from .traces import a_recurrent_trace


def test_half_life_is_the_step_at_which_half_is_left():
    steady = np.full((50, 1), 0.9)
    life = half_lives(steady)[0]
    assert 0.9**life == pytest.approx(0.5)
    mixed = np.tile([[0.5], [1.0]], (20, 1))  # halves every second step
    assert half_lives(mixed)[0] == pytest.approx(2.0)
    ends = half_lives(np.array([[1.0, 0.0], [1.0, 0.4]]))
    assert ends.tolist() == [LONGEST, 0.0]


def test_shares_of_an_lstm():
    trace, _ = a_recurrent_trace("lstm", T=4, H=2)
    f = np.array([[0.95, 0.5], [0.91, 0.05], [0.2, 0.05], [0.99, 0.05]], np.float32)
    trace = trace.updated({"states/encoder.0/f": Named(f, ("source", "encoder.0.unit"))})
    arrays, facts = measure_gates(trace)
    assert facts["encoder.0"]["f"] == {"open": 3 / 8, "closed": 3 / 8}
    assert {"i", "f", "o", "half_life"} == set(facts["encoder.0"])
    lives = half_lives(f)
    np.testing.assert_allclose(arrays["keeps/encoder.0"].values, lives, rtol=1e-6)
    assert arrays["keeps/encoder.0"].dims == ("encoder.0.unit",)
    assert facts["encoder.0"]["half_life"]["unit"] == 0
    assert facts["encoder.0"]["half_life"]["longest"] == pytest.approx(lives[0])
    assert facts["encoder.0"]["half_life"]["median"] == pytest.approx(lives.mean())


def test_gates_of_the_other_cells():
    trace, _ = a_recurrent_trace("gru", T=7, H=3)
    arrays, facts = measure_gates(trace)
    assert set(facts["encoder.0"]) == {"r", "z", "half_life"}
    np.testing.assert_allclose(
        arrays["keeps/encoder.0"].values, half_lives(trace["states/encoder.0/z"].values), rtol=1e-6
    )
    trace, _ = a_recurrent_trace("rnn", T=7, H=3)
    arrays, facts = measure_gates(trace)
    h = trace["states/encoder.0/h"].values
    assert facts["encoder.0"] == {"h": {"saturated": float((np.abs(h) > 0.9).mean())}}
    assert not arrays
