"""Placeholders for the values of a program: shapes, and which of them fit together.

A shape has numbers, letters, and sums of both (`S+T`, `T+1`). A size that is no sum, such as half
of S, gets a name of its own (`n1`), the same each time. `Recorder` builds on this; a program whose
values do not fit ends in one FormatError.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import FormatError
from .interpreter import call_of
from .ops import STATES, Value, Values, Weights
from .program import OpCall
from .weights import GATES

Dim = int | str
Shape = tuple[Dim, ...]


@dataclass(frozen=True)
class Symbol:
    """A placeholder: a value of a program, without numbers."""

    number: int
    shape: Shape
    kind: str


def terms(size: Dim) -> tuple[list[str], int]:
    """The letters of a sum and what is added to them."""
    parts = str(size).split("+")
    numbers = [int(part) for part in parts if part.isdigit()]
    return sorted(part for part in parts if not part.isdigit()), sum(numbers)


def total(*sizes: Dim) -> Dim:
    """A sum of sizes, in one way of writing."""
    letters: list[str] = []
    number = 0
    for size in sizes:
        more, plus = terms(size)
        letters += more
        number += plus
    if not letters:
        return number
    return "+".join([*sorted(letters), *([str(number)] if number else [])])


class Fitting:
    """Calls so far, and the checks of their arguments.

    Attributes:
        calls: So far.
    """

    def __init__(self) -> None:
        self.calls: list[OpCall] = []
        self._count = 0
        self._sizes: dict[tuple[object, ...], str] = {}

    def input(self, shape: Shape, kind: str) -> Symbol:
        """A value from outside; all of them come before the first call."""
        self._count += 1
        return Symbol(self._count - 1, shape, kind)

    def _call(
        self, op: str, arguments: Mapping[str, object], *shapes: Shape, kinds: tuple[str, ...] = ()
    ) -> list[Value]:
        """A call with results of some shapes."""
        first = self._count
        self._count += len(shapes)
        made = [
            Symbol(first + k, shape, kinds[k] if kinds else "numbers")
            for k, shape in enumerate(shapes)
        ]
        self.calls.append(call_of(op, arguments, tuple(one.number for one in made)))
        return made

    def _one(
        self,
        op: str,
        arguments: Mapping[str, object],
        shape: Shape,
        kind: str = "numbers",
        of: str = "numbers",
    ) -> Value:
        """A call with one result, the first of whose values is of a kind."""
        for name in ("x", "like", "lengths"):
            one = arguments.get(name)
            if isinstance(one, Symbol):
                wanted = "lengths" if name == "lengths" else of
                self._need(op, one.kind == wanted)
        return self._call(op, arguments, shape, kinds=(kind,))[0]

    def _need(self, op: str, *true: bool) -> None:
        if not all(true):
            raise self._wrong(op)

    def _wrong(self, op: str) -> FormatError:
        return FormatError(
            f"program: call {len(self.calls) + 1}, of `{op}`, has arguments of shapes or kinds "
            "that the operation does not take. The file is damaged: write it again."
        )

    def _shape(self, op: str, x: Value, rank: int) -> Shape:
        """Of numbers with so many axes."""
        self._need(op, x.kind == "numbers", len(x.shape) == rank)
        shape: Shape = x.shape
        return shape

    def _long(self, op: str, x: Value, lengths: Value) -> Shape:
        """`(B, T, F)` of which `lengths` says the real steps."""
        shape = self._shape(op, x, 3)
        self._need(op, lengths.kind == "lengths", lengths.shape == shape[:1])
        return shape

    def _matrix(self, op: str, weight: Weights) -> tuple[int, int]:
        self._need(op, len(weight.shape) == 2)
        return weight.shape[0], weight.shape[1]

    def _norm(self, op: str, w: Weights, size: Dim) -> None:
        self._need(op, w.weight.shape == (size,), w.bias.shape == (size,))

    def _cell(
        self, op: str, cell: str, w: Weights, inputs: Dim, state: Values | None, B: Dim
    ) -> int:
        """H of a cell whose weights and state fit together."""
        rows, H = self._matrix(op, w.weight_hh)
        self._need(op, rows == GATES[cell] * H, w.weight_ih.shape == (rows, inputs))
        self._need(op, w.bias_ih.shape == (rows,), w.bias_hh.shape == (rows,))
        if state is not None:
            self._need(op, len(state) == len(STATES[cell]._fields))
            self._need(op, *(self._shape(op, one, 2) == (B, H) for one in state))
        return H

    def _additive(self, op: str, attention: str, w: Weights, M: Dim) -> tuple[int, int]:
        """A and H of additive attention to a memory M wide."""
        A, H = self._matrix(op, w.weight_query)
        self._need(op, w.weight_memory.shape == (A, M), w.bias.shape == (A,))
        self._need(op, w.weight_score.shape == (A,))
        if attention == "location":
            R, one, K = w.weight_filter.shape if len(w.weight_filter.shape) == 3 else (0, 0, 0)
            self._need(op, one == 1, K % 2 == 1, w.weight_location.shape == (A, R))
        return A, H

    def _past(self, op: str, past: Values, B: Dim, D: Dim) -> tuple[int, Dim, int]:
        """N, steps and K of keys and values."""
        self._need(op, len(past) == 2)
        shape = self._shape(op, past[0], 4)
        N, steps, K = shape[1:]
        self._need(op, self._shape(op, past[1], 4) == shape, shape[0] == B)
        self._need(op, isinstance(N, int) and isinstance(K, int) and N > 0 and N * K == D)
        return N, steps, K  # type: ignore[return-value]

    def _heads(self, op: str, w: Weights, D: Dim, num_heads: int) -> int:
        self._need(op, isinstance(D, int) and num_heads > 0 and D % num_heads == 0)
        assert isinstance(D, int)
        self._need(op, w.in_proj_weight.shape == (3 * D, D), w.in_proj_bias.shape == (3 * D,))
        self._need(op, w.out_proj.weight.shape == (D, D), w.out_proj.bias.shape == (D,))
        return D // num_heads

    def _layer(self, op: str, w: Weights, D: Dim, num_heads: int, *, cross: bool = False) -> None:
        self._heads(op, w.self_attn, D, num_heads)
        for norm in (w.norm1, w.norm2, *([w.norm3] if cross else [])):
            self._norm(op, norm, D)
        if cross:
            self._heads(op, w.multihead_attn, D, num_heads)
        inner, size = self._matrix(op, w.linear1.weight)
        self._need(op, size == D, w.linear1.bias.shape == (inner,))
        self._need(op, w.linear2.weight.shape == (D, inner), w.linear2.bias.shape == (D,))

    def _named(self, *what: object) -> str:
        """A name for a size that is no sum."""
        return self._sizes.setdefault(what, f"n{len(self._sizes) + 1}")

    def _product(self, a: Dim, b: Dim) -> Dim:
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        if 1 in (a, b):
            return b if a == 1 else a
        return self._named("product", a, b)

    def _sliced(self, size: Dim, first: int, after: int | None) -> Dim:
        """The size of a slice, where it is the same for every length or a sum."""
        if isinstance(size, int):
            return len(range(size)[first:after])
        letters, least = terms(size)
        cut = 0 if after is None else -after
        if first >= 0 and cut >= 0 and first + cut <= least:
            return total(*letters, least - first - cut)
        if first >= 0 and after is not None and first <= after <= least:
            return after - first
        if first < 0 and after is None and -first <= least:
            return -first
        if first == after:
            return 0
        return self._named("slice", size, first, after)
