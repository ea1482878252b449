"""From a program to the engine's instructions.

Three things change on the way, and none of them what is computed:

    a layer of a Transformer       becomes norms, products, heads and sums
    a product of a join            becomes a sum of products, so nothing is copied side by side
    what never changes is done once:
        a symbol's vector times a matrix     a table, made when the model is loaded
        a context times a matrix             sum_s a_s (W h_s) in place of W (sum_s a_s h_s): W h_s
                                             is one more result of the entry that reads the source

Sums are in another order then, so results differ from NumPy's in the last bits, but never with the
batch or with how a stream is cut.

Checked by `tests/engine/test_engine.py`: every entry of every network against NumPy.
"""

from collections.abc import Callable
from typing import Any

from ..networks.fitting import Symbol
from ..networks.program import OpCall, Program, ProgramInput
from ..networks.record import rerun
from ..networks.recorder import Recorder
from .instructions import (
    ACTIVATIONS,
    ATTENTIONS,
    CELLS,
    END,
    MASKS,
    POOLS,
    RESHAPES,
    EngineEntry,
    EngineValue,
    Instruction,
    Op,
    PartKind,
    Word,
    float_word,
    to_bytes,
)

LARGEST_TABLE = 1 << 21  # numbers of a table of products; above, vectors are looked up instead
SAME = ("given", "kept")  # operations that return x
PROJECTED = "projected"  # what the name of a projected memory ends with


def lower(program: Program) -> bytes:
    """A program for `native/include/seqloom_engine.h`."""
    return _Lowering(program).bytes()


class _Lowering:
    """A program on its way."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.weights = {name: number for number, name in enumerate(program.weights)}
        self.matrices: dict[tuple[int, ...], int] = {}
        self.tables: dict[tuple[int, int], int] = {}
        self.projections: dict[tuple[str, int], str] = {}  # by memory and matrix, its name
        lines = program.entries
        self.entries = {
            name: _LoweredEntry(
                self, name, {k for n in lines if n != name for k in lines[n].results}
            )
            for name in lines
        }
        for (memory, matrix), name in self.projections.items():
            self._project(memory, matrix, name)

    def matrix(self, name: str, rows: tuple[int, int], columns: tuple[int, int]) -> int:
        """The number of a part of a weight: its first row and rows, first column and columns."""
        key = (self.weights[name], *rows, *columns)
        return self.matrices.setdefault(key, len(self.matrices))

    def table(self, embedding: str, matrix: int) -> int:
        """The number of a table of products."""
        return self.tables.setdefault((self.weights[embedding], matrix), len(self.tables))

    def bytes(self) -> bytes:
        """All of it."""
        entries = {name: one.entry for name, one in self.entries.items()}
        for one in entries.values():
            one.prune()
        return to_bytes({**self.program.weights}, [*self.matrices], [*self.tables], entries)

    def _project(self, memory: str, matrix: int, name: str) -> None:
        """The entry that makes a memory also makes a product of it."""
        for one in self.entries.values():
            value = one.entry.results.get(memory)
            if value is not None and value not in [given for _, _, given in one.entry.inputs]:
                one.entry.results[name] = one.emit(
                    Op.PRODUCT, None, 0, 0, 1, PartKind.PRODUCT, value, matrix, None
                )[0]


class _Shapes(Recorder):
    """Keeps the shape of every value."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[tuple[Any, ...]] = []

    def input(self, shape: Any, kind: str) -> Symbol:
        self.shapes.append(tuple(shape))
        return super().input(shape, kind)

    def _call(self, op: str, arguments: Any, *shapes: Any, kinds: tuple[str, ...] = ()) -> Any:
        self.shapes += shapes
        return super()._call(op, arguments, *shapes, kinds=kinds)


class _LoweredEntry:
    """One line on its way.

    Attributes:
        entry: The instructions so far.
    """

    def __init__(self, all: _Lowering, name: str, others: set[str]) -> None:
        line = all.program.entries[name]
        self.all, self.line = all, line
        shapes = _Shapes()
        rerun(all.program, name, shapes)
        self.shapes = shapes.shapes
        self.entry = EngineEntry()
        self.values: list[EngineValue] = []
        self.makers: dict[int, OpCall] = {}
        states = {key.partition(".")[0] for key in line.results}
        for slot in line.inputs:
            # what another entry makes and this one does not: rows of it may serve several of ours
            shared = slot.name in others and slot.name.partition(".")[0] not in states
            self._input(slot, shared=shared)
        for call in line.calls:
            self.makers |= dict.fromkeys(call.results, call)
            translate: Callable[[OpCall], Any] = getattr(self, f"_{call.op}")
            made = translate(call)
            self.values += made if isinstance(made, list) else [made]
        self.entry.results = {key: self.values[n] for key, n in line.results.items()}

    def emit(self, op: Op, *words: Word, results: int = 1) -> list[EngineValue]:
        """One more instruction; its results."""
        made = [EngineValue() for _ in range(results)]
        self.entry.instructions.append(Instruction(op, [*words], made))
        return made

    def _input(self, slot: ProgramInput, *, shared: bool) -> EngineValue:
        value = EngineValue()
        self.entry.inputs.append((slot, shared, value))
        if len(self.values) < len(self.line.inputs):
            self.values.append(value)
        return value

    # -- arguments ---------------------------------------------------------------------------------

    def _value(self, call: OpCall, name: str) -> EngineValue:
        return self.values[self._number(call, name)]

    def _number(self, call: OpCall, name: str) -> int:
        number = call.values[name]
        assert isinstance(number, int)
        return number

    def _maybe(self, call: OpCall, name: str) -> EngineValue | None:
        return self._value(call, name) if name in call.values else None

    def _several(self, call: OpCall, name: str) -> list[EngineValue]:
        numbers = call.values.get(name, ())
        assert isinstance(numbers, tuple)
        return [self.values[number] for number in numbers]

    def _weight(self, call: OpCall, path: str) -> int:
        return self.all.weights[call.weights[path]]

    # -- products ----------------------------------------------------------------------------------

    def _parts(self, number: int, weight: str, rows: tuple[int, int], column: int) -> list[Word]:
        """A value times columns of a weight, as parts of a sum."""
        maker, width = self.makers.get(number), self.shapes[number][-1]
        if maker is not None and maker.op in SAME:
            return self._parts(self._number(maker, "x"), weight, rows, column)
        if maker is not None and maker.op == "join" and self._joins_last(maker):
            words: list[Word] = []
            parts = maker.values["parts"]
            assert isinstance(parts, tuple)
            for part in parts:
                words += self._parts(part, weight, rows, column)
                column += self.shapes[part][-1]
            return words
        matrix = self.all.matrix(weight, rows, (column, width))
        if maker is not None and maker.op == "embed":
            embedding = maker.weights["table"]
            if self.all.program.weights[embedding][0] * rows[1] <= LARGEST_TABLE:
                table = self.all.table(embedding, matrix)
                return [PartKind.TABLE, self._value(maker, "symbols"), table, None]
        if maker is not None and maker.op == "attend" and number == maker.results[0]:
            memory = self._number(maker, "memory")
            if memory < len(self.line.inputs) and self.entry.inputs[memory][1]:
                return self._mixed(maker, memory, matrix, rows[1])
        return [PartKind.PRODUCT, self.values[number], matrix, None]

    def _joins_last(self, maker: OpCall) -> bool:
        return int(maker.settings["axis"]) in (-1, len(self.shapes[maker.results[0]]) - 1)

    def _mixed(self, maker: OpCall, memory: int, matrix: int, width: int) -> list[Word]:
        """A context times a matrix: the weights times the projected memory, one more input."""
        source = self.line.inputs[memory]
        key = (source.name, matrix)
        if key not in self.all.projections:
            count = len(self.all.projections)
            self.all.projections[key] = f"{source.name.partition('.')[0]}.{PROJECTED}.{count}"
        name = self.all.projections[key]
        known = {slot.name: value for slot, _, value in self.entry.inputs}
        value = known.get(name)
        if value is None:
            slot = ProgramInput(name, (*source.shape[:2], width), "numbers")
            value = EngineValue()
            self.entry.inputs.append((slot, True, value))
        weights = self.values[maker.results[1]]
        return [PartKind.MIXED, weights, value, self._value(maker, "lengths")]

    def _sum(
        self, parts: list[Word], bias: int | None, first: int = 0, activation: str = "none"
    ) -> EngineValue:
        words = (bias, first, ACTIVATIONS[activation], len(parts) // 4)
        return self.emit(Op.PRODUCT, *words, *parts)[0]

    def _matrix(self, call: OpCall, path: str) -> tuple[str, tuple[int, int]]:
        """A weight's name, and all of its rows."""
        name = call.weights[path]
        return name, (0, self.all.program.weights[name][0])

    def _layer(
        self, call: OpCall, path: str, x: EngineValue, *more: Word, activation: str = "none"
    ) -> EngineValue:
        """A linear layer of a Transformer, plus parts."""
        name, rows = self._matrix(call, f"{path}.weight")
        matrix = self.all.matrix(name, rows, (0, self.all.program.weights[name][1]))
        parts = [PartKind.PRODUCT, x, matrix, None, *more]
        return self._sum(parts, self._weight(call, f"{path}.bias"), activation=activation)

    def _linear(self, call: OpCall) -> EngineValue:
        parts = self._parts(self._number(call, "x"), *self._matrix(call, "w.weight"), 0)
        return self._sum(parts, self._weight(call, "w.bias"))

    def _project(self, call: OpCall) -> EngineValue:
        return self._sum(
            self._parts(self._number(call, "x"), *self._matrix(call, "weight"), 0), None
        )

    # -- one for one -------------------------------------------------------------------------------

    def _given(self, call: OpCall) -> EngineValue:
        return self._value(call, "x")

    _kept = _given

    def _embed(self, call: OpCall) -> EngineValue:
        return self.emit(Op.EMBED, self._weight(call, "table"), self._value(call, "symbols"))[0]

    def _norm(self, call: OpCall) -> EngineValue:
        return self._normed(call, "w", self._value(call, "x"))

    def _normed(self, call: OpCall, path: str, x: EngineValue) -> EngineValue:
        weight, bias = (self._weight(call, f"{path}.{part}") for part in ("weight", "bias"))
        return self.emit(Op.NORM, x, weight, bias)[0]

    def _scale(self, call: OpCall) -> EngineValue:
        factor = float_word(float(call.settings["factor"]))
        return self.emit(Op.SCALE, self._value(call, "x"), factor)[0]

    def _affine(self, call: OpCall) -> EngineValue:
        return self.emit(Op.AFFINE, *(self._value(call, n) for n in ("x", "scale", "shift")))[0]

    def _add(self, call: OpCall) -> EngineValue:
        return self.emit(Op.ADD, self._value(call, "x"), self._value(call, "y"))[0]

    def _tanh(self, call: OpCall) -> EngineValue:
        return self.emit(Op.TANH, self._value(call, "x"))[0]

    def _relu(self, call: OpCall) -> EngineValue:
        return self.emit(Op.RELU, self._value(call, "x"))[0]

    def _log_softmax(self, call: OpCall) -> EngineValue:
        return self.emit(Op.LOG_SOFTMAX, self._value(call, "x"))[0]

    def _join(self, call: OpCall) -> EngineValue:
        parts = self._several(call, "parts")
        last = int(self._joins_last(call))
        return self.emit(Op.JOIN, 1 - last, len(parts), *parts)[0]

    def _split(self, call: OpCall) -> list[EngineValue]:
        parts = int(call.settings["parts"])
        return self.emit(Op.SPLIT, self._value(call, "x"), parts, results=parts)

    def _slice(self, call: OpCall) -> EngineValue:
        s = call.settings
        after = END if s["after"] is None else int(s["after"])
        return self.emit(Op.SLICE, self._value(call, "x"), s["axis"], s["first"], after)[0]

    def _flat(self, call: OpCall) -> EngineValue:
        size = int(call.settings.get("size", 0))
        return self.emit(Op.RESHAPE, self._value(call, "x"), RESHAPES[call.op], size)[0]

    _fold = _new_axis = _flat

    def _repeat(self, call: OpCall) -> EngineValue:
        return self.emit(Op.REPEAT, self._value(call, "x"), self._value(call, "like"))[0]

    def _last(self, call: OpCall) -> EngineValue:
        return self.emit(Op.LAST, self._value(call, "x"), self._value(call, "lengths"))[0]

    def _right_align(self, call: OpCall) -> EngineValue:
        return self.emit(Op.RIGHT_ALIGN, self._value(call, "x"), self._value(call, "lengths"))[0]

    def _halve(self, call: OpCall) -> list[EngineValue]:
        return self.emit(Op.HALVE, self._value(call, "x"), self._value(call, "lengths"), results=2)

    def _longer(self, call: OpCall) -> EngineValue:
        return self.emit(Op.LONGER, self._value(call, "lengths"), int(call.settings["by"]))[0]

    def _zeros(self, call: OpCall) -> EngineValue:
        return self.emit(Op.ZEROS, self._value(call, "like"))[0]

    def _spread(self, call: OpCall) -> EngineValue:
        return self.emit(Op.SPREAD, self._weight(call, "table"), self._value(call, "like"))[0]

    def _place(self, call: OpCall) -> EngineValue:
        return self.emit(Op.PLACE, self._value(call, "x"), self._maybe(call, "after"))[0]

    def _age(self, call: OpCall) -> EngineValue:
        return self.emit(Op.AGE, self._value(call, "x"), self._value(call, "lengths"))[0]

    # -- cells -------------------------------------------------------------------------------------

    def _cell(self, call: OpCall) -> tuple[list[Word], list[Word]]:
        """Cell, recurrent matrix and biases; and the products of the input."""
        name, rows = self._matrix(call, "w.weight_hh")
        hidden = self.all.matrix(name, rows, (0, self.all.program.weights[name][1]))
        parts = self._parts(self._number(call, "x"), *self._matrix(call, "w.weight_ih"), 0)
        biases = [self._weight(call, f"w.{n}") for n in ("bias_ih", "bias_hh")]
        return [CELLS[str(call.settings["cell"])], hidden, *biases], [len(parts) // 4, *parts]

    def _unroll(self, call: OpCall) -> list[EngineValue]:
        cell, parts = self._cell(call)
        state = [*self._several(call, "state"), None, None][:2]
        words = [*cell, int(bool(call.settings["reverse"])), self._maybe(call, "lengths"), *state]
        return self.emit(Op.UNROLL, *words, *parts, results=len(call.results))

    def _step(self, call: OpCall) -> list[EngineValue]:
        cell, parts = self._cell(call)
        state = [*self._several(call, "state"), None][:2]
        return self.emit(Op.STEP, *cell, *state, *parts, results=len(call.results))

    # -- attention ---------------------------------------------------------------------------------

    def _project_memory(self, call: OpCall) -> EngineValue:
        kind = call.settings["attention"]
        if kind == "dot":
            return self._value(call, "memory")
        path = "w.weight" if kind == "general" else "w.weight_memory"
        parts = self._parts(self._number(call, "memory"), *self._matrix(call, path), 0)
        return self._sum(parts, None if kind == "general" else self._weight(call, "w.bias"))

    def _attend(self, call: OpCall) -> list[EngineValue]:
        kind = str(call.settings["attention"])
        query = self._value(call, "query")
        score: int | None = None
        location: list[int | None] = [None, None]
        if kind in ("additive", "location"):
            weight = self._matrix(call, "w.weight_query")
            query = self._sum(self._parts(self._number(call, "query"), *weight, 0), None)
            score = self._weight(call, "w.weight_score")
        if kind == "location":
            location = [self._weight(call, f"w.weight_{n}") for n in ("filter", "location")]
        seen = [self._value(call, name) for name in ("memory", "keys", "lengths")]
        words: list[Word] = [ATTENTIONS[kind], query, *seen]
        words += [self._maybe(call, "before"), score, *location, 1]
        return self.emit(Op.ATTEND, *words, results=2)

    def _look(self, call: OpCall) -> EngineValue:
        return self.emit(
            Op.LOOK, *(self._value(call, name) for name in ("query", "memory", "lengths"))
        )[0]

    def _pool(self, call: OpCall) -> EngineValue:
        kind = POOLS[str(call.settings["kind"])]
        return self.emit(Op.POOL, kind, self._value(call, "x"), self._value(call, "lengths"))[0]

    def _pool_attend(self, call: OpCall) -> list[EngineValue]:
        weight, bias = self._matrix(call, "w.weight_memory"), self._weight(call, "w.bias")
        parts = self._parts(self._number(call, "x"), *weight, 0)
        e = self._sum(parts, bias, activation="tanh")
        score = self._weight(call, "w.weight_score")
        words = (self._value(call, "x"), e, self._value(call, "lengths"), score)
        return self.emit(Op.POOL_ATTEND, *words, results=2)

    # -- Transformers ------------------------------------------------------------------------------

    def _heads_of(
        self, call: OpCall, path: str, x: EngineValue, first: int, parts: int
    ) -> EngineValue:
        """Queries, keys, values of all heads, side by side: `parts` of the three from `first`."""
        weight = call.weights[f"{path}.in_proj_weight"]
        D = self.all.program.weights[weight][1]
        matrix = self.all.matrix(weight, (first * D, parts * D), (0, D))
        bias = self._weight(call, f"{path}.in_proj_bias")
        return self._sum([PartKind.PRODUCT, x, matrix, None], bias, first * D)

    def _size(self, call: OpCall, path: str) -> int:
        return self.all.program.weights[call.weights[f"{path}.in_proj_weight"]][1]

    def _self_attention(
        self,
        call: OpCall,
        x: EngineValue,
        heads: int,
        mask: str,
        *,
        past: list[EngineValue] | None = None,
        lengths: EngineValue | None = None,
        context: int = 0,
    ) -> tuple[EngineValue, list[EngineValue]]:
        """The layer's first part, and the keys and values with the new ones."""
        path, D = "w.self_attn", self._size(call, "w.self_attn")
        n = self._normed(call, "w.norm1", x)
        qkv = self._heads_of(call, path, n, 0, 3)
        cache = [self.emit(Op.HEADS, qkv, k * D, heads, D)[0] for k in (1, 2)]
        if past is not None:
            cache = [self.emit(Op.EXTEND, *both, 0)[0] for both in zip(past, cache, strict=True)]
        words = (qkv, 0, *cache, heads, MASKS[mask], lengths, context)
        z = self.emit(Op.ATTEND_HEADS, *words)[0]
        return self._layer(call, f"{path}.out_proj", z, PartKind.VALUE, x, None, None), cache

    def _cross_attention(
        self,
        call: OpCall,
        x: EngineValue,
        source: list[EngineValue],
        heads: int,
        lengths: EngineValue,
    ) -> EngineValue:
        path = "w.multihead_attn"
        q = self._heads_of(call, path, self._normed(call, "w.norm2", x), 0, 1)
        z = self.emit(Op.ATTEND_HEADS, q, 0, *source, heads, MASKS["lengths"], lengths, 0)[0]
        return self._layer(call, f"{path}.out_proj", z, PartKind.VALUE, x, None, None)

    def _feed_forward(self, call: OpCall, x: EngineValue, norm: str) -> EngineValue:
        inner = self._layer(call, "w.linear1", self._normed(call, norm, x), activation="relu")
        return self._layer(call, "w.linear2", inner, PartKind.VALUE, x, None, None)

    def _encoder_layer(self, call: OpCall) -> EngineValue:
        heads, lengths = int(call.settings["num_heads"]), self._value(call, "lengths")
        x = self.emit(Op.MASK, self._value(call, "x"), lengths)[0]
        u, _ = self._self_attention(call, x, heads, "lengths", lengths=lengths)
        return self.emit(Op.MASK, self._feed_forward(call, u, "w.norm2"), lengths)[0]

    def _advance(self, call: OpCall) -> list[EngineValue]:
        heads = self.shapes[call.values["past"][0]][1]  # type: ignore[index]
        context = int(call.settings["context"])
        u, cache = self._self_attention(
            *(call, self._value(call, "x"), heads, "recency"),
            past=self._several(call, "past"),
            context=context,
        )
        kept = [self.emit(Op.SLICE, one, 2, -(context - 1) or END, END)[0] for one in cache]
        return [self._feed_forward(call, u, "w.norm2"), *kept]

    def _decoder_layer(self, call: OpCall) -> EngineValue:
        heads, lengths = int(call.settings["num_heads"]), self._value(call, "lengths")
        u, _ = self._self_attention(call, self._value(call, "x"), heads, "causal")
        source = self._source_heads(call, "w.multihead_attn", heads, lengths)
        c = self._cross_attention(call, u, source, heads, lengths)
        return self._feed_forward(call, c, "w.norm3")

    def _source_heads(
        self, call: OpCall, path: str, heads: int, lengths: EngineValue
    ) -> list[EngineValue]:
        memory, D = (
            self.emit(Op.MASK, self._value(call, "memory"), lengths)[0],
            self._size(call, path),
        )
        kv = self._heads_of(call, path, memory, 1, 2)
        return [self.emit(Op.HEADS, kv, k * D, heads, D)[0] for k in (0, 1)]

    def _project_heads(self, call: OpCall) -> list[EngineValue]:
        heads, lengths = int(call.settings["num_heads"]), self._value(call, "lengths")
        return self._source_heads(call, "w", heads, lengths)

    def _decoder_step(self, call: OpCall) -> list[EngineValue]:
        past, source = self._several(call, "past"), self._several(call, "source")
        heads = self.shapes[call.values["past"][0]][1]  # type: ignore[index]
        lengths = self._value(call, "lengths")
        x = self.emit(Op.RESHAPE, self._value(call, "x"), RESHAPES["new_axis"], 0)[0]
        u, cache = self._self_attention(call, x, heads, "causal", past=past)
        c = self._cross_attention(call, u, source, heads, lengths)
        y = self._feed_forward(call, c, "w.norm3")
        return [self.emit(Op.RESHAPE, y, RESHAPES["flat"], 0)[0], *cache]
