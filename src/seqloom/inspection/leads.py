"""Which recurrent layer a verdict speaks of first, and the page opens on: the limiting one.

Of layers that read the input, one above another, the one with the shortest memory, as a share of
the steps it has; of equals the uppermost. Its two directions are judged together, the shorter
first. Checked by `tests/inspection/test_leads.py`.
"""

from .facts import LeadFacts, MemoryFacts
from .looking import attends
from .trace import Layer, Trace
from .wording import noun_of

_STEPWISE = ("transcribe",)  # tasks whose loss enters at every step


def leads(trace: Trace) -> LeadFacts:
    """The section `leads` of a trace's facts.

    Returns:
        `layer`, the limiting layer's name, empty without recurrence; `everywhere`, true if the
        loss enters at every step; `nouns`, by axis what a place of it is called.
    """
    layers = limiting(trace)
    return {
        "layer": layers[0].name if layers else "",
        "everywhere": everywhere(trace),
        "nouns": {axis: noun_of(trace, axis) for axis in trace.labels},
    }


def limiting(trace: Trace) -> list[Layer]:
    """The limiting layer, or its directions, the shorter memory first; none without recurrence."""
    depths = stacked(trace)
    if not depths:
        return []
    shares = [min(_share(trace, layer) for layer in depth) for depth in depths]
    lowest = max(i for i, share in enumerate(shares) if share == min(shares))
    return sorted(depths[lowest], key=lambda layer: _share(trace, layer))


def stacked(trace: Trace) -> list[list[Layer]]:
    """Recurrent layers that read the input, from below; the directions of one depth together."""
    known = [layer for layer in trace.layers if layer.name in trace.facts.get("memory", {})]
    depths: dict[str, list[Layer]] = {}
    for layer in known:
        if layer.steps.partition(".")[0] == known[0].steps.partition(".")[0]:
            depths.setdefault(layer.name.removesuffix(".reverse"), []).append(layer)
    return list(depths.values())


def memory_of(trace: Trace, layer: Layer) -> tuple[MemoryFacts, bool] | None:
    """The memory that counts for a layer, and whether it is the loss's.

    Where attention, or a loss at every step, goes round the recurrence, it is the Jacobian's.
    """
    facts = trace.facts["memory"][layer.name]
    if "loss" in facts and not (attends(trace) or everywhere(trace)):
        return facts["loss"], True
    return (facts["jacobian"], False) if "jacobian" in facts else None


def everywhere(trace: Trace) -> bool:
    """True if the loss enters a layer at every step, not only where it ends.

    So it is under CTC, under a pool over all states, and in a layer that reads both ways under
    another: that one's outputs are all read, from either side.
    """
    pool = trace.facts.get("model", {}).get("pool", "last")
    recurrent = [layer for layer in trace.layers if layer.recurrent]
    below = [layer for layer in recurrent if layer.steps == recurrent[0].steps]
    both_ways = any(layer.reverse for layer in below) and len(below) > 2
    return trace.task in _STEPWISE or (trace.task == "classify" and pool != "last") or both_ways


def _share(trace: Trace, layer: Layer) -> float:
    """Of the steps that a layer is asked to remember, how many it does."""
    found, asked = memory_of(trace, layer), trace.facts["memory"][layer.name]["asked"]
    if found is None or found[0]["whole"] or asked == 0:
        return 1.0
    return float(found[0]["steps"] / asked)
