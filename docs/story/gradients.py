"""How far a gradient travels: a Trace of a recurrent layer, made of `reference/` alone.

Everything in float64: states and gates forward, dL/dh_t backward, and the Jacobians of the last
state by each state, row by row: H copies of the sequence go back at once, each with another unit
vector as the gradient of its last state.
"""

from typing import Any, NamedTuple

import numpy as np

from seqloom.inspection import Layer, Named, Trace
from seqloom.reference import gru, linear, lstm, rnn, trees
from seqloom.reference.functions import log_softmax, softmax
from seqloom.reference.unroll import unroll, unroll_backward

CELLS: dict[str, Any] = {"rnn": rnn, "lstm": lstm, "gru": gru}
WEIGHTS: dict[str, Any] = {"rnn": rnn.RNNWeights, "lstm": lstm.LSTMWeights, "gru": gru.GRUWeights}
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


class Reader(NamedTuple):
    """A network that reads vectors one after the other and answers from its last state."""

    cell: str
    weights: Any
    output: linear.LinearWeights


def untrained(cell: str, *, size: int = 64, input_size: int = 32, seed: int = 1) -> Reader:
    """Weights as torch draws them before training: uniform within 1 / sqrt(H)."""
    rng = np.random.default_rng(seed)
    bound, rows = size**-0.5, GATES[cell] * size
    shapes = [(rows, input_size), (rows, size), (rows,), (rows,)]
    weights = WEIGHTS[cell](*(rng.uniform(-bound, bound, shape) for shape in shapes))
    output = linear.LinearWeights(rng.uniform(-bound, bound, (2, size)), np.zeros(2))
    return Reader(cell, weights, output)


def reader_of(model: Any) -> Reader:
    """The network of a trained classifier that reads in one direction, to the last word."""
    network = model.network
    weights = trees.map_arrays(lambda a: a.astype(np.float64), network.layers[0][0])
    output = trees.map_arrays(lambda a: a.astype(np.float64), network.output)
    return Reader(model.file.model.cell, weights, output)


def trace_reader(reader: Reader, x_TI: np.ndarray, words: tuple[str, ...], answer: int) -> Trace:
    """What a reader did with one sequence, and the gradients of -log p(answer)."""
    cell, w, H = CELLS[reader.cell], reader.weights, reader.weights.weight_hh.shape[1]
    h_BTH, last, saved = unroll(cell, x_TI[None], w)
    d_last = _d_last(reader, last, answer)
    found = unroll_backward(cell, np.zeros_like(h_BTH), d_last, saved, w)
    arrays = {"states/encoder.0/h": h_BTH[0], "gradient/encoder.0/h": found.d_h[0]}
    for gate in {"lstm": "ifgo", "gru": "rzn", "rnn": ""}[reader.cell]:
        values = [getattr(step, gate)[0] for step in saved.steps]
        arrays[f"states/encoder.0/{gate}"] = np.stack(values)
    if reader.cell == "lstm":
        cells = [step.before.c[0] for step in saved.steps[1:]]
        arrays["states/encoder.0/c"] = np.stack([*cells, last.c[0]])
        arrays["gradient/encoder.0/c"] = found.d_states.c[0]
    named = {name: Named(a, ("source", "encoder.0.unit")) for name, a in arrays.items()}
    for name, values in jacobian_norms(reader, x_TI).items():
        named[f"jacobian/encoder.0/{name}"] = Named(values, ("source",))
    layer = Layer(name="encoder.0", kind=reader.cell, steps="source", size=H)
    return Trace(
        **{"task": "classify", "kind": reader.cell, "input": " ".join(words), "output": ""},
        labels={"source": words},
        layers=(layer,),
        arrays=named,
    )


def remembered(trace: Trace) -> np.ndarray:
    """Norm of the gradient of what each step passes on, `(steps,)`: of c of an LSTM, else of h.

    dL/dc_t has two terms, as in `reference/lstm.py`: the later steps, and h_t. The trace has the
    first only, because it takes c_t and h_t for two states.
    """
    d_h = trace["gradient/encoder.0/h"].values
    if "gradient/encoder.0/c" not in trace:
        return np.linalg.norm(d_h, axis=1)
    o, c = (trace[f"states/encoder.0/{name}"].values for name in "oc")
    d_c = trace["gradient/encoder.0/c"].values + d_h * o * (1 - np.tanh(c) ** 2)
    return np.linalg.norm(d_c, axis=1)


def difference(trace: Trace, other: Trace) -> np.ndarray:
    """Norm of the difference of what two inputs leave in memory, `(steps,)`: of c, else of h."""
    name = "states/encoder.0/c" if "states/encoder.0/c" in trace else "states/encoder.0/h"
    return np.linalg.norm(trace[name].values - other[name].values, axis=1)


def _d_last(reader: Reader, last: Any, answer: int) -> Any:
    """Gradient of the loss by the last state: softmax minus one, through the output layer."""
    log_p = log_softmax(linear.forward(last.h, reader.output))
    d_logits = softmax(log_p) - np.eye(log_p.shape[1])[[answer]]
    d_h, _ = linear.backward(d_logits, last.h, reader.output)
    return trees.zeros_like(last)._replace(h=d_h)


def jacobian_norms(reader: Reader, x_TI: np.ndarray) -> dict[str, np.ndarray]:
    """Largest singular value of d(last state) / d(state t), for each step t.

    Returns:
        `state`: of h of the last step by the whole state after step t; for an LSTM also `cell`: of
        c by c along the cell alone, and `gates`: the rest of it.
    """
    cell, w, H = CELLS[reader.cell], reader.weights, reader.weights.weight_hh.shape[1]
    T = len(x_TI)
    _, last, saved = unroll(cell, np.repeat(x_TI[None], H, axis=0), w)
    rows = trees.zeros_like(last)._replace(h=np.eye(H))
    found = {"state": np.zeros(T)}
    for t in reversed(range(T)):
        found["state"][t] = np.linalg.norm(np.concatenate(rows, axis=1), 2)
        rows = cell.step_backward(rows, saved.steps[t], w)[1]
    if reader.cell == "lstm":
        found |= _cell_norms(saved.steps, w, last)
    return found


def _cell_norms(steps: list[Any], w: Any, last: Any) -> dict[str, np.ndarray]:
    """dc_T/dc_t: the product of the forget gates, and what goes through the gates instead."""
    H = last.c.shape[1]
    rows, kept = trees.zeros_like(last)._replace(c=np.eye(H)), np.ones(H)
    along, rest = np.zeros(len(steps)), np.zeros(len(steps))
    for t in reversed(range(len(steps))):
        along[t], rest[t] = kept.max(), np.linalg.norm(rows.c - np.diag(kept), 2)
        rows = lstm.step_backward(rows, steps[t], w)[1]
        kept = kept * steps[t].f[0]
    return {"cell": along, "gates": rest}


def fallen(sizes: np.ndarray, share: float = 0.01) -> int | None:
    """Steps back from the last one until a gradient is below a share of the largest.

    None if it never is.
    """
    below = np.flatnonzero(sizes[::-1] < share * sizes.max())
    return int(below[0]) if len(below) else None
