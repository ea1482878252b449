"""A tape: the operations of a network as they were, to be played backward.

Each operation leaves three things: what went in, what came out, and how the gradient of the
one follows from the gradient of the other, which is a formula of `reference/`. Played backward,
the records give the gradient of everything that a loss came from. Weights are left out: nobody
here learns. Values carry numbers. An array that was made elsewhere is refused: the gradients of
all that came before it would silently be zero.

Source: Speelpenning, "Compiling Fast Partial Derivatives of Functions Given by Algorithms", 1980.
Differs: records whole layers, not single operations.

Checked by `tests/inspection/tracing/test_tape.py`: torch autograd in float64, for every network of
every task.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...networks.ops import ATTENTIONS, CELLS, STATES, Value, Values, Weights
from ...reference import attention_edit, layer_norm, pooling, scaled_dot, transformer
from ...reference.multi_head import KeyValue
from ...reference.unroll import unroll, unroll_backward
from ...runtime.numpy_ops import (
    Array,
    NumpyOps,
    kept_past,
    nearness,
    places,
    reversed_steps,
    right_aligned,
)
from .taped_layers import TapedCell, TapedLayer, TapedSteps, TapedUnits

Back = Callable[..., Sequence[Array | None]]


@dataclass(frozen=True, eq=False)
class Recorded:
    """A value of a tape.

    Attributes:
        array: Its numbers.
        number: Its own on its tape.
    """

    array: Array
    number: int


class Tape(NumpyOps):
    """The operations, each recorded. Symbols and lengths have no gradient and stay arrays.

    Attributes:
        inputs: By axis, what the network read: embedded symbols, or numbers.
        layers: By name, in the order of running, the layers whose states a trace has.
        attention: By name, the weights of attention; a list where a decoder takes steps.
    """

    def __init__(self, along: Array | None = None) -> None:
        """
        Args:
            along: Scales the inputs of axis `source`, a number per row: points on the way from an
                input of zeros to the input.
        """
        self.along = along
        self.inputs: dict[str, Recorded] = {}
        self.layers: dict[str, TapedLayer] = {}
        self.attention: dict[str, list[Array]] = {}
        self._records: list[tuple[list[int], list[Recorded], Back]] = []
        self._gradients: dict[int, Array] = {}
        self._count = 0

    @np.errstate(over="ignore", invalid="ignore")  # a gradient that explodes is what some look for
    def backward(self, losses: Sequence[tuple[Recorded, Array]]) -> None:
        """Play the tape backward, once.

        Args:
            losses: Values that the loss is made of, and its gradient by each.
        """
        for value, gradient in losses:
            self._add(value.number, gradient)
        for given, made, back in reversed(self._records):
            found = [self._gradients.get(value.number) for value in made]
            if all(d is None for d in found):
                continue
            whole = [
                np.zeros_like(value.array) if d is None else d
                for value, d in zip(made, found, strict=True)
            ]
            for number, d_or_none in zip(given, back(*whole), strict=True):
                if d_or_none is not None:
                    self._add(number, d_or_none)

    def gradient(self, value: Recorded) -> Array:
        """Of the loss by a value; zeros if nothing came of it."""
        found = self._gradients.get(value.number)
        return np.zeros_like(value.array) if found is None else found

    def value(self, array: Any) -> Value:
        self._count += 1
        return Recorded(array, self._count)

    def numbers(self, value: Value) -> Any:
        return _array(value)

    def given(self, name: str, x: Value) -> Value:
        assert isinstance(x, np.ndarray), "only what comes from outside is given"
        array = x
        if name == "source" and self.along is not None:
            array = array * self.along.reshape(-1, *[1] * (array.ndim - 1)).astype(array.dtype)
        self.inputs[name] = self.value(array)
        return self.inputs[name]

    def kept(self, name: str, x: Value) -> Value:
        self.layers[name] = TapedUnits("fully-connected", x)
        return x

    def embed(self, name: str, table: Weights, symbols: Value) -> Value:
        return self.given(name, super().embed(name, table, symbols))

    def linear(self, x: Value, w: Weights) -> Value:
        return self._one(x, super().linear(_array(x), w), lambda d: d @ w.weight)

    def project(self, x: Value, weight: Weights) -> Value:
        return self._one(x, super().project(_array(x), weight), lambda d: d @ weight)

    def norm(self, x: Value, w: Weights) -> Value:
        y, saved = layer_norm.forward(_array(x), w)
        return self._one(x, y, lambda d: layer_norm.backward(d, saved, w)[0])

    def scale(self, x: Value, factor: float) -> Value:
        return self._one(x, super().scale(_array(x), factor), lambda d: d * factor)

    def affine(self, x: Value, scale: Value, shift: Value) -> Value:
        by = _array(scale)
        return self._one(x, super().affine(_array(x), by, _array(shift)), lambda d: d * by)

    def add(self, x: Value, y: Value) -> Value:
        total = super().add(_array(x), _array(y))
        (made,) = self._record([x, y], [total], lambda d: [d, d])
        return made

    def tanh(self, x: Value) -> Value:
        y = super().tanh(_array(x))
        return self._one(x, y, lambda d: d * (1.0 - y * y))

    def relu(self, x: Value) -> Value:
        array = _array(x)
        return self._one(x, super().relu(array), lambda d: d * (array > 0))

    def log_softmax(self, x: Value) -> Value:
        y = super().log_softmax(_array(x))
        return self._one(x, y, lambda d: _log_softmax_backward(d, y))

    def join(self, *parts: Value, axis: int = -1) -> Value:
        arrays = [_array(part) for part in parts]
        joined = super().join(*arrays, axis=axis)
        if joined.dtype.kind == "i":  # symbols
            return joined
        ends = np.cumsum([array.shape[axis] for array in arrays])[:-1]
        (made,) = self._record(parts, [joined], lambda d: np.split(d, ends, axis=axis))
        return made

    def split(self, x: Value, parts: int) -> Values:
        pieces = super().split(_array(x), parts)
        return tuple(self._record([x], pieces, lambda *d: [np.concatenate(d, axis=-1)]))

    def slice(self, x: Value, axis: int, first: int, after: int | None) -> Value:
        array = _array(x)
        found = super().slice(array, axis, first, after)
        if found.dtype.kind == "i":  # symbols
            return found
        return self._one(x, found, lambda d: _put(array, places(axis, first, after), d))

    def flat(self, x: Value) -> Value:
        array = _array(x)
        return self._one(x, super().flat(array), lambda d: d.reshape(array.shape))

    def fold(self, x: Value, size: int) -> Value:
        array = _array(x)
        return self._one(x, super().fold(array, size), lambda d: d.reshape(array.shape))

    def new_axis(self, x: Value) -> Value:
        found = super().new_axis(_array(x))
        return found if found.dtype.kind == "i" else self._one(x, found, lambda d: d[:, 0])

    def repeat(self, x: Value, like: Value) -> Value:
        found = super().repeat(_array(x), _array(like))
        return self._one(x, found, lambda d: np.asarray(d.sum(axis=1)))

    def last(self, x: Value, lengths: Value) -> Value:
        array = _array(x)
        place = (np.arange(len(array)), lengths - 1)
        return self._one(x, super().last(array, lengths), lambda d: _put(array, place, d))

    def right_align(self, x: Value, lengths: Value) -> Value:
        array = _array(x)

        def back(d: Array) -> Array:
            from_BT = right_aligned(array, lengths)
            b, t = np.nonzero(from_BT >= 0)
            return _put(array, (b, from_BT[b, t]), d[b, t])

        return self._one(x, super().right_align(array, lengths), back)

    def halve(self, x: Value, lengths: Value) -> Values:
        array = _array(x)
        B, T, F = array.shape
        found, half = super().halve(array, lengths)
        return self._one(x, found, lambda d: d.reshape(B, T + T % 2, F)[:, :T]), half

    def zeros(self, like: Value) -> Value:
        return self.value(super().zeros(_array(like)))

    def spread(self, table: Weights, like: Value) -> Value:
        return self.value(super().spread(table, _array(like)))

    def place(self, x: Value, after: Value | None = None) -> Value:
        before = None if after is None else _array(after)
        return self._one(x, super().place(_array(x), before), lambda d: d)

    def age(self, x: Value, lengths: Value) -> Value:
        return self._one(x, super().age(_array(x), lengths), lambda d: d)

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
        kind, kernel, array = STATES[cell], CELLS[cell], _array(x)
        begun = kernel.initial_state(len(array), w) if state is None else kind(*_arrays(state))

        def turned(array: Array) -> Array:
            return reversed_steps(array, lengths) if reverse else array

        outputs, last, saved = unroll(kernel, turned(array), w, begun, lengths)
        outputs = turned(outputs)
        ran = TapedCell(cell, w, saved.steps, last, turned, reverse=reverse)
        self.layers[name] = ran

        def back(d_outputs: Array, *d_last: Array) -> Sequence[Array]:
            found = unroll_backward(
                kernel, turned(d_outputs), kind(*d_last), saved, w, weights=False
            )
            ran.d_states = found.d_states
            return [turned(found.d_x), *(() if state is None else found.d_initial_state)]

        made = self._record([x, *(state or ())], [outputs, *last], back)
        return made[0], kind(*made[1:])

    def step(self, name: str, cell: str, x: Value, state: Values, w: Weights) -> Values:
        kind, kernel = STATES[cell], CELLS[cell]
        after, saved = kernel.step(_array(x), kind(*_arrays(state)), w)

        def back(*d_after: Array) -> Sequence[Array]:
            d_x, d_before = kernel.carry_back(kind(*d_after), saved, w)
            return [d_x, *d_before]

        made: Values = kind(*self._record([x, *state], list(after), back))
        ran = self.layers.setdefault(name, TapedSteps(cell, w))
        assert isinstance(ran, TapedSteps)
        ran.add(made, saved)
        return made

    def project_memory(self, attention: str, memory: Value, lengths: Value, w: Weights) -> Value:
        kernel, array = ATTENTIONS[attention], _array(memory)
        keys = super().project_memory(attention, array, lengths, w)
        if keys is array:  # `dot` attention asks the memory itself
            return memory
        return self._one(
            memory, keys, lambda d: kernel.project_memory_backward(d, array, lengths, w)[0]
        )

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
        kernel = ATTENTIONS[attention]
        read = [query, memory, keys, *([] if before is None else [before])]
        context, weights, saved = kernel.attend(*_arrays(read), lengths, w)
        self.attention.setdefault(name, []).append(weights)

        def back(d_context: Array, d_weights: Array) -> Sequence[Array]:
            found: Sequence[Array]
            if before is not None:
                *found, _ = kernel.attend_backward(d_context, d_weights, saved, w)
            else:
                *found, _ = kernel.attend_backward(d_context, saved, w, d_weights=d_weights)
            return found

        made = self._record(read, [context, weights], back)
        return made[0], made[1]

    def reweigh(
        self, name: str, weights: Value, states: Value, given: Mapping[int, float]
    ) -> tuple[Value, Value]:
        """The context and the weights of the last look, some of them given by hand."""
        context, new, saved = attention_edit.reweigh(_array(weights), _array(states), given)
        self.attention[name][-1] = new
        made = self._record(
            [weights, states],
            [context, new],
            lambda d, d_new: attention_edit.reweigh_backward(d, d_new, saved),
        )
        return made[0], made[1]

    def look(self, name: str, query: Value, memory: Value, lengths: Value) -> Value:
        context, saved = scaled_dot.attend(_array(query), _array(memory), lengths)
        self.attention.setdefault(name, []).append(saved.weights_BTS)
        (made,) = self._record(
            [query, memory], [context], lambda d: scaled_dot.attend_backward(d, saved)
        )
        return made

    def pool(self, kind: str, x: Value, lengths: Value) -> Value:
        backs = {"mean": pooling.mean_backward, "max": pooling.maximum_backward}
        array = _array(x)
        y = super().pool(kind, array, lengths)
        return self._one(x, y, lambda d: backs[kind](d, array, lengths))

    def pool_attend(self, x: Value, lengths: Value, w: Weights) -> tuple[Value, Value]:
        y, weights, saved = pooling.attend(_array(x), lengths, w)
        self.attention["pool"] = [weights]
        made = self._one(x, y, lambda d: pooling.attend_backward(d, saved, w)[0])
        return made, self.value(weights)

    def encoder_layer(
        self, name: str, x: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        y, saved = transformer.encoder_layer(_array(x), w, num_heads=num_heads, lengths=lengths)
        return self._transformer(name, x, y, w, saved)

    def advance(
        self, name: str, x: Value, past: Values, w: Weights, *, context: int
    ) -> tuple[Value, Values]:
        array, cache = _array(x), KeyValue(*_arrays(past))
        if cache.key.shape[2]:
            raise TypeError("tape: `advance` has no gradient through a past")
        bias = nearness(array, cache, context)
        y, cache, saved = transformer.encoder_layer_advance(array, cache, w, bias)
        after = KeyValue(*map(self.value, kept_past(cache, context)))
        return self._transformer(name, x, y, w, saved), after

    def decoder_layer(
        self, name: str, x: Value, memory: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        y, saved = transformer.decoder_layer(
            _array(x), _array(memory), w, num_heads=num_heads, memory_lengths=lengths
        )
        self.attention[f"{name}/self"] = [saved.self_attention.attention.weights_BNTS]
        self.attention[f"{name}/cross"] = [saved.cross_attention.attention.weights_BNTS]
        (made,) = self._record(
            [x, memory], [y], lambda d: transformer.decoder_layer_backward(d, saved, w)[:2]
        )
        self.layers[name] = TapedUnits("transformer", made)
        return made

    def project_heads(self, memory: Value, lengths: Value, w: Weights, *, num_heads: int) -> Values:
        raise TypeError("tape: `project_heads` has no gradient; `decoder_layer` has")

    def decoder_step(
        self, name: str, x: Value, past: Values, source: Values, lengths: Value, w: Weights
    ) -> tuple[Value, Values]:
        raise TypeError("tape: `decoder_step` has no gradient; `decoder_layer` has")

    def _transformer(self, name: str, x: Value, y: Array, w: Weights, saved: Any) -> Value:
        self.attention[f"{name}/self"] = [saved.self_attention.attention.weights_BNTS]
        made = self._one(x, y, lambda d: transformer.encoder_layer_backward(d, saved, w)[0])
        self.layers[name] = TapedUnits("transformer", made)
        return made

    def _one(self, x: Value, y: Array, back: Callable[[Array], Array]) -> Value:
        """An operation from one value to another."""
        (made,) = self._record([x], [y], lambda d: [back(d)])
        return made

    def _record(self, given: Sequence[Value], made: Sequence[Array], back: Back) -> list[Recorded]:
        """Keep an operation; return its results as values."""
        values: list[Recorded] = [self.value(array) for array in made]
        self._records.append(([value.number for value in given], values, back))
        return values

    def _add(self, number: int, gradient: Array) -> None:
        before = self._gradients.get(number)
        self._gradients[number] = gradient if before is None else before + gradient


def _array(value: Value) -> Array:
    """A value's array; symbols are one already."""
    if isinstance(value, Recorded):
        return value.array
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return value
    raise TypeError(
        "tape: an array was made outside the operations, so that no gradient would go through it. "
        "Make it by an operation, or hand it in by `value` or `given`."
    )


def _arrays(values: Sequence[Value]) -> list[Array]:
    return [_array(value) for value in values]


def _put(like: Array, places: Any, d: Array) -> Array:
    """Zeros, but for a gradient at some places."""
    found = np.zeros_like(like)
    found[places] = d
    return found


def _log_softmax_backward(d: Array, y: Array) -> Array:
    """The gradient by the scores, of a confident answer too.

    d_v (1 - p_v) - p_v (the other d): 1 - p of the likeliest is the sum of the others' p, since
    close to 1 nothing is left of the difference in single precision.
    """
    p = np.exp(y)
    top = y.argmax(axis=-1, keepdims=True)
    others = p.copy()
    np.put_along_axis(others, top, 0.0, axis=-1)
    rest = 1.0 - p
    np.put_along_axis(rest, top, others.sum(axis=-1, keepdims=True), axis=-1)
    found: Array = d * rest - p * (d.sum(axis=-1, keepdims=True) - d)
    return found
