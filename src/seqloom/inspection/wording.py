"""The words of a verdict: what a place is called, distances, shares.

Checked by `tests/inspection/test_verdict.py`.
"""

import numpy as np

from ..data.vocabulary import BOS, EOS, SPECIALS
from .trace import Layer, Trace

_TIMED = ("forecast", "transcribe")  # tasks whose inputs are points in time
_LEVELS = {"source": ("source", "text", "symbols"), "target": ("target", "symbols")}  # in `model`
_SPECIAL = {SPECIALS[BOS]: "start", SPECIALS[EOS]: "end"}


def noun_of(trace: Trace, axis: str) -> str:
    """What a place of an axis is called: `word`, `symbol`, or `step` where it is none of these.

    By the level at which the model reads; where that is not known, words are long and hold no
    space before them.
    """
    labels = [one for one in trace.labels.get(axis, ()) if not one.startswith("<")]  # <bos>
    if not labels or (trace.task in _TIMED and axis != "target"):
        return "step"
    record = trace.facts.get("model", {})
    level = next((str(record[k]) for k in _LEVELS.get(axis, ()) if k in record), "")
    if level:
        return "word" if level.startswith("words") else "symbol"
    subwords = any(label[:1].isspace() and label.strip() for label in labels)
    return "word" if not subwords and np.mean([len(label) for label in labels]) >= 2 else "symbol"


def quoted(trace: Trace, axis: str, place: int) -> str:
    """The label of a place in quotes, with its number where the label occurs again.

    The number alone where there is no label to see.
    """
    labels = trace.labels.get(axis, ())
    label = _plain(labels[place]) if labels else ""
    number = f"{noun_of(trace, axis)} {place + 1}"
    if not label:
        return number
    again = sum(_plain(one) == label for one in labels) > 1
    return f"“{label}” ({number})" if again else f"“{label}”"


def _plain(label: str) -> str:
    """A label without the space beside it, and in words if it stands for no text."""
    return _SPECIAL.get(label, label.strip())


def place_of(trace: Trace, layer: Layer, step: int) -> str:
    """The label of a step in the layer's own order, after a space; empty without one.

    It is as `quoted` has it, but at step 0, whose place needs no number.
    """
    labels = trace.labels.get(layer.steps, ())
    if not labels:
        return ""
    place = len(labels) - 1 - step if layer.reverse else step
    label = _plain(labels[place])
    return f" {quoted(trace, layer.steps, place) if step else f'“{label}”'}" if label else ""


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
