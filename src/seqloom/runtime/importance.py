"""Which inputs brought an answer about: integrated gradients, and leaving them out one by one.

    v(x)   the answer's log-probability (a forecast's value) for inputs x_1 ... x_S

    integrated gradients   IG_s = x_s . integral from 0 to 1 of dv(a x)/dx_s da
                           the sum over s is v(x) - v(0): completeness
    leave one out          v(x) - v(x without x_s)

The integral is a Gauss-Legendre sum; points are doubled until completeness holds to a per cent. A
long input is left out in groups of neighbours, which share what they lost.

Source: Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks", ICML 2017, eq. 1, with
an input of zeros to compare with; Li, Monroe & Jurafsky, "Understanding Neural Networks through
Representation Erasure", 2016. Checked by `tests/runtime/test_importance.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float
from .study import Study
from .tape import Tape

POINTS = (8, 16, 32, 64, 128, 256, 512, 1024)
TOLERANCE = 0.01  # of v(x) - v(0)
_STEPS = 8192  # steps that go through a network together
_GROUPS = 256  # most runs of leave-one-out


class Integrated(NamedTuple):
    """What integrated gradients found.

    Attributes:
        shares: Of each input.
        points: Points on the path that it took.
        difference: v(x) - v(0), which the shares sum to.
    """

    shares: Float[np.ndarray, " S"]
    points: int
    difference: float


def integrated_gradients(study: Study) -> Integrated:
    """The share of the answer that each input brought, against an input of zeros."""
    ends = study.ask(Tape(along=np.array([0.0, 1.0])), 2).value
    difference = float(ends[1] - ends[0])
    for points in POINTS:
        shares = _summed(study, points)
        if abs(float(shares.sum()) - difference) <= TOLERANCE * abs(difference) + 1e-5:
            break
    return Integrated(shares, points, difference)


def leave_one_out(study: Study, value: float) -> tuple[Float[np.ndarray, " S"], int]:
    """What the answer loses without each input, and how many inputs were left out together."""
    S = study.num_inputs
    width = max(study.together, -(-S // _GROUPS))
    spans = [slice(first, min(first + width, S)) for first in range(0, S, width)]
    rows = max(1, _STEPS // study.load)
    values = [study.without(spans[i : i + rows]) for i in range(0, len(spans), rows)]
    found = np.zeros(S)
    for span, left in zip(spans, np.concatenate(values), strict=True):
        found[span] = (value - float(left)) / (span.stop - span.start)
    return found, width


def _summed(study: Study, points: int) -> Float[np.ndarray, " S"]:
    """The Gauss-Legendre sum."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    nodes, weights = (nodes + 1.0) / 2.0, weights / 2.0
    rows = max(1, _STEPS // study.load)
    total = np.zeros(study.num_inputs)
    for first in range(0, points, rows):
        some = slice(first, first + rows)
        tape = Tape(along=nodes[some])
        tape.backward(study.ask(tape, len(nodes[some])).seeds)
        x = tape.inputs["source"]  # a x, so dv/dx_s . x_s is the gradient by it times it over a
        each = (tape.gradient(x).astype(np.float64) * x).sum(axis=2)
        total += (weights[some] / nodes[some]) @ each[:, : study.num_inputs]
    return total
