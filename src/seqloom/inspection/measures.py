"""All measures of a trace in one call: Jacobians, effective memory, gates, attention, the verdict.

The last line of `Model.trace` and of `seqloom.watch`. Checked by
`tests/inspection/test_measures.py`.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from ..plain import JSON, json_safe
from .answer import answer_facts
from .attention import attention_facts
from .facts import Facts
from .gates import measure_gates
from .jacobian import jacobian_norms
from .leads import leads
from .memory import memory_facts, own_order
from .reach import reach_facts
from .trace import Layer, Named, Trace
from .verdict import verdict

_MOST = float(np.finfo(np.float32).max)


@np.errstate(over="ignore", invalid="ignore")  # of a network that exploded; the facts say so
def measured(trace: Trace, weights: Mapping[str, Any] | None) -> Trace:
    """A trace with all that can be measured in it.

    Args:
        trace: States and gates, with or without gradients and attention. Of an RNN whose
            nonlinearity is not tanh, the facts `nonlinearity` say which: `{LAYER: "relu"}`.
        weights: Weights of each recurrent layer by its name, as `reference/` has them; `None` for
            no Jacobians. Layers that are not in it get none.
    Returns:
        The trace with arrays `jacobian/*` and `keeps/*` and the facts `memory`, `gates`,
        `attention`, `reach`, `answer`, `leads` and `verdict`; a section that has nothing to say is
        left out.
    """
    arrays: dict[str, Named] = {}
    computed: dict[str, int] = {}
    for layer in trace.layers:
        if layer.recurrent and layer.name in (weights or {}):
            found, steps = _jacobians(trace, layer, (weights or {})[layer.name])
            arrays |= found
            if found and steps < len(next(iter(found.values())).values):
                computed[layer.name] = steps
    kept, gates = measure_gates(trace)
    trace = trace.updated({**arrays, **kept})
    sections = {
        "memory": memory_facts(trace, computed),
        "gates": gates,
        "attention": attention_facts(trace),
        "reach": reach_facts(trace),
        "answer": answer_facts(trace),
    }
    facts = {**trace.facts, **{name: found for name, found in sections.items() if found}}
    trace = trace.updated(facts=cast(Facts, json_safe(cast(JSON, facts))))
    trace = trace.updated(facts={"leads": leads(trace)})
    return trace.updated(facts={"verdict": verdict(trace)})


def _jacobians(trace: Trace, layer: Layer, weights: Any) -> tuple[dict[str, Named], int]:
    """Arrays `jacobian/LAYER/*` in the order of the text, and how many steps were computed."""
    prefix = f"states/{layer.name}/"
    states = {
        name.removeprefix(prefix): own_order(trace, layer, name)
        for name in trace
        if name.startswith(prefix)
    }
    kinds = trace.facts.get("nonlinearity", {})
    found = jacobian_norms(layer.kind, weights, states, nonlinearity=kinds.get(layer.name, "tanh"))
    arrays = {}
    for name, norms in found.values.items():
        in_text = norms[::-1] if layer.reverse else norms
        values = np.minimum(in_text, _MOST).astype(np.float32)
        arrays[f"jacobian/{layer.name}/{name}"] = Named(values, (layer.steps,))
    return arrays, found.computed
