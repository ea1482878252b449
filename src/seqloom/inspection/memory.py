"""How far back a network remembers: the effective memory of each recurrent layer.

    n(t)    how much step t matters to the last one, T: the largest singular value of dh_T/ds_t, or
            the norm of [dL/dh_t, dL/dc_t]
    memory  the least d such that n(T - d) and all before it are below 1 % of n(T)

A layer whose n never falls so low, and stays there, remembers the whole input as far as this input
can tell; `whole` says so, and `steps` is then the distance to the first step. 1 % is a choice: it
is where a gradient no longer counts beside that of the last step. A norm that is no number, as of a
gradient that exploded, has not vanished.

Source: Pascanu, Mikolov & Bengio 2013, for the gradient's fall; the threshold is ours.
Checked by `tests/inspection/test_memory.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float
from .facts import LayerMemory, MemoryFacts
from .trace import Layer, Trace

THRESHOLD = 0.01  # of the norm at the read-out
EXPLODED = 100.0  # times the norm at the read-out, above which the facts say so
MOST_GROWTH = 1e30  # that the facts say


class EffectiveMemory(NamedTuple):
    """An effective memory.

    Attributes:
        steps: Steps back from the last one at which the norm has fallen below the threshold for
            good; the distance to the first step if it never does.
        whole: True if it never does.
    """

    steps: int
    whole: bool


def effective_memory(norms: Float[np.ndarray, " T"]) -> EffectiveMemory:
    """The effective memory of a layer.

    Args:
        norms: What each step matters to the last one, in the layer's own order, at least one step.
            Where the last is 0, as under a maximum that chose other steps, the largest stands for
            it. Norms that are infinite or no numbers are alive; where the last is one, all but 0.
    """
    if not (norms != 0).any():
        return EffectiveMemory(steps=0, whole=False)
    start = _at_read_out(norms)
    alive = np.flatnonzero((norms != 0) & ~(norms < THRESHOLD * start))
    first = int(alive[0])
    if first == 0:
        return EffectiveMemory(steps=len(norms) - 1, whole=True)
    return EffectiveMemory(steps=len(norms) - first, whole=False)


def growth(norms: Float[np.ndarray, " T"]) -> float | None:
    """How many times the norm at the read-out the largest is, 1e30 at most, if that is over 100.

    Where a norm is no number it is 1e30.
    """
    if not np.isfinite(norms).all():
        return MOST_GROWTH
    start = _at_read_out(norms)
    if start == 0:
        return None
    with np.errstate(over="ignore"):
        times = min(float(np.float64(norms.max()) / np.float64(start)), MOST_GROWTH)
    return times if times > EXPLODED else None


def _at_read_out(norms: np.ndarray) -> float:
    """The norm that others are compared with; 0 if all but those that are no numbers are 0."""
    if norms[-1] != 0:  # if it is no number itself, nothing is small beside it
        return float(norms[-1]) if np.isfinite(norms[-1]) else 0.0
    return float(norms[np.isfinite(norms)].max())


def _measured(norms: np.ndarray) -> MemoryFacts:
    """What the facts say of norms."""
    steps, whole = effective_memory(norms)
    grown = growth(norms)
    found = MemoryFacts(steps=steps, whole=whole)
    return found if grown is None else {**found, "growth": grown}


def own_order(trace: Trace, layer: Layer, name: str) -> np.ndarray:
    """An array of a layer, its steps in the order in which the layer takes them."""
    values = np.asarray(trace[name].values)
    return values[::-1] if layer.reverse else values


def gradient_norms(trace: Trace, layer: Layer) -> np.ndarray | None:
    """Norm of [dL/dh_t, dL/dc_t] for each step, `(T,)` in the layer's own order, if it is there."""
    names = [f"gradient/{layer.name}/{state}" for state in "hc"]
    found = [own_order(trace, layer, name).astype(np.float64) for name in names if name in trace]
    if not found:
        return None
    return np.asarray(np.linalg.norm(np.concatenate(found, axis=1), axis=1))


def memory_facts(trace: Trace, computed: dict[str, int] | None = None) -> dict[str, LayerMemory]:
    """The section `memory` of a trace's facts, from its Jacobian norms and its gradients.

    Args:
        trace: With `jacobian/*` and `gradient/*` arrays or without.
        computed: For a layer whose Jacobian norms are not all computed, steps back that are.
    Returns:
        By layer: `asked`, `jacobian` and `loss`, as docs/trace.md has them.
    """
    facts = {}
    for layer in trace.layers:
        if not layer.recurrent or f"states/{layer.name}/h" not in trace:
            continue
        T = trace[f"states/{layer.name}/h"].shape[0]
        if T == 0:
            continue
        found = LayerMemory(asked=T - 1)
        if f"jacobian/{layer.name}/state" in trace:
            norms = own_order(trace, layer, f"jacobian/{layer.name}/state")
            known = (computed or {}).get(layer.name, T)
            found["jacobian"] = _measured(norms[T - known :])
            if known < T:
                found["jacobian"]["computed"] = known
        norms_by_loss = gradient_norms(trace, layer)
        if norms_by_loss is not None:
            found["loss"] = _measured(norms_by_loss)
        facts[layer.name] = found
    return facts
