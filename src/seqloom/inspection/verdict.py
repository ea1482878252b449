"""What a trace says about memory, in sentences for people; the most important comes first.

A recurrent network that is read at its end is judged by the gradient of the loss: what of it is
left at a step is what could be learned from there. Where every step has an output of its own, or
attention looks at all of them, that gradient enters everywhere; there the Jacobian says how far the
recurrence itself carries. Networks without recurrence are told by what they see. What the answer
leans on (`reach.py`) is said beside it, because the two are not the same.

Checked by `tests/inspection/test_verdict.py`.
"""

from typing import Any

import numpy as np

from .memory import own_order
from .trace import Layer, Trace

_STEPWISE = ("generate", "transcribe")  # tasks whose loss enters at every step


def verdict(trace: Trace) -> list[str]:
    """Sentences about what the network remembers of this input.

    Args:
        trace: With its facts `memory` in place.
    """
    layers = [layer for layer in trace.layers if layer.name in trace.facts.get("memory", {})]
    if not layers:
        return [*_without_recurrence(trace), *_leans(trace, None)]
    looks = _attends(trace)
    told = [looks, *_leans(trace, None)] if looks else []
    first = layers[0]
    lowest = [layer for layer in layers if layer.steps == first.steps]
    other = next((layer for layer in lowest if layer.reverse != first.reverse), None)
    if other is None:
        who = "The recurrent layer alone" if looks else "Effective memory"
        own = _of_layer(trace, first, who, around=bool(looks))
        return [*told, *own] if looks else [*own[:1], *_leans(trace, first), *own[1:]]
    for layer in (first, other):
        who = f"The layer that reads {'from the end' if layer.reverse else 'forward'}"
        told += _of_layer(trace, layer, who, around=bool(looks))
    told += _together(trace, first, other, around=bool(looks))
    return told if looks else [*told, *_leans(trace, None)]


def _found(trace: Trace, layer: Layer, *, around: bool) -> tuple[dict[str, Any], bool] | None:
    """The memory that counts for a layer, and whether it is the loss's.

    Args:
        trace: The trace.
        layer: The layer.
        around: Attention goes round it.
    """
    facts = trace.facts["memory"][layer.name]
    if "loss" in facts and not around and not _everywhere(trace):
        return facts["loss"], True
    return (facts["jacobian"], False) if "jacobian" in facts else None


def _of_layer(trace: Trace, layer: Layer, who: str, *, around: bool) -> list[str]:
    """The sentences about one layer."""
    found = _found(trace, layer, around=around)
    if found is None:
        return []
    facts = trace.facts["memory"][layer.name]
    told = [f"{who}: {_memory(trace, layer, found[0], facts['asked'], by_loss=found[1])}"]
    known = "jacobian" in facts and facts["asked"] and "computed" not in facts["jacobian"]
    if known and not around:
        told += _paths(trace, layer, facts["asked"])
    return told


def _leans(trace: Trace, layer: Layer | None) -> list[str]:
    """On what the answer leans; with a layer that it is read from, beside the gradient's memory."""
    found = trace.facts.get("reach")
    if not found or not trace.labels.get("source"):
        return []
    memory = {} if layer is None else trace.facts["memory"][layer.name].get("loss", {})
    ended = memory and not memory["whole"] and not _everywhere(trace)
    if ended and found["steps"] >= memory["steps"]:
        return [
            f"Still the answer leans on {_label(trace, found['place'])}, "
            f"{_count(found['steps'])} away ({_cost(trace, found['effect'])}): a state that "
            "has settled holds it there, although small changes no longer come through."
        ]
    top = found["place_of_largest"]
    most = f"The answer leans most on {_label(trace, top)}"
    where = _from_end(trace, top)
    costs = _cost(trace, found["largest"])
    if found["place"] == top:
        return [f"{most}, {where} ({costs})."]
    far = f"{_label(trace, found['place'])}, {_from_end(trace, found['place'])}"
    return [f"{most}, {where} ({costs}), and on nothing further back than {far}."]


def _cost(trace: Trace, effect: float) -> str:
    """What leaving an input out changes."""
    if trace.task == "forecast":
        return f"{effect:+.3g} when it is left out"
    return f"{effect:+.2f} nats when it is left out"


def _from_end(trace: Trace, place: int) -> str:
    back = len(trace.labels["source"]) - 1 - place
    return f"{_count(back)} from the end" if back else f"the last {noun_of(trace, 'source')}"


def _label(trace: Trace, place: int) -> str:
    label = trace.labels["source"][place].strip()
    return f"“{label}”" if label else f"{noun_of(trace, 'source')} {place + 1}"


def _memory(trace: Trace, layer: Layer, found: dict[str, Any], asked: int, *, by_loss: bool) -> str:
    noun = noun_of(trace, layer.steps)
    what = "the gradient" if by_loss else "the effect on the last state"
    start = f"Going back from {'the answer' if by_loss else 'the last step'}"
    end = "last" if layer.reverse else "first"
    far = f"{noun}{_place(trace, layer, 0)}"
    if asked == 0:
        return f"one {noun}, nothing to remember."
    if "computed" in found and found["whole"]:
        return (
            f"at least {_count(found['computed'] - 1)}. {start}, {what} stays above 1 % as far as "
            f"it was computed; the {end} {far} is {_count(asked)} away."
        )
    if found["whole"]:
        so = "could be learned from" if by_loss else "counts"
        return (
            f"all {_count(asked)}. {start}, {what} stays above 1 %: even the {end} {far}, "
            f"{_count(asked)} away, {so}."
        )
    steps = found["steps"]
    reach = _place(trace, layer, asked + 1 - steps) if steps else ""
    so = "could hardly be learned from" if by_loss else "hardly counts"
    return (
        f"{_count(steps)}. {start}, {what} has fallen below 1 % after {_count(steps)}; the {end} "
        f"{far} is {_count(asked)} away, so what stands there {so}."
        + (f" It reaches back to{reach}." if reach else "")
    )


def _together(trace: Trace, one: Layer, other: Layer, *, around: bool) -> list[str]:
    """What two layers that read against each other reach between them."""
    found = [_found(trace, layer, around=around) for layer in (one, other)]
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
    told = []
    if state[0] > 0:
        rate = float(state[0]) ** (1 / asked)
        told.append(f"A step back leaves on average {_share(rate)} of it.")
    else:
        told.append("So far back nothing of it is left that a number could say.")
    if f"jacobian/{layer.name}/cell" in trace:
        cell, gates = (
            float(own_order(trace, layer, f"jacobian/{layer.name}/{path}")[0])
            for path in ("cell", "gates")
        )
        name = "the cell" if layer.kind == "lstm" else "what the update gate copies"
        end = "last" if layer.reverse else "first"
        told.append(
            f"As far as the {end} step: along {name} {_share(cell)}, through the gates "
            f"{_share(gates)}."
        )
    return told


def _attends(trace: Trace) -> str:
    for name in ("attention/decoder", "attention/pool"):
        if name in trace:
            size = trace[name].shape[-1]
            noun = noun_of(trace, trace[name].dims[-1])
            return (
                f"Attention gives each of the {size} {noun}s a way of its own to the answer, one "
                "step long however far away it stands."
            )
    return ""


def _everywhere(trace: Trace) -> bool:
    """True if the loss enters at every step of the input."""
    pool = dict(trace.facts.get("model", {})).get("pool", "last")
    return trace.task in _STEPWISE or (trace.task == "classify" and pool != "last")


def _without_recurrence(trace: Trace) -> list[str]:
    model = dict(trace.facts.get("model", {}))
    if trace.rung == "transformer":
        if "context" in model:
            return [
                f"No steps to forget over: a position looks at the last {model['context']} "
                "directly, itself counted, in every layer."
            ]
        return [
            "No steps to forget over: every position looks at every other directly, one step "
            "however far away it stands."
        ]
    if trace.rung != "fully-connected":
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


def noun_of(trace: Trace, axis: str) -> str:
    """What a place of an axis is called: `word`, `symbol`, or `step` where it has no label."""
    labels = trace.labels.get(axis, ())
    if not labels:
        return "step"
    return "word" if np.mean([len(label) for label in labels]) >= 2 else "symbol"


def _place(trace: Trace, layer: Layer, step: int) -> str:
    """The label of a step in the layer's own order, in quotes after a comma or space."""
    labels = trace.labels.get(layer.steps, ())
    if not labels:
        return ""
    label = labels[len(labels) - 1 - step if layer.reverse else step].strip()
    return f" “{label}”" if label else ""


def _count(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps:,} steps"


def _share(value: float) -> str:
    """A share in words: `63 %`, `0.4 %`, and below that as one part in so many."""
    if value == 0:
        return "nothing"
    if value >= 0.001:
        return f"{100 * value:.0f} %" if value >= 0.095 else f"{100 * value:.1f} %"
    power = min(9, int(-np.log10(value)))
    return f"less than one part in {10**power:,}"
