"""The engine that records calls; its values are placeholders with shapes, see `fitting.py`.

Every operation checks the shapes that `Ops` states and gives those of its results. A program that
runs on this engine can therefore run on any other.

Checked by `tests/networks/test_program.py`.
"""

from ..reference.multi_head import KeyValue
from .fitting import Dim, Fitting, total
from .ops import STATES, Array, Ops, Value, Values, Weights


class Recorder(Fitting, Ops):
    """Keeps the calls; `Ops` documents them."""

    def value(self, array: Array) -> Value:
        raise TypeError("record: an array was made outside the operations: no program can have it.")

    def numbers(self, value: Value) -> Array:
        raise TypeError("record: a value of a program has no numbers.")

    def given(self, name: str, x: Value) -> Value:
        return self._one("given", {"name": name, "x": x}, x.shape)

    def kept(self, name: str, x: Value) -> Value:
        return self._one("kept", {"name": name, "x": x}, x.shape)

    def embed(self, name: str, table: Weights, symbols: Value) -> Value:
        self._need("embed", symbols.kind == "symbols" and len(table.shape) == 2)
        arguments = {"name": name, "table": table, "symbols": symbols}
        return self._one("embed", arguments, (*symbols.shape, table.shape[1]))

    def linear(self, x: Value, w: Weights) -> Value:
        O, I = self._matrix("linear", w.weight)
        self._need("linear", w.bias.shape == (O,), x.shape[-1:] == (I,))
        return self._one("linear", {"x": x, "w": w}, (*x.shape[:-1], O))

    def project(self, x: Value, weight: Weights) -> Value:
        O, I = self._matrix("project", weight)
        self._need("project", x.shape[-1:] == (I,))
        return self._one("project", {"x": x, "weight": weight}, (*x.shape[:-1], O))

    def norm(self, x: Value, w: Weights) -> Value:
        self._norm("norm", w, x.shape[-1])
        return self._one("norm", {"x": x, "w": w}, x.shape)

    def scale(self, x: Value, factor: float) -> Value:
        return self._one("scale", {"x": x, "factor": factor}, x.shape)

    def affine(self, x: Value, scale: Value, shift: Value) -> Value:
        self._need("affine", x.shape == scale.shape == shift.shape)
        return self._one("affine", {"x": x, "scale": scale, "shift": shift}, x.shape)

    def add(self, x: Value, y: Value) -> Value:
        self._need("add", x.shape == y.shape)
        return self._one("add", {"x": x, "y": y}, x.shape)

    def tanh(self, x: Value) -> Value:
        return self._one("tanh", {"x": x}, x.shape)

    def relu(self, x: Value) -> Value:
        return self._one("relu", {"x": x}, x.shape)

    def log_softmax(self, x: Value) -> Value:
        return self._one("log_softmax", {"x": x}, x.shape)

    def join(self, *parts: Value, axis: int = -1) -> Value:
        self._need("join", bool(parts) and axis in (-1, 1))
        first, rank = parts[0], len(parts[0].shape)
        self._need("join", rank > 1, *(len(part.shape) == rank for part in parts))
        at = axis % rank
        for part in parts:
            others = [*part.shape[:at], *part.shape[at + 1 :]]
            self._need("join", others == [*first.shape[:at], *first.shape[at + 1 :]])
            self._need("join", part.kind == first.kind)
        shape = [*first.shape]
        shape[at] = total(*(part.shape[at] for part in parts))
        kind = first.kind
        return self._one("join", {"parts": parts, "axis": axis}, tuple(shape), kind, of=kind)

    def split(self, x: Value, parts: int) -> Values:
        size = x.shape[-1]
        self._need("split", isinstance(size, int) and 0 < parts <= size and size % parts == 0)
        shapes = [(*x.shape[:-1], size // parts)] * parts
        return tuple(self._call("split", {"x": x, "parts": parts}, *shapes))

    def slice(self, x: Value, axis: int, first: int, after: int | None) -> Value:
        self._need("slice", 0 < axis < len(x.shape))
        shape = [*x.shape]
        shape[axis] = self._sliced(shape[axis], first, after)
        arguments = {"x": x, "axis": axis, "first": first, "after": after}
        return self._one("slice", arguments, tuple(shape), x.kind, of=x.kind)

    def flat(self, x: Value) -> Value:
        B, T, F = self._shape("flat", x, 3)
        return self._one("flat", {"x": x}, (B, self._product(T, F)))

    def fold(self, x: Value, size: int) -> Value:
        B, F = self._shape("fold", x, 2)
        if not (isinstance(F, int) and size > 0 and F % size == 0):
            raise self._wrong("fold")
        return self._one("fold", {"x": x, "size": size}, (B, F // size, size))

    def new_axis(self, x: Value) -> Value:
        self._need("new_axis", len(x.shape) in (1, 2))
        shape = (x.shape[0], 1, *x.shape[1:])
        return self._one("new_axis", {"x": x}, shape, x.kind, of=x.kind)

    def repeat(self, x: Value, like: Value) -> Value:
        B, F = self._shape("repeat", x, 2)
        self._need("repeat", len(like.shape) > 1)
        self._need("repeat", like.shape[0] == B)
        return self._one("repeat", {"x": x, "like": like}, (B, like.shape[1], F))

    def last(self, x: Value, lengths: Value) -> Value:
        B, _, F = self._long("last", x, lengths)
        return self._one("last", {"x": x, "lengths": lengths}, (B, F))

    def right_align(self, x: Value, lengths: Value) -> Value:
        return self._one(
            "right_align",
            {"x": x, "lengths": lengths},
            self._long("right_align", x, lengths),
        )

    def halve(self, x: Value, lengths: Value) -> Values:
        B, T, F = self._long("halve", x, lengths)
        half = (T + 1) // 2 if isinstance(T, int) else self._named("half", T)
        shapes = (B, half, self._product(2, F)), (B,)
        kinds = ("numbers", "lengths")
        return tuple(self._call("halve", {"x": x, "lengths": lengths}, *shapes, kinds=kinds))

    def longer(self, lengths: Value, by: int) -> Value:
        self._need("longer", by >= 0)
        kind = "lengths"
        return self._one("longer", {"lengths": lengths, "by": by}, lengths.shape, kind, of=kind)

    def zeros(self, like: Value) -> Value:
        self._need("zeros", len(like.shape) > 1)
        return self._one("zeros", {"like": like}, like.shape[:2])

    def spread(self, table: Weights, like: Value) -> Value:
        rows, F = self._matrix("spread", table)
        self._need("spread", len(like.shape) > 1)
        B, T = like.shape[:2]
        self._need("spread", isinstance(T, int) and rows >= T)
        return self._one("spread", {"table": table, "like": like}, (B, T, F))

    def place(self, x: Value, after: Value | None = None) -> Value:
        B, _, D = self._shape("place", x, 3)
        self._need("place", isinstance(D, int))
        if after is not None:
            self._need("place", self._shape("place", after, 4)[0] == B)
        return self._one("place", {"x": x, "after": after}, x.shape)

    def age(self, x: Value, lengths: Value) -> Value:
        shape = self._long("age", x, lengths)
        self._need("age", isinstance(shape[2], int))
        return self._one("age", {"x": x, "lengths": lengths}, shape)

    def unroll(
        self,
        name: str,
        cell: str,
        x: Value,
        w: Weights,
        *,
        state: Values | None = None,
        lengths: Value | None = None,
        reverse: bool = False,
    ) -> tuple[Value, Values]:
        B, T, I = self._shape("unroll", x, 3)
        H = self._cell("unroll", cell, w, I, state, B)
        if lengths is not None:
            self._long("unroll", x, lengths)
        arguments = {"name": name, "cell": cell, "x": x, "w": w}
        arguments |= {"state": state, "lengths": lengths, "reverse": reverse}
        kind = STATES[cell]
        made = self._call("unroll", arguments, (B, T, H), *[(B, H)] * len(kind._fields))
        return made[0], kind(*made[1:])

    def step(self, name: str, cell: str, x: Value, state: Values, w: Weights) -> Values:
        B, I = self._shape("step", x, 2)
        H, kind = self._cell("step", cell, w, I, state, B), STATES[cell]
        arguments = {"name": name, "cell": cell, "x": x, "state": state, "w": w}
        return kind(*self._call("step", arguments, *[(B, H)] * len(kind._fields)))

    def project_memory(self, attention: str, memory: Value, lengths: Value, w: Weights) -> Value:
        op = "project_memory"
        B, S, M = self._long(op, memory, lengths)
        A: Dim = M
        if attention == "general":
            A, size = self._matrix(op, w.weight)
            self._need(op, size == M)
        elif attention != "dot":
            A, _ = self._additive(op, attention, w, M)
        arguments = {"attention": attention, "memory": memory, "lengths": lengths, "w": w}
        return self._one(op, arguments, (B, S, A))

    def attend(
        self,
        name: str,
        attention: str,
        query: Value,
        memory: Value,
        keys: Value,
        lengths: Value,
        w: Weights,
        *,
        before: Value | None = None,
    ) -> tuple[Value, Value]:
        B, S, M = self._long("attend", memory, lengths)
        H = self._shape("attend", query, 2)[1]
        A: Dim = H
        if attention == "general":
            self._need("attend", w.weight.shape == (H, M))
        elif attention != "dot":
            A, size = self._additive("attend", attention, w, M)
            self._need("attend", size == H)
        self._need("attend", query.shape == (B, H), keys.shape == (B, S, A))
        self._need("attend", (before is not None) == (attention == "location"))
        self._need("attend", before is None or before.shape == (B, S))
        arguments = {"name": name, "attention": attention, "query": query, "memory": memory}
        arguments |= {"keys": keys, "lengths": lengths, "w": w, "before": before}
        context, weights = self._call("attend", arguments, (B, M), (B, S))
        return context, weights

    def look(self, name: str, query: Value, memory: Value, lengths: Value) -> Value:
        B, _, H = self._long("look", memory, lengths)
        asks = self._shape("look", query, 3)
        self._need("look", isinstance(H, int), asks[0] == B, asks[2] == H)
        arguments = {"name": name, "query": query, "memory": memory, "lengths": lengths}
        return self._one("look", arguments, asks)

    def pool(self, kind: str, x: Value, lengths: Value) -> Value:
        B, _, M = self._long("pool", x, lengths)
        return self._one("pool", {"kind": kind, "x": x, "lengths": lengths}, (B, M))

    def pool_attend(self, x: Value, lengths: Value, w: Weights) -> tuple[Value, Value]:
        B, T, M = self._long("pool_attend", x, lengths)
        A, size = self._matrix("pool_attend", w.weight_memory)
        self._need("pool_attend", size == M, w.bias.shape == (A,), w.weight_score.shape == (A,))
        arguments = {"x": x, "lengths": lengths, "w": w}
        y, weights = self._call("pool_attend", arguments, (B, M), (B, T))
        return y, weights

    def encoder_layer(
        self, name: str, x: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        shape = self._long("encoder_layer", x, lengths)
        self._layer("encoder_layer", w, shape[2], num_heads)
        arguments = {"name": name, "x": x, "w": w, "num_heads": num_heads, "lengths": lengths}
        return self._one("encoder_layer", arguments, shape)

    def advance(
        self, name: str, x: Value, past: Values, w: Weights, *, context: int
    ) -> tuple[Value, Values]:
        B, T, D = self._shape("advance", x, 3)
        N, P, K = self._past("advance", past, B, D)
        self._layer("advance", w, D, N)
        self._need("advance", context > 0)
        seen = total(P, T)
        left = min(seen, context - 1) if isinstance(seen, int) else self._named(context, seen)
        arguments = {"name": name, "x": x, "past": past, "w": w, "context": context}
        cache = (B, N, left, K)
        made = self._call("advance", arguments, (B, T, D), cache, cache)
        return made[0], KeyValue(*made[1:])

    def decoder_layer(
        self, name: str, x: Value, memory: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        B, T, D = self._shape("decoder_layer", x, 3)
        source = self._long("decoder_layer", memory, lengths)
        self._need("decoder_layer", source[0] == B, source[2] == D)
        self._layer("decoder_layer", w, D, num_heads, cross=True)
        arguments = {"name": name, "x": x, "memory": memory, "w": w}
        arguments |= {"num_heads": num_heads, "lengths": lengths}
        return self._one("decoder_layer", arguments, (B, T, D))

    def project_heads(self, memory: Value, lengths: Value, w: Weights, *, num_heads: int) -> Values:
        B, S, D = self._long("project_heads", memory, lengths)
        K = self._heads("project_heads", w, D, num_heads)
        arguments = {"memory": memory, "lengths": lengths, "w": w, "num_heads": num_heads}
        shape = (B, num_heads, S, K)
        return KeyValue(*self._call("project_heads", arguments, shape, shape))

    def decoder_step(
        self, name: str, x: Value, past: Values, source: Values, lengths: Value, w: Weights
    ) -> tuple[Value, Values]:
        B, D = self._shape("decoder_step", x, 2)
        N, P, K = self._past("decoder_step", past, B, D)
        self._need("decoder_step", self._past("decoder_step", source, B, D)[0] == N)
        self._need("decoder_step", lengths.kind == "lengths", lengths.shape == (B,))
        self._layer("decoder_step", w, D, N, cross=True)
        arguments = {"name": name, "x": x, "past": past, "source": source}
        arguments |= {"lengths": lengths, "w": w}
        after = (B, N, total(P, 1), K)
        made = self._call("decoder_step", arguments, (B, D), after, after)
        return made[0], KeyValue(*made[1:])
