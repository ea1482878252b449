"""In words, where a network with attention looks, and whether that is what its answer depends on.

Attention that is next to uniform chooses nothing. Where it looks most is not always what counts: a
state holds more than its own symbol. Leaving inputs out shows it (`reach.py`).

Source: Jain & Wallace, "Attention is not Explanation", NAACL 2019. Checked by
`tests/inspection/test_verdict.py` and, on real traces, by `tests/inspection/verdicts/`.
"""

import math

import numpy as np

from .attention import entropy
from .learnt import UNIFORM
from .reach import SHARE
from .trace import Named, Trace
from .wording import count, noun_of, quoted, share

_ALIKE = 0.9995  # of the largest entropy; the two are the same number then


def attends(trace: Trace) -> bool:
    """True if a recurrent network has attention over its input."""
    return "attention/decoder" in trace or "attention/pool" in trace


def looking(trace: Trace) -> list[str]:
    """Where the network looks, if it attends; what speaks against it comes first."""
    for name in ("attention/decoder", "attention/pool"):
        if name in trace:
            return _told(trace, trace[name])
    return []


def _told(trace: Trace, weights: Named) -> list[str]:
    axis, values = weights.dims[-1], np.atleast_2d(weights.values).astype(np.float64)
    S = values.shape[-1]
    states = count(S, noun_of(trace, axis))
    way = f"Attention gives the state of each of {states} a way of its own to the answer"
    if not np.isfinite(values).all() or S == 0:
        return [f"{way}, one step long however far away it stands."]
    found, most = float(entropy(values).mean()), math.log(S)
    if S > 1 and found >= UNIFORM * most:
        close, about = ("", "") if found >= _ALIKE * most else ("close to ", "about ")
        return [
            f"Attention is {close}uniform, {found:.2f} of at most {most:.2f} nats: the network "
            f"reads {about}the mean of the states of {states}."
        ]
    told = _disagrees(trace, axis, values.sum(axis=0))
    if weights.values.ndim == 2:
        return [*told, f"{way}, one step long however far away it stands."]
    top = int(np.argmax(values))
    where = f"Attention reads {share(float(values[0, top]))} at {quoted(trace, axis, top)}"
    return [*told, f"{where}. Each state has a way of its own to the answer, one step long."]


def _disagrees(trace: Trace, axis: str, coverage: np.ndarray) -> list[str]:
    """That attention looks most at what does not count, and little at what does."""
    found = trace.facts.get("reach")
    if axis != "source" or not found:
        return []
    lost = np.abs(np.asarray(trace["importance/leave_one_out"].values, np.float64))
    counts, seen = found["place_of_largest"], int(coverage.argmax())
    if coverage[counts] >= coverage.mean() or lost[seen] >= SHARE * lost[counts]:
        return []
    return [
        f"Attention does not show what counts: it looks most at {quoted(trace, axis, seen)}, and "
        f"left out, that hardly changes the answer; {quoted(trace, axis, counts)} changes it most "
        "and is looked at less than the average."
    ]
