"""The words of a verdict: what a place is called, distances, shares.

Checked by `tests/inspection/test_verdict.py`.
"""

import numpy as np

from .trace import Layer, Trace

_TIMED = ("forecast", "transcribe")  # tasks whose inputs are points in time


def noun_of(trace: Trace, axis: str) -> str:
    """What a place of an axis is called: `word`, `symbol`, or `step` where it is none of these."""
    labels = [one for one in trace.labels.get(axis, ()) if not one.startswith("<")]  # <bos>
    if not labels or (trace.task in _TIMED and axis != "target"):
        return "step"
    return "word" if np.mean([len(label) for label in labels]) >= 2 else "symbol"


def quoted(trace: Trace, axis: str, place: int) -> str:
    """The label of a place in quotes; its number where there is none to see."""
    labels = trace.labels.get(axis, ())
    label = labels[place].strip() if labels else ""
    return f"“{label}”" if label else f"{noun_of(trace, axis)} {place + 1}"


def place_of(trace: Trace, layer: Layer, step: int) -> str:
    """The label of a step in the layer's own order, in quotes after a space; empty without one."""
    labels = trace.labels.get(layer.steps, ())
    if not labels:
        return ""
    label = labels[len(labels) - 1 - step if layer.reverse else step].strip()
    return f" “{label}”" if label else ""


def count(number: int, noun: str = "step") -> str:
    """A number of things, `1 step`, `1,200 words`."""
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def share(value: float) -> str:
    """A share in words: `63 %`, `0.4 %`, and below that as one part in so many."""
    if not np.isfinite(value):
        return "more than a number holds"
    if value == 0:
        return "nothing"
    if value >= 0.001:
        return f"{100 * value:.0f} %" if value >= 0.095 else f"{100 * value:.1f} %"
    power = min(9, int(-np.log10(value)))
    return f"less than one part in {10**power:,}"
