"""What a trace says about memory, in sentences for people; the most important comes first.

A recurrent network that is read at its end is judged by the gradient of the loss: what of it is
left at a step is what could be learned from there. Where every step has an output of its own, or
attention looks at all of them, that gradient enters everywhere; there the Jacobian says how far the
recurrence itself carries. Networks without recurrence are told by what they see.

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
        return _without_recurrence(trace)
    told = []
    looks = _attends(trace)
    if looks:
        told.append(looks)
    first = layers[0]
    lowest = [layer for layer in layers if layer.steps == first.steps]
    told += _of_layer(trace, lowest[0], alone=bool(looks))
    other = next((layer for layer in lowest if layer.reverse != first.reverse), None)
    if other is not None:
        told += _of_layer(trace, other, alone=bool(looks))[:1]
    return told


def _of_layer(trace: Trace, layer: Layer, *, alone: bool) -> list[str]:
    """The sentences about one layer; `alone`: attention goes round it."""
    facts = trace.facts["memory"][layer.name]
    by_loss = "loss" in facts and not alone and not _everywhere(trace)
    if not by_loss and "jacobian" not in facts:
        return []
    found = facts["loss" if by_loss else "jacobian"]
    told = [_memory(trace, layer, found, facts["asked"], by_loss=by_loss, alone=alone)]
    if "jacobian" in facts and facts["asked"] and "computed" not in facts["jacobian"]:
        told += _paths(trace, layer, facts["asked"])
    return told


def _memory(
    trace: Trace, layer: Layer, found: dict[str, Any], asked: int, *, by_loss: bool, alone: bool
) -> str:
    noun = noun_of(trace, layer.steps)
    what = "the gradient" if by_loss else "the effect on the last state"
    start = "Going back from the answer" if by_loss else "Going back from the last step"
    who = "The recurrent layer alone" if alone else "Effective memory"
    if layer.reverse:
        who = "The layer that reads from the end"
        start = start.replace("back", "the other way")
    first = _place(trace, layer, 0)
    if asked == 0:
        return f"{who}: one {noun}, nothing to remember."
    if "computed" in found and found["whole"]:
        return (
            f"{who}: at least {_count(found['computed'] - 1)}. {start}, {what} stays above 1 % as "
            f"far as it was computed; the first {noun}{first} is {_count(asked)} away."
        )
    if found["whole"]:
        end = "could be learned from" if by_loss else "counts"
        return (
            f"{who}: all {_count(asked)}. {start}, {what} stays above 1 %: even the first "
            f"{noun}{first}, {_count(asked)} away, {end}."
        )
    steps = found["steps"]
    reach = _place(trace, layer, asked + 1 - steps) if steps else ""
    end = "could hardly be learned from" if by_loss else "hardly counts"
    until = f" It reaches back to{reach}." if reach else ""
    return (
        f"{who}: {_count(steps)}. {start}, {what} has fallen below 1 % after {_count(steps)}; "
        f"the first {noun}{first} is {_count(asked)} away, so what stands there {end}.{until}"
    )


def _paths(trace: Trace, layer: Layer, asked: int) -> list[str]:
    """What each step leaves; and the two paths of a cell that has two."""
    state = own_order(trace, layer, f"jacobian/{layer.name}/state")
    told = []
    if state[0] > 0:
        rate = float(state[0]) ** (1 / asked)
        told.append(f"A step back leaves on average {_share(rate)} of it.")
    else:
        told.append("At the first step nothing of it is left that a number could say.")
    if f"jacobian/{layer.name}/cell" in trace:
        cell, gates = (
            float(own_order(trace, layer, f"jacobian/{layer.name}/{path}")[0])
            for path in ("cell", "gates")
        )
        name = "cell" if layer.kind == "lstm" else "part of the state that is copied"
        told.append(
            f"Along the {name} {_share(cell)} of it arrives at the first step, through the gates "
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
    """A share in words: `63 %`, or a power of ten where percents say nothing."""
    if value == 0:
        return "nothing"
    if value >= 0.01:
        return f"{100 * value:.0f} %"
    power = int(np.floor(np.log10(value)))
    return f"less than 1e{power + 1}"
