"""Traces made by hand: recurrent layers of random weights over a random input."""

import numpy as np

from seqloom.inspection import Layer, Named, Trace
from seqloom.reference import gru, lstm, rnn

CELLS = {
    "rnn": (rnn, rnn.RNNWeights, 1, ""),
    "lstm": (lstm, lstm.LSTMWeights, 4, "ifgo"),
    "gru": (gru, gru.GRUWeights, 3, "rzn"),
}
WORDS = ("the", "film", "is", "not", "at", "all", "what", "i", "would", "call", "good")


def run_layer(kind, T, H, *, scale=1.0, seed=0, I=3):
    """Arrays of a layer over a random input, in its own order, and its weights."""
    rng = np.random.default_rng(seed)
    module, weights_class, blocks, gates = CELLS[kind]
    shapes = [(blocks * H, I), (blocks * H, H), (blocks * H,), (blocks * H,)]
    weights = weights_class(*(scale * rng.normal(size=s) / np.sqrt(H) for s in shapes))
    state = module.initial_state(1, weights)
    steps = {}
    for x in rng.normal(size=(T, 1, I)):
        state, saved = module.step(x, state, weights)
        for name in (*state._fields, *gates):
            value = getattr(state if name in state._fields else saved, name)
            steps.setdefault(name, []).append(value[0])
    return {name: np.stack(values) for name, values in steps.items()}, weights


def layer_arrays(name, arrays, *, reverse=False, axis="source"):
    """Arrays in the layer's own order as a trace has them, in the order of the text."""
    flip = slice(None, None, -1) if reverse else slice(None)
    return {
        f"states/{name}/{key}": Named(values[flip].astype(np.float32), (axis, f"{name}.unit"))
        for key, values in arrays.items()
    }


def a_recurrent_trace(kind="lstm", T=11, H=5, *, reverse=False, scale=1.0, labels=True, **changes):
    """A trace of one layer, or of both directions, and the weights of each."""
    layers, arrays, weights = [], {}, {}
    for backwards in (False, True)[: 1 + reverse]:
        name = "encoder.0.reverse" if backwards else "encoder.0"
        found, weights[name] = run_layer(kind, T, H, scale=scale, seed=int(backwards))
        arrays |= layer_arrays(name, found, reverse=backwards)
        layers.append(Layer(name=name, kind=kind, steps="source", size=H, reverse=backwards))
    given = {
        "task": "classify",
        "kind": kind,
        "input": " ".join(WORDS[:T]),
        "output": "negative",
        "labels": {"source": WORDS[:T]} if labels else {},
        "layers": tuple(layers),
        "arrays": arrays,
    }
    return Trace(**{**given, **changes}), weights
