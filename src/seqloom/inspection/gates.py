"""Gates of a trace: how many are saturated, and how long each unit keeps what it has.

    open, closed   share of a gate's values, over all units and steps, above 0.9 and below 0.1;
                   of an RNN, whose only gate is its tanh, `saturated`: |h| above 0.9
    half-life      of a unit, steps after which half of its state is left if nothing is written:
                   ln 2 / -mean_t ln k_t, with k the forget gate of an LSTM or the z of a GRU

Source: shares: Karpathy, Johnson & Li, "Visualizing and Understanding Recurrent Networks", 2015,
section 4.2, whose thresholds these are.
Checked by `tests/inspection/test_gates.py`.
"""

import numpy as np

from ..shapes import Float
from .trace import Layer, Named, Trace

OPEN, CLOSED = 0.9, 0.1
GATES = {"lstm": "ifo", "gru": "rz"}
KEEPS = {"lstm": "f", "gru": "z"}
LONGEST = 1e6  # steps; a half-life above it, of a gate that never lets go, is written as this


def half_lives(kept: Float[np.ndarray, "T H"]) -> Float[np.ndarray, " H"]:
    """Half-life of each unit, in steps.

    Args:
        kept: Share of its state that each unit keeps at each step; at least one step.
    """
    with np.errstate(divide="ignore"):
        rate = np.abs(np.log(kept.astype(np.float64)).mean(axis=0))
        return np.asarray(np.minimum(np.log(2.0) / rate, LONGEST))


def measure_gates(trace: Trace) -> tuple[dict[str, Named], dict[str, dict[str, dict[str, float]]]]:
    """Arrays `keeps/LAYER` and the section `gates` of a trace's facts.

    Returns:
        Half-lives by unit, in steps, float32; and by layer the shares of each gate and, under
        `half_life`, the `median`, the `longest` and the `unit` that has it.
    """
    arrays, facts = {}, {}
    for layer in trace.layers:
        if f"states/{layer.name}/h" not in trace or not trace[f"states/{layer.name}/h"].values.size:
            continue
        found = _shares(trace, layer)
        if layer.kind in KEEPS:
            lives = half_lives(trace[f"states/{layer.name}/{KEEPS[layer.kind]}"].values)
            arrays[f"keeps/{layer.name}"] = Named(
                lives.astype(np.float32), (trace[f"states/{layer.name}/h"].dims[1],)
            )
            found["half_life"] = {
                "median": float(np.median(lives)),
                "longest": float(lives.max()),
                "unit": int(lives.argmax()),
            }
        if found:
            facts[layer.name] = found
    return arrays, facts


def _shares(trace: Trace, layer: Layer) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for gate in GATES.get(layer.kind, ""):
        values = trace[f"states/{layer.name}/{gate}"].values
        found[gate] = {
            "open": float((values > OPEN).mean()),
            "closed": float((values < CLOSED).mean()),
        }
    if layer.kind == "rnn":
        h = np.abs(trace[f"states/{layer.name}/h"].values)
        found["h"] = {"saturated": float((h > OPEN).mean())}
    return found
