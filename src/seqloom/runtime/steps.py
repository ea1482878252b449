"""The steps that networks are made of, as the networks of this room call them.

A network says its equations once, in calls of `ops`: with a `Steps` they are the functions of
`reference/` and nothing is kept; with a `Tape` (`tape.py`) each call also leaves what is needed to
go back. Names (`"encoder.0"`) say under what a trace has a layer.

Checked with the networks: the answers are torch's, and a `Tape` changes no bit of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..reference import attention_edit, layer_norm, linear, pooling, scaled_dot, trees
from ..reference.functions import log_softmax, real_steps
from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from ..reference.multi_head import KeyValue
from ..reference.pooling import PoolWeights
from ..reference.transformer import (
    DecoderLayerWeights,
    EncoderLayerWeights,
    decoder_layer,
    encoder_layer,
    encoder_layer_advance,
)

Array = np.ndarray
Move = Callable[[Array], Array]


class Steps:
    """The steps as they are."""

    def embed(self, name: str, table: Array, symbols: Array) -> Array:
        """A row of the table for each symbol; `name` is the axis that the symbols are on."""
        rows: Array = table[symbols]
        return rows

    def given(self, name: str, x: Array) -> Array:
        """An input that is numbers from the beginning."""
        return x

    def kept(self, name: str, x: Array) -> Array:
        """Units of a layer without memory, so that a trace has them."""
        return x

    def linear(self, x: Array, w: LinearWeights) -> Array:
        return linear.forward(x, w)

    def project(self, x: Array, weight: Array) -> Array:
        """A linear layer without a bias."""
        y: Array = x @ weight.T
        return y

    def affine(self, x: Array, scale: Any, shift: Any) -> Array:
        """`x scale + shift`, where both are constant."""
        y: Array = x * scale + shift
        return y

    def tanh(self, x: Array) -> Array:
        y: Array = np.tanh(x)
        return y

    def relu(self, x: Array) -> Array:
        y: Array = np.maximum(x, 0.0)
        return y

    def add(self, x: Array, y: Array) -> Array:
        """The sum of two arrays of one shape."""
        total: Array = x + y
        return total

    def join(self, *parts: Array, axis: int = -1) -> Array:
        """Arrays side by side on an axis."""
        joined: Array = np.concatenate(parts, axis=axis)
        return joined

    def split(self, x: Array, parts: int) -> list[Array]:
        """Equal parts of the last axis."""
        return np.split(x, parts, axis=-1)

    def move(self, x: Array, there: Move, back: Move) -> Array:
        """Numbers in other places: `there(x)`; `back` brings a gradient to where x was."""
        return there(x)

    def norm(self, x: Array, w: NormWeights) -> Array:
        return layer_norm.forward(x, w)[0]

    def log_softmax(self, x: Array) -> Array:
        return log_softmax(x)

    def unroll(
        self,
        name: str,
        cell: Any,
        x: Array,
        w: Any,
        *,
        state: Any = None,
        lengths: Array | None = None,
        reverse: bool = False,
    ) -> tuple[Array, Any]:
        """A cell over time: its outputs and the state after the last step it takes.

        Nothing is kept for a way back: an hour of sound fits in memory.
        """
        if reverse:
            outputs, last = _run(cell, reversed_steps(x, lengths), w, state, lengths)
            return reversed_steps(outputs, lengths), last
        return _run(cell, x, w, state, lengths)

    def step(self, name: str, cell: Any, x: Array, state: Any, w: Any) -> Any:
        """One step of a cell: its new state."""
        return cell.step(x, state, w)[0]

    def project_memory(self, attention: Any, memory: Array, lengths: Array, w: Any) -> Array:
        """A memory as the attention's scores want it."""
        keys: Array = attention.project_memory(memory, w)
        return keys

    def attend(
        self, name: str, attention: Any, query: Array, memory: tuple[Any, ...], w: Any
    ) -> tuple[Array, Array]:
        """A decoder's look at its source: the context and the weights.

        Args:
            name: Under which a trace has the weights.
            attention: A module of `reference/`.
            query: `(B, H)`.
            memory: What stands between query and weights in the module's `attend`: states and
                keys, the weights of the step before where it reads them, lengths.
            w: The attention's weights.
        """
        context, weights, _ = attention.attend(query, *memory, w)
        return context, weights

    def reweigh(
        self, name: str, weights: Array, states: Array, given: Mapping[int, float]
    ) -> tuple[Array, Array]:
        """The context and the weights, some of them given by hand."""
        context, weights, _ = attention_edit.reweigh(weights, states, given)
        return context, weights

    def look(self, name: str, query: Array, states: Array, lengths: Array) -> Array:
        """Scaled dot-product attention without weights of its own: the contexts."""
        return scaled_dot.attend(query, states, lengths)[0]

    def pool(
        self, name: str, x: Array, lengths: Array, w: PoolWeights | None
    ) -> tuple[Array, Array | None]:
        """Whole sequences as one vector each; with attention, the weight of each step."""
        if w is not None:
            pooled, weights, _ = pooling.attend(x, lengths, w)
            return pooled, weights
        return {"mean": pooling.mean, "max": pooling.maximum}[name](x, lengths), None

    def encoder_layer(
        self, name: str, x: Array, w: EncoderLayerWeights, *, num_heads: int, lengths: Array
    ) -> Array:
        return encoder_layer(x, w, num_heads=num_heads, lengths=lengths)[0]

    def advance(
        self, name: str, x: Array, past: KeyValue, w: EncoderLayerWeights, bias: Array
    ) -> tuple[Array, KeyValue]:
        """Steps of a language model's layer after those in `past`, and the past of the next."""
        y, cache, _ = encoder_layer_advance(x, past, w, bias)
        return y, cache

    def decoder_layer(
        self,
        name: str,
        x: Array,
        memory: Array,
        w: DecoderLayerWeights,
        *,
        num_heads: int,
        memory_lengths: Array,
    ) -> Array:
        return decoder_layer(x, memory, w, num_heads=num_heads, memory_lengths=memory_lengths)[0]


PLAIN = Steps()


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
