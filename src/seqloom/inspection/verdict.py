"""What a trace says about memory, in sentences for people; the most important comes first.

A recurrent network that is read at its end is judged by the gradient of the loss: what of it is
left at a step is what could be learned from there. Where every step has an output of its own, or
attention looks at all of them, that gradient enters everywhere; there the Jacobian says how far the
recurrence itself carries. Networks without recurrence are told by what they see. What the answer
leans on (`leaning.py`) is said before: what is used and what could be learned from are not the
same. Of several layers the limiting one is told of (`leads.py`). That a network has not learnt its
task comes before all else (`learnt.py`).

Checked by `tests/inspection/test_verdict.py` and, on real traces, by `tests/inspection/verdicts/`.
"""

from .facts import MemoryFacts
from .leads import everywhere, limiting, memory_of, stacked
from .leaning import latched, leaning
from .learnt import unlearnt
from .looking import attends, looking
from .memory import own_order
from .trace import Layer, Trace
from .wording import count, noun_of, place_of, share


def verdict(trace: Trace) -> list[str]:
    """Sentences about what the network remembers of this input.

    Args:
        trace: With its facts `memory` and `reach` in place.
    """
    return [*unlearnt(trace), *_told(trace)]


def _told(trace: Trace) -> list[str]:
    layers = limiting(trace)
    if not layers:
        return [*_without_recurrence(trace), *leaning(trace, read_at_end=False)]
    around = attends(trace) or everywhere(trace)
    depths = stacked(trace)
    place = 1 + [layers[0] in depth for depth in depths].index(True)
    which = f" (layer {place} of {len(depths)})" if len(depths) > 1 else ""
    if len(layers) == 1:
        (layer,) = layers
        who = f"{'By the recurrence alone' if around else 'Effective memory'}{which}"
        own = _of_layer(trace, layer, who, around=around)
        if around:
            return [*looking(trace), *leaning(trace, read_at_end=False), *own]
        loss = trace.facts["memory"][layer.name].get("loss")
        return [*leaning(trace, read_at_end=True), *own[:1], *latched(trace, loss), *own[1:]]
    told = [*looking(trace), *leaning(trace, read_at_end=False)]
    for layer in layers:
        who = f"The layer that reads {'from the end' if layer.reverse else 'forward'}{which}"
        told += _of_layer(trace, layer, who, around=around)
    return told + _together(trace, *layers)


def _of_layer(trace: Trace, layer: Layer, who: str, *, around: bool) -> list[str]:
    """The sentences about one layer."""
    found = memory_of(trace, layer)
    if found is None:
        return []
    facts = trace.facts["memory"][layer.name]
    told = [f"{who}: {_memory(trace, layer, found[0], facts['asked'], by_loss=found[1])}"]
    told += _growth(found[0])
    known = "jacobian" in facts and facts["asked"] and "computed" not in facts["jacobian"]
    if known and not around:
        told += _paths(trace, layer, facts["asked"])
    return told


def _growth(found: MemoryFacts) -> list[str]:
    """That a gradient grows on its way back, if it does."""
    growth = found.get("growth")
    if growth is None:
        return []
    fold = f"{growth:,.0f}-fold" if growth < 1e9 else "by more than nine powers of ten"
    return [f"On its way back it grows {fold}: the gradient explodes."]


def _memory(trace: Trace, layer: Layer, found: MemoryFacts, asked: int, *, by_loss: bool) -> str:
    noun = noun_of(trace, layer.steps)
    what = "the gradient" if by_loss else "the effect on the last state"
    start = f"Going back from {'the answer' if by_loss else 'the last step'}"
    end = "last" if layer.reverse else "first"
    far = f"{noun}{place_of(trace, layer, 0)}"
    if asked == 0:
        return f"one {noun}, nothing to remember."
    if "computed" in found and found["whole"]:
        return (
            f"at least {count(found['computed'] - 1)}. {start}, {what} stays above 1 % as far as "
            f"it was computed; the {end} {far} is {count(asked)} away."
        )
    if found["whole"]:
        so = "could be learned from" if by_loss else "still arrives"
        return (
            f"all {count(asked)}. {start}, {what} stays above 1 %: even the {end} {far}, "
            f"{count(asked)} away, {so}."
        )
    steps = found["steps"]
    reach = place_of(trace, layer, asked + 1 - steps) if steps else ""
    so = "could hardly be learned from" if by_loss else "hardly arrives this way"
    return (
        f"{count(steps)}. {start}, {what} has fallen below 1 % after {count(steps)}; the {end} "
        f"{far} is {count(asked)} away, so what stands there {so}."
        + (f" It reaches back to{reach}." if reach else "")
    )


def _together(trace: Trace, one: Layer, other: Layer) -> list[str]:
    """What two layers that read against each other reach between them."""
    found = [memory_of(trace, layer) for layer in (one, other)]
    reached = [memory[0] for memory in found if memory is not None]
    if len(reached) < 2 or any("computed" in memory for memory in reached):
        return []
    T = trace.facts["memory"][one.name]["asked"] + 1
    noun = noun_of(trace, one.steps)
    between = T - sum(memory["steps"] for memory in reached)
    if any(memory["whole"] for memory in reached) or between <= 0:
        return [f"Together they reach every {noun}."]
    many = f"{noun}s" if between > 1 else noun
    return [f"{between} {many} between their reaches are out of reach of both."]


def _paths(trace: Trace, layer: Layer, asked: int) -> list[str]:
    """What each step leaves; and the two paths of a cell that has two."""
    state = own_order(trace, layer, f"jacobian/{layer.name}/state")
    if not state[0] > 0:
        return ["Of a change in the first state nothing is left in the last."]
    rate = share(float(min(state[0], 1e30)) ** (1 / asked))
    told = [f"On average a step leaves {rate} of what a change in a state does to the last state."]
    if f"jacobian/{layer.name}/cell" in trace:
        cell, gates = (
            float(own_order(trace, layer, f"jacobian/{layer.name}/{path}")[0])
            for path in ("cell", "gates")
        )
        name = "the cell" if layer.kind == "lstm" else "what the update gate copies"
        ends = "last step to the first" if layer.reverse else "first step to the last"
        told.append(
            f"Of a change in the state, from the {ends}: along {name} {share(cell)}, through the "
            f"gates {share(gates)}."
        )
    return told


def _without_recurrence(trace: Trace) -> list[str]:
    model = trace.facts.get("model", {})
    if trace.kind == "transformer":
        if "context" in model:
            return [
                f"No steps to forget over: a position looks at the last {model['context']} "
                "directly, itself counted, in every layer."
            ]
        return [
            "No steps to forget over: every position looks at every other directly, one step "
            "however far away it stands."
        ]
    if trace.kind != "fully-connected":
        return []
    if trace.task == "classify":
        return [
            "No memory and no order: the symbols are averaged, so a text and any shuffling of it "
            "get the same answer."
        ]
    if "window" in model:
        return [
            f"No memory: it sees the last {model['window']} places at once, each by weights of "
            "its own, and nothing before them."
        ]
    return ["No memory: it sees its whole input at once, each place by weights of its own."]
