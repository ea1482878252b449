"""Which layer a verdict leads with: the limiting one, in every kind of stack."""

import dataclasses

import numpy as np
import pytest

from seqloom.inspection import Named
from seqloom.inspection.leads import leads, limiting
from seqloom.inspection.memory import memory_facts
from seqloom.inspection.verdict import verdict

from .traces import a_recurrent_trace


def stack(*factors, reverse=False, axes=None):
    """Layers above each other, of each of which a step back leaves a share."""
    one, _ = a_recurrent_trace("rnn", T=11, H=4, reverse=reverse)
    layers, arrays, labels = [], {}, dict(one.labels)
    for depth, factor in enumerate(factors):
        axis = axes[depth] if axes else "source"
        T = 11 if axis == "source" else 5
        labels.setdefault(axis, tuple("abcde"))
        pair = factor if isinstance(factor, tuple) else (factor,)
        for layer, share in zip(one.layers, pair, strict=True):
            name = layer.name.replace("0", str(depth))
            layers.append(dataclasses.replace(layer, name=name, steps=axis))
            norms = share ** np.arange(float(T))
            own = norms if layer.reverse else norms[::-1]
            unit = (axis, f"{name}.unit")
            arrays[f"states/{name}/h"] = Named(np.zeros((T, 4)), unit)
            arrays[f"gradient/{name}/h"] = Named(np.outer(own, np.ones(4)), unit)
            arrays[f"jacobian/{name}/state"] = Named(own, (axis,))
    trace = dataclasses.replace(one, layers=tuple(layers), arrays=arrays, labels=labels)
    return trace.updated(facts={"memory": memory_facts(trace)})


@pytest.mark.parametrize(
    ("factors", "reverse", "axes", "want"),
    [
        ((0.3,), False, None, ["encoder.0"]),
        ((0.9, 0.3), False, None, ["encoder.1"]),
        ((0.3, 0.9), False, None, ["encoder.0"]),
        ((0.9, 0.9, 0.9), False, None, ["encoder.2"]),
        ((0.4, 0.3, 0.5), False, None, ["encoder.1"]),
        (((0.9, 0.3),), True, None, ["encoder.0.reverse", "encoder.0"]),
        (((0.3, 0.3), (0.9, 0.2)), True, None, ["encoder.1.reverse", "encoder.1"]),
        ((0.9, 0.3), False, ("source", "source.1"), ["encoder.1"]),
        ((0.9, 0.2), False, ("source", "target"), ["encoder.0"]),
    ],
)
def test_the_limiting_layer_leads(factors, reverse, axes, want):
    trace = stack(*factors, reverse=reverse, axes=axes)
    assert [layer.name for layer in limiting(trace)] == want
    assert leads(trace)["layer"] == want[0]


def test_the_verdict_speaks_of_it():
    assert verdict(stack(0.9, 0.3))[0].startswith("Effective memory (layer 2 of 2): 4 steps. ")
    assert verdict(stack(0.9, 0.9))[0].startswith("Effective memory (layer 2 of 2): all 10 steps.")
    told = verdict(stack((0.9, 0.9), (0.9, 0.3), reverse=True))
    assert told[0].startswith("The layer that reads from the end (layer 2 of 2): 4 steps. ")
    assert told[1].startswith("The layer that reads forward (layer 2 of 2): all 10 steps. ")


def test_without_recurrence_none_leads():
    trace = dataclasses.replace(stack(0.3), layers=())
    assert leads(trace) == {"layer": "", "everywhere": False, "nouns": {"source": "word"}}
