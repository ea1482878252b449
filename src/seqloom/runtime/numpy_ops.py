"""The operations of `networks/ops.py` in NumPy: the reference engine.

Cells, attention and layers are the functions of `reference/`; nothing is kept for a way back, so an
hour of sound fits in memory. `Tape` computes the same and can be played backward.

Checked with the networks: the answers are torch's, and a `Tape` changes no bit of them.
"""

import functools
from typing import Any

import numpy as np

from ..networks.ops import ATTENTIONS, CELLS, STATES, Ops, Value, Values, Weights
from ..reference import layer_norm, linear, multi_head, pooling, scaled_dot, transformer, trees
from ..reference.functions import log_softmax, real_steps
from ..reference.multi_head import KeyValue
from ..reference.transformer_parts import positions, recency

Array = np.ndarray


class NumpyOps(Ops):
    """The operations as they are; `Ops` documents them."""

    def value(self, array: Any) -> Value:
        return array

    def numbers(self, value: Value) -> Any:
        return value

    def given(self, name: str, x: Value) -> Value:
        return x

    def kept(self, name: str, x: Value) -> Value:
        return x

    def embed(self, name: str, table: Weights, symbols: Value) -> Value:
        return table[symbols]

    def linear(self, x: Value, w: Weights) -> Value:
        return linear.forward(x, w)

    def project(self, x: Value, weight: Weights) -> Value:
        return x @ weight.T

    def norm(self, x: Value, w: Weights) -> Value:
        return layer_norm.forward(x, w)[0]

    def scale(self, x: Value, factor: float) -> Value:
        return x * factor

    def affine(self, x: Value, scale: Value, shift: Value) -> Value:
        return x * scale + shift

    def add(self, x: Value, y: Value) -> Value:
        return x + y

    def tanh(self, x: Value) -> Value:
        return np.tanh(x)

    def relu(self, x: Value) -> Value:
        return np.maximum(x, 0.0)

    def log_softmax(self, x: Value) -> Value:
        return log_softmax(x)

    def join(self, *parts: Value, axis: int = -1) -> Value:
        return np.concatenate(parts, axis=axis)

    def split(self, x: Value, parts: int) -> Values:
        return tuple(np.split(x, parts, axis=-1))

    def slice(self, x: Value, axis: int, first: int, after: int | None) -> Value:
        return x[places(axis, first, after)]

    def flat(self, x: Value) -> Value:
        return x.reshape(len(x), x.shape[1] * x.shape[2])

    def fold(self, x: Value, size: int) -> Value:
        return x.reshape(len(x), x.shape[1] // size, size)

    def new_axis(self, x: Value) -> Value:
        return x[:, None]

    def repeat(self, x: Value, like: Value) -> Value:
        return np.repeat(x[:, None], like.shape[1], axis=1)

    def last(self, x: Value, lengths: Value) -> Value:
        return x[np.arange(len(x)), lengths - 1]

    def right_align(self, x: Value, lengths: Value) -> Value:
        rows_B1, from_BT = np.arange(len(x))[:, None], right_aligned(x, lengths)
        moved = x[rows_B1, np.maximum(from_BT, 0)]
        return np.where((from_BT >= 0)[:, :, None], moved, 0.0).astype(x.dtype)

    def halve(self, x: Value, lengths: Value) -> Values:
        B, T, F = x.shape
        padded = np.pad(x, ((0, 0), (0, T % 2), (0, 0)))
        return padded.reshape(B, (T + 1) // 2, 2 * F), (lengths + 1) // 2

    def longer(self, lengths: Value, by: int) -> Value:
        return lengths + by

    def zeros(self, like: Value) -> Value:
        return np.zeros(like.shape[:2], like.dtype)

    def spread(self, table: Weights, like: Value) -> Value:
        return np.repeat(table[None, : like.shape[1]], len(like), axis=0)

    def place(self, x: Value, after: Value | None = None) -> Value:
        _, T, D = x.shape
        start = 0 if after is None else after.shape[2]
        return x + positions(T, D, start=start, dtype=x.dtype)

    def age(self, x: Value, lengths: Value) -> Value:
        _, T, D = x.shape
        ages_BT = np.maximum(lengths[:, None] - 1 - np.arange(T), 0)
        return x + positions(T, D, dtype=x.dtype)[ages_BT]

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
        begun = None if state is None else STATES[cell]._make(state)
        if reverse:
            outputs, last = _run(CELLS[cell], reversed_steps(x, lengths), w, begun, lengths)
            return reversed_steps(outputs, lengths), last
        return _run(CELLS[cell], x, w, begun, lengths)

    def step(self, name: str, cell: str, x: Value, state: Values, w: Weights) -> Values:
        return CELLS[cell].step(x, STATES[cell]._make(state), w)[0]

    def project_memory(self, attention: str, memory: Value, lengths: Value, w: Weights) -> Value:
        return ATTENTIONS[attention].project_memory(memory, w)

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
        seen = (memory, keys) if before is None else (memory, keys, before)
        context, weights, _ = ATTENTIONS[attention].attend(query, *seen, lengths, w)
        return context, weights

    def look(self, name: str, query: Value, memory: Value, lengths: Value) -> Value:
        return scaled_dot.attend(query, memory, lengths)[0]

    def pool(self, kind: str, x: Value, lengths: Value) -> Value:
        return {"mean": pooling.mean, "max": pooling.maximum}[kind](x, lengths)

    def pool_attend(self, x: Value, lengths: Value, w: Weights) -> tuple[Value, Value]:
        pooled, weights, _ = pooling.attend(x, lengths, w)
        return pooled, weights

    def encoder_layer(
        self, name: str, x: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        return transformer.encoder_layer(x, w, num_heads=num_heads, lengths=lengths)[0]

    def advance(
        self, name: str, x: Value, past: Values, w: Weights, *, context: int
    ) -> tuple[Value, Values]:
        cache = KeyValue(*past)
        y, cache, _ = transformer.encoder_layer_advance(x, cache, w, nearness(x, cache, context))
        return y, kept_past(cache, context)

    def decoder_layer(
        self, name: str, x: Value, memory: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        return transformer.decoder_layer(x, memory, w, num_heads=num_heads, memory_lengths=lengths)[
            0
        ]

    def project_heads(self, memory: Value, lengths: Value, w: Weights, *, num_heads: int) -> Values:
        real_BS = real_steps(lengths, *memory.shape[:2])
        return multi_head.project_memory(
            np.where(real_BS[:, :, None], memory, 0.0), w, num_heads=num_heads
        )

    def decoder_step(
        self, name: str, x: Value, past: Values, source: Values, lengths: Value, w: Weights
    ) -> tuple[Value, Values]:
        y, cache, _ = transformer.decoder_layer_step(
            x, KeyValue(*past), KeyValue(*source), w, memory_lengths=lengths
        )
        return y, cache


PLAIN = NumpyOps()


def places(axis: int, first: int, after: int | None) -> tuple[slice, ...]:
    """The index of `Ops.slice`."""
    return (*[slice(None)] * axis, slice(first, after))


def right_aligned(x: Array, lengths: Array) -> Array:
    """For each place of `Ops.right_align` the step that comes there, negative for none."""
    T = x.shape[1]
    steps: Array = np.arange(T) - (T - lengths)[:, None]
    return steps


def nearness(x: Array, past: KeyValue, context: int) -> Array:
    """What `Ops.advance` adds to its scores."""
    T, N, P = x.shape[1], past.key.shape[1], past.key.shape[2]
    return _recency(T, P + T, N, context, x.dtype)


@functools.lru_cache(maxsize=1)  # every layer has the same
def _recency(T: int, S: int, N: int, context: int, dtype: Any) -> Array:
    return recency(T, S, N, context=context, dtype=dtype)


def kept_past(cache: KeyValue, context: int) -> KeyValue:
    """What positions to come can see of a cache."""
    first = max(0, cache.key.shape[2] - context + 1)
    return KeyValue(*(part[:, :, first:] for part in cache))


def reversed_steps(x_BSI: Array, lengths: Array | None) -> Array:
    """Each sequence back to front, its padding left where it is."""
    if lengths is None or (lengths == x_BSI.shape[1]).all():
        return np.ascontiguousarray(x_BSI[:, ::-1])
    steps, ends = np.arange(x_BSI.shape[1]), lengths[:, None]
    order_BS = np.where(steps < ends, ends - 1 - steps, steps)
    return np.take_along_axis(x_BSI, order_BS[:, :, None], axis=1)


def _run(cell: Any, x_BTI: Array, w: Any, state: Any, lengths: Array | None) -> tuple[Array, Any]:
    """`reference.unroll` that keeps nothing for a way back."""
    B, T, _ = x_BTI.shape
    state = cell.initial_state(B, w) if state is None else state
    real_BT = real_steps(lengths, B, T)
    whole_T: Array = np.asarray(real_BT.all(axis=0))
    outputs_BTH = np.zeros((B, T, w.weight_hh.shape[1]), state[0].dtype)
    for t in range(T):
        new, _ = cell.step(x_BTI[:, t], state, w)
        if whole_T[t]:
            state = new
            outputs_BTH[:, t] = new[0]
        else:
            real_B1 = real_BT[:, t, None]
            state = trees.map_arrays(lambda a, b, real=real_B1: np.where(real, a, b), new, state)
            outputs_BTH[:, t] = np.where(real_B1, state[0], 0.0)
    return outputs_BTH, state
