"""What the page carries of a trace: what exactly, what in 8 bits, and how far off that is."""

import base64
import json

import numpy as np
import pytest
from safetensors.numpy import load

from seqloom.inspection import Named
from seqloom.inspection.leads import leads
from seqloom.inspection.page.embed import LARGE, embedded, norms, quantised

from . import traces


def carried(trace):
    """Arrays and header as the page finds them."""
    data = base64.b64decode(embedded(trace))
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])["__metadata__"]["seqloom_trace"]
    return load(data), json.loads(header)


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 1.0), (-0.3, 7.0), (0.0, 1.0), (0.0, 0.9), (0.0, 0.04), (0.0, 55.0)]
)
def test_codes_are_right_to_half_a_step(low, high):
    values = np.random.default_rng(0).uniform(low, high, (37, 53))
    values[0, 0], values[1, 1] = low, high
    codes, coding = quantised(Named(values, ("source", "unit")))
    back = coding["offset"] + coding["scale"] * codes.values.astype(float)
    assert codes.values.dtype == np.uint8
    assert codes.dims == ("source", "unit")
    np.testing.assert_allclose(back, values, atol=coding["scale"] * 0.5001)
    limit = max(-low, high)
    assert coding["scale"] <= max(limit, 1.0) / (127 if low < 0 else 255) + 1e-12


def test_zero_is_exact_where_numbers_have_signs():
    codes, coding = quantised(Named(np.array([-0.8, 0.0, 0.3]), ("source",)))
    assert codes.values[1] == 127
    assert coding["offset"] + 127 * coding["scale"] == pytest.approx(0.0, abs=1e-12)


def test_gates_use_the_whole_range():
    codes, coding = quantised(Named(np.array([0.0, 0.6, 1.0]), ("source",)))
    assert codes.values.tolist() == [0, 153, 255]
    assert coding == {"scale": 1 / 255, "offset": 0.0}


def test_nothing_but_zeros_stays_zeros():
    codes, coding = quantised(Named(np.zeros((3, 2)), ("source", "unit")))
    assert not codes.values.any()
    assert coding["offset"] == 0.0


def test_small_arrays_are_carried_exactly():
    trace = traces.recurrent("lstm")
    arrays, header = carried(trace)
    assert header["coding"] == {}
    for name in ("states/encoder.0/c", "jacobian/encoder.0/cell", "importance/leave_one_out"):
        np.testing.assert_array_equal(arrays[name], trace[name].values)
    assert header["facts"] == {"leads": leads(trace), **trace.facts}


def test_large_states_are_carried_in_8_bits_and_norms_never():
    steps, units = 11, LARGE // 11 + 1
    trace = traces.large(steps, units)
    arrays, header = carried(trace)
    assert arrays["states/encoder.0/f"].dtype == np.uint8
    coding = header["coding"]["states/encoder.0/c"]
    back = coding["offset"] + coding["scale"] * arrays["states/encoder.0/c"].astype(float)
    np.testing.assert_allclose(back, trace["states/encoder.0/c"].values, atol=1 / 254 + 1e-6)
    assert arrays["gradient/encoder.0/h"].dtype == np.float32
    assert "gradient/encoder.0/h" not in header["coding"]


def test_gradients_become_norms_by_step_however_small():
    values = np.array([[3e-30, 4e-30], [0.0, 0.0], [5.0, 12.0]], np.float32)
    found = norms(Named(values, ("source", "unit")))
    np.testing.assert_allclose(found.values, [5e-30, 0.0, 13.0], rtol=1e-6)
    assert found.dims == ("source",)
