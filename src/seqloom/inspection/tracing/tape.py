"""A tape: the steps of a network as they were, to be played backward.

Each call of a step leaves three things: what went in, what came out, and how the gradient of the
one follows from the gradient of the other, which is a formula of `reference/`. Played backward,
the records give the gradient of everything that a loss came from. Weights are left out: nobody
here learns. Arrays are told apart by identity, so a network's equations read as without a tape; a
step that is done behind its back is a gap in every gradient before it.

Source: Speelpenning, "Compiling Fast Partial Derivatives of Functions Given by Algorithms", 1980.
Differs: records whole layers, not single operations.

Checked by `tests/inspection/tracing/test_tape.py`: torch autograd in float64, for every network of
every task.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...reference import attention_edit, attention_location, layer_norm, pooling, scaled_dot, trees
from ...reference.layer_norm import NormWeights
from ...reference.linear import LinearWeights
from ...reference.multi_head import KeyValue
from ...reference.pooling import PoolWeights
from ...reference.transformer import (
    DecoderLayerWeights,
    EncoderLayerWeights,
    decoder_layer,
    decoder_layer_backward,
    encoder_layer,
    encoder_layer_advance,
    encoder_layer_backward,
)
from ...reference.unroll import unroll, unroll_backward
from ...runtime.steps import Array, Move, Steps, reversed_steps
from .ran import Plain, Ran, Stepped, Unrolled

Back = Callable[..., Sequence[Array | None]]


class Tape(Steps):
    """The steps, each recorded.

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
        self.inputs: dict[str, Array] = {}
        self.layers: dict[str, Ran] = {}
        self.attention: dict[str, list[Array]] = {}
        self._records: list[tuple[Sequence[Array], Sequence[Array], Back]] = []
        self._gradients: dict[int, Array] = {}

    @np.errstate(over="ignore", invalid="ignore")  # a gradient that explodes is what some look for
    def backward(self, losses: Sequence[tuple[Array, Array]]) -> None:
        """Play the tape backward, once.

        Args:
            losses: Arrays that the loss is made of, and its gradient by each.
        """
        for array, gradient in losses:
            self._add(array, gradient)
        for given, made, back in reversed(self._records):
            found = [self._gradients.get(id(array)) for array in made]
            if all(d is None for d in found):
                continue
            whole = [np.zeros_like(a) if d is None else d for a, d in zip(made, found, strict=True)]
            for array, gradient_or_none in zip(given, back(*whole), strict=True):
                if gradient_or_none is not None:
                    self._add(array, gradient_or_none)

    def gradient(self, array: Array) -> Array:
        """Of the loss by an array that went through the tape; zeros if nothing came of it."""
        found = self._gradients.get(id(array))
        return np.zeros_like(array) if found is None else found

    def embed(self, name: str, table: Array, symbols: Array) -> Array:
        return self.given(name, super().embed(name, table, symbols))

    def given(self, name: str, x: Array) -> Array:
        if name == "source" and self.along is not None:
            x = x * self.along.reshape(-1, *[1] * (x.ndim - 1)).astype(x.dtype)
        self.inputs[name] = x
        return x

    def kept(self, name: str, x: Array) -> Array:
        self.layers[name] = Plain("fully-connected", x)
        return x

    def linear(self, x: Array, w: LinearWeights) -> Array:
        return self._one(x, super().linear(x, w), lambda d: d @ w.weight)

    def project(self, x: Array, weight: Array) -> Array:
        return self._one(x, super().project(x, weight), lambda d: d @ weight)

    def affine(self, x: Array, scale: Any, shift: Any) -> Array:
        return self._one(x, super().affine(x, scale, shift), lambda d: d * scale)

    def tanh(self, x: Array) -> Array:
        y = super().tanh(x)
        return self._one(x, y, lambda d: d * (1.0 - y * y))

    def relu(self, x: Array) -> Array:
        return self._one(x, super().relu(x), lambda d: d * (x > 0))

    def add(self, x: Array, y: Array) -> Array:
        total = super().add(x, y)
        self._record([x, y], [total], lambda d: [d, d])
        return total

    def join(self, *parts: Array, axis: int = -1) -> Array:
        joined = super().join(*parts, axis=axis)
        places = np.cumsum([part.shape[axis] for part in parts])[:-1]
        self._record(parts, [joined], lambda d: np.split(d, places, axis=axis))
        return joined

    def split(self, x: Array, parts: int) -> list[Array]:
        pieces = super().split(x, parts)
        self._record([x], pieces, lambda *d: [np.concatenate(d, axis=-1)])
        return pieces

    def move(self, x: Array, there: Move, back: Move) -> Array:
        return self._one(x, super().move(x, there, back), back)

    def norm(self, x: Array, w: NormWeights) -> Array:
        y, saved = layer_norm.forward(x, w)
        return self._one(x, y, lambda d: layer_norm.backward(d, saved, w)[0])

    def log_softmax(self, x: Array) -> Array:
        y = super().log_softmax(x)
        return self._one(x, y, lambda d: _log_softmax_backward(d, y))

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
        state = cell.initial_state(len(x), w) if state is None else state

        def turned(array: Array) -> Array:
            return reversed_steps(array, lengths) if reverse else array

        outputs, last, saved = unroll(cell, turned(x), w, state, lengths)
        outputs = turned(outputs)
        ran = Unrolled(cell, w, saved.steps, last, turned, reverse=reverse)
        self.layers[name] = ran

        def back(d_outputs: Array, *d_last: Array) -> Sequence[Array]:
            d_state = trees.build(last, d_last)
            found = unroll_backward(cell, turned(d_outputs), d_state, saved, w, weights=False)
            ran.d_states = found.d_states
            return [turned(found.d_x), *found.d_initial_state]

        self._record([x, *state], [outputs, *last], back)
        return outputs, last

    def step(self, name: str, cell: Any, x: Array, state: Any, w: Any) -> Any:
        after, saved = cell.step(x, state, w)
        ran = self.layers.setdefault(name, Stepped(cell, w))
        assert isinstance(ran, Stepped)
        ran.add(after, saved)

        def back(*d_after: Array) -> Sequence[Array]:
            d_x, d_before = cell.carry_back(trees.build(after, d_after), saved, w)
            return [d_x, *d_before]

        self._record([x, *state], list(after), back)
        return after

    def project_memory(self, attention: Any, memory: Array, lengths: Array, w: Any) -> Array:
        keys = super().project_memory(attention, memory, lengths, w)
        if keys is not memory:  # `dot` attention asks the memory itself
            self._one(
                memory, keys, lambda d: attention.project_memory_backward(d, memory, lengths, w)[0]
            )
        return keys

    def attend(
        self, name: str, attention: Any, query: Array, memory: tuple[Any, ...], w: Any
    ) -> tuple[Array, Array]:
        context, weights, saved = attention.attend(query, *memory, w)
        self.attention.setdefault(name, []).append(weights)

        def back(d_context: Array, d_weights: Array) -> Sequence[Array]:
            found: Sequence[Array]
            if attention is attention_location:
                *found, _ = attention.attend_backward(d_context, d_weights, saved, w)
            else:
                *found, _ = attention.attend_backward(d_context, saved, w, d_weights=d_weights)
            return found

        self._record([query, *memory[:-1]], [context, weights], back)
        return context, weights

    def reweigh(
        self, name: str, weights: Array, states: Array, given: Mapping[int, float]
    ) -> tuple[Array, Array]:
        context, new, saved = attention_edit.reweigh(weights, states, given)
        self.attention[name][-1] = new
        self._record(
            [weights, states],
            [context, new],
            lambda d, d_new: attention_edit.reweigh_backward(d, d_new, saved),
        )
        return context, new

    def look(self, name: str, query: Array, states: Array, lengths: Array) -> Array:
        context, saved = scaled_dot.attend(query, states, lengths)
        self.attention.setdefault(name, []).append(saved.weights_BTS)
        self._record([query, states], [context], lambda d: scaled_dot.attend_backward(d, saved))
        return context

    def pool(
        self, name: str, x: Array, lengths: Array, w: PoolWeights | None
    ) -> tuple[Array, Array | None]:
        if w is not None:
            y, weights, saved = pooling.attend(x, lengths, w)
            self.attention["pool"] = [weights]
            self._one(x, y, lambda d: pooling.attend_backward(d, saved, w)[0])
            return y, weights
        backs = {"mean": pooling.mean_backward, "max": pooling.maximum_backward}
        y, _ = super().pool(name, x, lengths, None)
        self._one(x, y, lambda d: backs[name](d, x, lengths))
        return y, None

    def encoder_layer(
        self, name: str, x: Array, w: EncoderLayerWeights, *, num_heads: int, lengths: Array
    ) -> Array:
        y, saved = encoder_layer(x, w, num_heads=num_heads, lengths=lengths)
        return self._transformer(name, x, y, w, saved)

    def advance(
        self, name: str, x: Array, past: KeyValue, w: EncoderLayerWeights, bias: Array
    ) -> tuple[Array, KeyValue]:
        assert past.key.shape[2] == 0, "no way back through the past"
        y, cache, saved = encoder_layer_advance(x, past, w, bias)
        return self._transformer(name, x, y, w, saved), cache

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
        y, saved = decoder_layer(x, memory, w, num_heads=num_heads, memory_lengths=memory_lengths)
        self.layers[name] = Plain("transformer", y)
        self.attention[f"{name}/self"] = [saved.self_attention.attention.weights_BNTS]
        self.attention[f"{name}/cross"] = [saved.cross_attention.attention.weights_BNTS]
        self._record([x, memory], [y], lambda d: decoder_layer_backward(d, saved, w)[:2])
        return y

    def _transformer(
        self, name: str, x: Array, y: Array, w: EncoderLayerWeights, saved: Any
    ) -> Array:
        self.layers[name] = Plain("transformer", y)
        self.attention[f"{name}/self"] = [saved.self_attention.attention.weights_BNTS]
        return self._one(x, y, lambda d: encoder_layer_backward(d, saved, w)[0])

    def _one(self, x: Array, y: Array, back: Callable[[Array], Array]) -> Array:
        """A step from one array to another."""
        self._record([x], [y], lambda d: [back(d)])
        return y

    def _record(self, given: Sequence[Array], made: Sequence[Array], back: Back) -> None:
        """Keep a step; keeping its arrays is what makes their identity last."""
        assert not {id(a) for a in given} & {id(a) for a in made}, "a step must make new arrays"
        self._records.append((given, made, back))

    def _add(self, array: Array, gradient: Array) -> None:
        before = self._gradients.get(id(array))
        self._gradients[id(array)] = gradient if before is None else before + gradient


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
