"""The operations: a network's equations are written in these and in nothing else.

An engine implements `Ops`. `runtime/numpy_ops.py` computes with the functions of `reference/`, a
tape computes and also plays backward, `record.py` writes the calls down as a program. A network
passes values from one operation to the next and never looks inside them.

Every operation is a fixed function of its arguments: no control flow, no broadcasting beyond the
shapes that are stated, no state. `name` is what a trace calls a layer and changes no number.
Letters are those of `shapes.py`; P counts the steps of a past. A gradient is by values, never by
weights. Positions from `lengths` on are padding, which no result depends on. A new operation needs
a function in every engine, a gradient or the word that it has none, and a higher `program.VERSION`.

Checked with the networks, against torch; gradients by `tests/inspection/tracing/test_tape.py`.
"""

from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from ..reference import attention, attention_location, attention_luong, gru, lstm, rnn

Array = Any  # of an engine: NumPy's, or none
# an engine's: arrays, a tape's values, placeholders in a program
Value = Annotated[Any, "value"]
Values = Annotated[Any, "values"]  # a tuple of them
Weights = Annotated[Any, "weights"]  # one weight, or a NamedTuple of weights of `reference/`
Module = Any  # of `reference/`, or a class there

CellKind = Literal["rnn", "lstm", "gru"]
AttentionKind = Literal["additive", "general", "dot", "location"]
PoolKind = Literal["mean", "max"]

CELLS: dict[str, Module] = {"rnn": rnn, "lstm": lstm, "gru": gru}
STATES: dict[str, Module] = {"rnn": rnn.RNNState, "lstm": lstm.LSTMState, "gru": gru.GRUState}
ATTENTIONS: dict[str, Module] = {
    "additive": attention,
    "general": attention_luong,
    "dot": attention_luong,
    "location": attention_location,
}


@runtime_checkable
class Ops(Protocol):
    """What an engine can do."""

    # -- the border: no program has these two ------------------------------------------------------

    def value(self, array: Array) -> Value:
        """An array of numbers from outside, as a value; symbols and lengths need none of this."""

    def numbers(self, value: Value) -> Array:
        """A value as an array."""

    # -- what a trace is told: both return x -------------------------------------------------------

    def given(self, name: str, x: Value) -> Value:
        """An input that is numbers, `name` its axis. A tape takes an array, else a value."""

    def kept(self, name: str, x: Value) -> Value:
        """Units of a layer without memory, so that a trace has them."""

    # -- from and to the size of a vector ----------------------------------------------------------

    def embed(self, name: str, table: Weights, symbols: Value) -> Value:
        """A row of the table `(V, E)` for each symbol: `(...)` to `(..., E)`.

        `name` is the axis that the symbols are on. Gradient: by the rows, for a trace.
        """

    def linear(self, x: Value, w: Weights) -> Value:
        """`x W^T + b`: `(..., I)` to `(..., O)`. Gradient: `d W`."""

    def project(self, x: Value, weight: Weights) -> Value:
        """`x W^T`: `(..., I)` to `(..., O)`. Gradient: `d W`."""

    def norm(self, x: Value, w: Weights) -> Value:
        """Layer normalisation of `(..., D)`, `reference/layer_norm.py`. Gradient: as there."""

    # -- number by number --------------------------------------------------------------------------

    def scale(self, x: Value, factor: float) -> Value:
        """`factor x`, the factor rounded to x's type. Gradient: `factor d`."""

    def affine(self, x: Value, scale: Value, shift: Value) -> Value:
        """`scale x + shift`, three values of one shape. Gradient: by x alone, `scale d`."""

    def add(self, x: Value, y: Value) -> Value:
        """`x + y`, of one shape. Gradient: d and d."""

    def tanh(self, x: Value) -> Value:
        """Gradient: `d (1 - y^2)`."""

    def relu(self, x: Value) -> Value:
        """`max(x, 0)`. Gradient: d where x is positive, else 0."""

    def log_softmax(self, x: Value) -> Value:
        """Log-probabilities along the last axis, in nats. Gradient: `d - p sum(d)`."""

    # -- numbers in other places: a gradient goes back to where each came from ---------------------

    def join(self, *parts: Value, axis: int = -1) -> Value:
        """Values (or symbols) side by side on the last axis (-1) or along time (1)."""

    def split(self, x: Value, parts: int) -> Values:
        """Equal parts of the last axis, a tuple of so many."""

    def slice(self, x: Value, axis: int, first: int, after: int | None) -> Value:
        """Places `first` to before `after` of an axis, as Python counts: negative from the end.

        `after` is the end if `None`; places beyond an end are left out. Also of symbols.
        """

    def flat(self, x: Value) -> Value:
        """Steps side by side: `(B, T, F)` to `(B, T F)`."""

    def fold(self, x: Value, size: int) -> Value:
        """The way back: `(B, T F)` to `(B, T, F)`, with F = `size`."""

    def new_axis(self, x: Value) -> Value:
        """As one step: `(B)` to `(B, 1)`, `(B, F)` to `(B, 1, F)`. Also of symbols."""

    def repeat(self, x: Value, like: Value) -> Value:
        """The same at each step of `like` `(B, T, ...)`: `(B, F)` to `(B, T, F)`."""

    def last(self, x: Value, lengths: Value) -> Value:
        """The last real step, of lengths from 1: `(B, T, F)` to `(B, F)`."""

    def right_align(self, x: Value, lengths: Value) -> Value:
        """`(B, T, F)` with each sequence's real steps at the end, zeros before them."""

    def halve(self, x: Value, lengths: Value) -> Values:
        """Neighbours side by side: `(B, T, F)` to `(B, ceil(T / 2), 2 F)`, and half the lengths.

        An odd end is filled with zeros; lengths are rounded up.
        """

    def longer(self, lengths: Value, by: int) -> Value:
        """Lengths, each greater by a number."""

    # -- numbers that no value brought -------------------------------------------------------------

    def zeros(self, like: Value) -> Value:
        """A zero for each step of `like`: `(B, T, ...)` to `(B, T)`. No gradient."""

    def spread(self, table: Weights, like: Value) -> Value:
        """The first T rows of a table for each sequence of `like` `(B, T, ...)`: `(B, T, F)`.

        No gradient.
        """

    def place(self, x: Value, after: Value | None = None) -> Value:
        """`(B, T, D)` plus sinusoids, `reference.transformer_parts.positions`. Gradient: d.

        The first step has the place P of `after` `(B, N, P, K)`, keys of steps before; 0 without.
        """

    def age(self, x: Value, lengths: Value) -> Value:
        """The same with the last real step at place 0, those before at 1, 2 ... Gradient: d."""

    # -- cells -------------------------------------------------------------------------------------

    def unroll(
        self,
        name: str,
        cell: CellKind,
        x: Value,
        w: Weights,
        *,
        state: Values | None = None,
        lengths: Value | None = None,
        reverse: bool = False,
    ) -> tuple[Value, Values]:
        """A cell over time, `reference/unroll.py`: outputs `(B, T, H)` and the last state.

        Outputs are zero on padding. The state is h, and c of an LSTM, `(B, H)` each: zeros before
        the first step if `None`; on return, after each sequence's last real step. With `reverse` a
        sequence is read from its last real step; outputs stand at the steps that they are of.
        Gradient: by x and the state.
        """

    def step(self, name: str, cell: CellKind, x: Value, state: Values, w: Weights) -> Values:
        """One step of a cell, `reference/CELL.py`: from `(B, I)` to the new state.

        Gradient: by x and the state.
        """

    # -- attention of a decoder --------------------------------------------------------------------

    def project_memory(
        self, attention: AttentionKind, memory: Value, lengths: Value, w: Weights
    ) -> Value:
        """The part of the scores that no step changes: `(B, S, M)` to `(B, S, A)`.

        With `general` A is H; with `dot` it is the memory itself.
        Equations and gradient: `reference/attention*.py`.
        """

    def attend(
        self,
        name: str,
        attention: AttentionKind,
        query: Value,
        memory: Value,
        keys: Value,
        lengths: Value,
        w: Weights,
        *,
        before: Value | None = None,
    ) -> tuple[Value, Value]:
        """Context `(B, M)` and weights `(B, S)` of a decoder's state `(B, H)`.

        `before` are the weights of the step before, which `location` alone reads. Equations and
        gradient by query, memory, keys and `before`: `reference/attention*.py`.
        """

    def look(self, name: str, query: Value, memory: Value, lengths: Value) -> Value:
        """Scaled dot-product attention without weights: `(B, T, H)` and `(B, S, H)` to `(B, T, H)`.

        Equations and gradient: `reference/scaled_dot.py`.
        """

    # -- a sequence as one vector ------------------------------------------------------------------

    def pool(self, kind: PoolKind, x: Value, lengths: Value) -> Value:
        """`(B, T, M)` to `(B, M)`, `reference/pooling.py`, gradient too."""

    def pool_attend(self, x: Value, lengths: Value, w: Weights) -> tuple[Value, Value]:
        """The vector `(B, M)` and the weight of each step `(B, T)`, `reference/pooling.py`.

        Gradient: from the vector only.
        """

    # -- layers of a Transformer, `reference/transformer.py`, gradients too ------------------------

    def encoder_layer(
        self, name: str, x: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        """One encoder layer: `(B, T, D)`, zero on padding."""

    def advance(
        self, name: str, x: Value, past: Values, w: Weights, *, context: int
    ) -> tuple[Value, Values]:
        """A causal encoder layer that sees `context` positions, with `recency` on its scores.

        `(B, T, D)`; `past` is key and value of the positions before, `(B, N, P, K)`, at most
        `context - 1` of them, here and on return. Gradient: by x, and only if P is 0.
        """

    def decoder_layer(
        self, name: str, x: Value, memory: Value, w: Weights, *, num_heads: int, lengths: Value
    ) -> Value:
        """One decoder layer over a whole target `(B, T, D)`; `lengths` are of the memory."""

    def project_heads(self, memory: Value, lengths: Value, w: Weights, *, num_heads: int) -> Values:
        """Key and value `(B, N, S, K)` of a memory `(B, S, D)`, for `decoder_step`. No gradient."""

    def decoder_step(
        self, name: str, x: Value, past: Values, source: Values, lengths: Value, w: Weights
    ) -> tuple[Value, Values]:
        """One step of a decoder layer: `(B, D)`. No gradient: `decoder_layer` has it.

        `past` is key and value of the steps before, `(B, N, P, K)`, and on return with this step;
        `source` comes from `project_heads`.
        """
