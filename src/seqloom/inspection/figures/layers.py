"""Which arrays of a trace a figure draws, and in which order.

A figure has room for a few layers: the first `most` that have what is drawn.
"""

from collections.abc import Sequence

import numpy as np

from ..trace import Layer, Trace

MOST_LAYERS = 4
GATES = {"lstm": "ifgo", "gru": "rzn"}
GATE_NAMES = {
    "i": "input gate i",
    "f": "forget gate f",
    "g": "candidate g",
    "o": "output gate o",
    "r": "reset gate r",
    "z": "update gate z",
    "n": "candidate n",
}
KEEPS = {"lstm": "f", "gru": "z"}  # the gate that keeps the old state where it is open


def layers_with(trace: Trace, template: str, most: int = MOST_LAYERS) -> list[Layer]:
    """The first layers that have an array, e.g. `gradient/{}/h`."""
    found = [layer for layer in trace.layers if template.format(layer.name) in trace]
    return found[:most]


def gated(trace: Trace, most: int = MOST_LAYERS) -> list[Layer]:
    """The first layers whose gates are in the trace."""
    found = [
        layer
        for layer in trace.layers
        if layer.kind in GATES
        and all(f"states/{layer.name}/{gate}" in trace for gate in GATES[layer.kind])
    ]
    return found[:most]


def title(layer: Layer) -> str:
    """A layer's place, kind and direction, in words."""
    kind = layer.kind.upper() if layer.kind in ("rnn", "lstm", "gru") else layer.kind
    back = ", backward" if layer.reverse else ""
    return f"{in_words(layer.name)} ({kind}, {layer.size} units{back})"


def in_words(name: str) -> str:
    """A name of the trace for a title: `encoder.0/self` as `Encoder layer 1, self-attention`.

    Layers are counted from 1; the direction of a layer, `.reverse`, is left to its title.
    """
    layer, _, attention = name.removesuffix(".reverse").partition("/")
    words = [f"layer {int(part) + 1}" if part.isdecimal() else part for part in layer.split(".")]
    text = " ".join(words) + (f", {attention}-attention" if attention else "")
    return text[:1].upper() + text[1:]


def step_labels(trace: Trace, axis: str) -> Sequence[str] | None:
    """Symbols of an axis of steps, if the trace has them."""
    return trace.labels.get(axis)


def norms(values: np.ndarray) -> np.ndarray:
    """Length of the vector of each step, `(steps,)`; of the one vector where there are no steps."""
    found: np.ndarray = np.linalg.norm(np.atleast_2d(values.astype(np.float64)), axis=-1)
    return found
