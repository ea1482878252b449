"""Which inputs brought an answer about: integrated gradients, and leaving them out one by one.

    v(x)   the answer's log-probability (a forecast's value) for inputs x_1 ... x_S

    integrated gradients   IG_s = x_s . integral from 0 to 1 of dv(a x)/dx_s da
                           the sum over s is v(x) - v(0): completeness
    leave one out          v(x) - v(x without x_s)

The path is cut into pieces, each summed by Gauss and Legendre's rule. What a piece should sum to is
known, v at its end less v at its beginning: pieces that err are halved until completeness holds to
a per cent, so kinks (relu, a maximum, quantiles that cross) cost little. A long input is left out
in groups of neighbours, which share what they lost.

Source: Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks", ICML 2017, eq. 1, with
an input of zeros to compare with; Li, Monroe & Jurafsky, "Understanding Neural Networks through
Representation Erasure", 2016. Checked by `tests/inspection/tracing/test_importance.py`.
"""

from typing import NamedTuple

import numpy as np

from ...progress import each
from ...shapes import Float
from .study import Study
from .tape import Tape

TOLERANCE = 0.01  # of v(x) - v(0)
MOST_POINTS = 2048  # runs of the network for one input, at most
_PIECES = 4  # of the path, to begin with
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_STEPS = 8192  # steps that go through a network together
_GROUPS = 256  # most runs of leave-one-out


class Integrated(NamedTuple):
    """What integrated gradients found.

    Attributes:
        shares: Of each input.
        points: Points of the path at which the network ran.
        difference: v(x) - v(0), which the shares sum to if the path was fine enough.
    """

    shares: Float[np.ndarray, " S"]
    points: int
    difference: float

    @property
    def converged(self) -> bool:
        """True if the shares sum to the difference, within 1 % of it or a thousandth."""
        off = abs(float(self.shares.sum()) - self.difference)
        return off <= max(TOLERANCE * abs(self.difference), 1e-3)  # False for NaN


class _Piece(NamedTuple):
    """A piece of the path from `first` to `last`, and by how much its sum is wrong."""

    first: float
    last: float
    shares: Float[np.ndarray, " S"]
    error: float


def integrated_gradients(study: Study) -> Integrated:
    """The share of the answer that each input brought, against an input of zeros."""
    tape = Tape(along=np.array([0.0, 1.0]))
    ends = study.ask(tape, 2).value
    x = tape.inputs["source"].array[1:]
    difference = float(ends[1]) - float(ends[0])
    edges = np.linspace(0.0, 1.0, _PIECES + 1)
    pieces = _summed(study, x, edges[:-1], edges[1:])
    points = len(pieces) * (len(_NODES) + 2)
    while abs(sum(piece.error for piece in pieces)) > TOLERANCE * abs(difference) + 1e-5:
        if points >= MOST_POINTS:
            break
        errors = np.array([abs(piece.error) for piece in pieces])
        bad = errors >= errors.max() / 4
        chosen = [piece for piece, worse in zip(pieces, bad, strict=True) if worse]
        middles = [(piece.first + piece.last) / 2 for piece in chosen]
        first = np.array([*(piece.first for piece in chosen), *middles])
        last = np.array([*middles, *(piece.last for piece in chosen)])
        pieces = [piece for piece, worse in zip(pieces, bad, strict=True) if not worse]
        pieces += _summed(study, x, first, last)
        points += len(first) * (len(_NODES) + 2)
    return Integrated(np.sum([piece.shares for piece in pieces], axis=0), points, difference)


def leave_one_out(study: Study, value: float) -> tuple[Float[np.ndarray, " S"], int]:
    """What the answer loses without each input, and how many inputs were left out together."""
    S = study.num_inputs
    width = max(study.together, -(-S // _GROUPS))
    spans = [slice(first, min(first + width, S)) for first in range(0, S, width)]
    rows = max(1, _STEPS // study.load)
    parts = each(range(0, len(spans), rows), "leaving inputs out", unit="runs")
    values = [study.without(spans[i : i + rows]) for i in parts]
    found = np.zeros(S)
    for span, left in zip(spans, np.concatenate(values), strict=True):
        found[span] = (value - float(left)) / (span.stop - span.start)
    return found, width


def _summed(study: Study, x: np.ndarray, first: np.ndarray, last: np.ndarray) -> list[_Piece]:
    """Pieces of the path, summed; as many at once as memory allows."""
    at_once = max(1, _STEPS // (study.load * (len(_NODES) + 2)))
    pieces = []
    parts = range(0, len(first), at_once)
    for start in each(parts, "integrating gradients", unit="runs"):
        some = slice(start, start + at_once)
        pieces += _at_once(study, x, first[some], last[some])
    return pieces


def _at_once(study: Study, x: np.ndarray, first: np.ndarray, last: np.ndarray) -> list[_Piece]:
    """Rows are the nodes of all pieces, then the pieces' ends, which are there for v alone."""
    half = (last - first) / 2
    nodes = first[:, None] + half[:, None] * (1.0 + _NODES)
    tape = Tape(along=np.concatenate([nodes.ravel(), first, last]))
    answer = study.ask(tape, nodes.size + 2 * len(first))
    tape.backward(answer.seeds)
    slopes = tape.gradient(tape.inputs["source"])[: nodes.size].astype(np.float64) * x
    slopes = slopes.sum(axis=2)[:, : study.num_inputs].reshape(*nodes.shape, -1)
    shares = half[:, None] * np.einsum("n,pns->ps", _WEIGHTS, slopes)
    begins, ends = np.split(answer.value[nodes.size :].astype(np.float64), 2)
    errors = shares.sum(axis=1) - (ends - begins)
    return [_Piece(*piece) for piece in zip(first, last, shares, errors, strict=True)]
