"""In words, on what an answer leans: what is left of it when an input is left out.

Checked by `tests/inspection/test_reach.py`.
"""

import math

from .facts import MemoryFacts
from .reach import SHARE
from .trace import Trace
from .wording import count, noun_of, quoted

_PART = {0.1: "a tenth", 0.2: "a fifth"}[SHARE]


def leaning(trace: Trace, *, read_at_end: bool) -> list[str]:
    """One sentence or two about what counts, how far away it is, and what it changes.

    Args:
        trace: With its fact `reach` in place.
        read_at_end: The answer is read off the last state, so distances are what it had to keep.
    """
    found = trace.facts.get("reach")
    if not found or not trace.labels.get("source"):
        return []
    far, top, steps = found["place"], found["place_of_largest"], found["steps"]
    asked = len(trace.labels["source"]) - 1
    most = f"Most depends on {_group(trace, top)}: {_change(trace, found['largest'])}."
    if not read_at_end or asked == 0:
        return [most]
    if 2 * steps < asked:
        noun = noun_of(trace, "source")
        last = count(steps + 1, noun) if steps else noun
        does = "it" if far == top else quoted(trace, "source", top)
        return [
            f"It answers from its last {last}. Left out, nothing before "
            f"{quoted(trace, 'source', far)} changes the answer by {_PART} of what {does} does. "
            f"{most}"
        ]
    tail = most if far != top else f"{_change(trace, found['effect']).capitalize()}."
    return [f"It uses {_group(trace, far)}, {count(steps)} back. {tail}"]


def latched(trace: Trace, memory: MemoryFacts | None) -> list[str]:
    """That the answer leans on what the gradient no longer reaches, if it does."""
    found = trace.facts.get("reach")
    if not found or not memory or memory["whole"] or found["steps"] < memory["steps"]:
        return []
    return [
        f"The gradient no longer reaches {quoted(trace, 'source', found['place'])}, and still it "
        "counts: a state that has settled holds it, and lets small changes through no longer."
    ]


def _group(trace: Trace, place: int) -> str:
    """The input, or the stretch that was left out with it."""
    together = _together(trace)
    label = quoted(trace, "source", place)
    if together == 1:
        return label
    return f"the {count(together, noun_of(trace, 'source'))} at {label}"


def _together(trace: Trace) -> int:
    return max(1, int(trace.facts.get("importance", {}).get("left_out_together", 1)))


def _change(trace: Trace, effect: float) -> str:
    """What happens to the answer without an input; `effect` is its share of that."""
    effect *= _together(trace)
    goes = "falls" if effect > 0 else "rises"
    if trace.task == "forecast":
        what = "what the network adds to the seasonal naive forecast"
        return f"without it, {what} {goes} by {abs(effect):.3g}"
    before = trace.facts.get("probabilities", {}).get(trace.output)
    if before is None or not math.isfinite(effect):
        return f"without it, the answer's log-probability {goes} by {abs(effect):.2f} nats"
    after = min(1.0, before * math.exp(-effect))
    return f"without it, “{trace.output}” {goes} from {_percent(before)} to {_percent(after)}"


def _percent(p: float) -> str:
    if 0.0005 <= p <= 0.9995:
        return f"{100 * p:.1f} %"
    return f"{100 * p:.2g} %" if p < 0.5 else "over 99.9 %"
