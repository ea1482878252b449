"""How far back a network remembers: the effective memory of each recurrent layer.

    n(t)    how much step t matters to the last one, T: the largest singular value of dh_T/ds_t, or
            the norm of [dL/dh_t, dL/dc_t]
    memory  the least d such that n(T - d) and all before it are below 1 % of n(T)

A layer whose n never falls so low, and stays there, remembers the whole input as far as this input
can tell; `whole` says so, and `steps` is then the distance to the first step. 1 % is a choice: it
is where a gradient no longer counts beside that of the last step.

Source: Pascanu, Mikolov & Bengio 2013, for the gradient's fall; the threshold is ours.
Checked by `tests/inspection/test_memory.py`.
"""

from typing import Any, NamedTuple

import numpy as np

from ..shapes import Float
from .trace import Layer, Trace

THRESHOLD = 0.01  # of the norm at the read-out


class Memory(NamedTuple):
    """An effective memory.

    Attributes:
        steps: Steps back from the last one at which the norm has fallen below the threshold for
            good; the distance to the first step if it never does.
        whole: True if it never does.
    """

    steps: int
    whole: bool


def effective_memory(norms: Float[np.ndarray, " T"]) -> Memory:
    """The effective memory of a layer.

    Args:
        norms: What each step matters to the last one, in the layer's own order, at least one step.
            Where the last is 0, as under a maximum that chose other steps, the largest stands for
            it.
    """
    start = norms[-1] if norms[-1] > 0 else norms.max()
    if start == 0:
        return Memory(steps=0, whole=False)
    alive = np.flatnonzero(norms >= THRESHOLD * start)
    first = int(alive[0])
    if first == 0:
        return Memory(steps=len(norms) - 1, whole=True)
    return Memory(steps=len(norms) - first, whole=False)


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


def memory_facts(trace: Trace, computed: dict[str, int] | None = None) -> dict[str, Any]:
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
        found: dict[str, Any] = {"asked": T - 1}
        if f"jacobian/{layer.name}/state" in trace:
            norms = own_order(trace, layer, f"jacobian/{layer.name}/state")
            known = (computed or {}).get(layer.name, T)
            found["jacobian"] = effective_memory(norms[T - known :])._asdict()
            if known < T:
                found["jacobian"]["computed"] = known
        norms_by_loss = gradient_norms(trace, layer)
        if norms_by_loss is not None:
            found["loss"] = effective_memory(norms_by_loss)._asdict()
        facts[layer.name] = found
    return facts
