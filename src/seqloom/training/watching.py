"""`seqloom.watch`: a trace of the recurrent layers of any torch module.

    with seqloom.watch(network) as seen:
        loss = criterion(network(x), y)
        loss.backward()
    trace = seen.trace(0)              # of the first sequence of the batch
    trace["gradient/lstm.0/h"]         # dL/dh_t for every step

It answers for torch.nn.RNN, LSTM and GRU what hooks alone cannot: states and gates of every layer,
direction and step, dL/dh_t through time, and the Jacobians dh_T/dh_t. Checked by
`tests/training/test_watching.py` against autograd.
"""

import dataclasses
from collections.abc import Sequence
from types import TracebackType

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from ..errors import ConfigError, RunError
from ..inspection.facts import Facts
from ..inspection.measures import measured
from ..inspection.trace import Layer, Named, Trace
from ..reference import gru, lstm, rnn
from ..reference.trees import build
from .capture import LayerCall, capture
from .replay import Replayed, Side, replay, state_gradients

Weights = rnn.RNNWeights | lstm.LSTMWeights | gru.GRUWeights

_WEIGHTS: dict[str, type[Weights]] = {
    "rnn": rnn.RNNWeights,
    "lstm": lstm.LSTMWeights,
    "gru": gru.GRUWeights,
}


class Watch:
    """What was seen while the block of a `with` ran."""

    def __init__(self, module: nn.Module) -> None:
        """
        Args:
            module: One with torch.nn.RNN, LSTM or GRU within, or seqloom.layers' own.
        """
        self.module = module
        self._calls: dict[str, LayerCall] = {}
        self._handles: list[RemovableHandle] = []

    def __enter__(self) -> "Watch":
        self._calls.clear()
        self._handles = capture(self.module, self._calls)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def trace(
        self, row: int = 0, *, labels: Sequence[str] | None = None, jacobians: bool = True
    ) -> Trace:
        """The trace of one sequence, by the last call of each layer within the block.

        Args:
            row: Its place in the batch.
            labels: A label for each of its steps, e.g. its words.
            jacobians: Also the norms of dh_T/ds_t, which cost most.
        Returns:
            A `Trace` of task `watch`. Layers are named after their modules: `encoder.0`, and
            `encoder.0.reverse` for its other direction. `gradient/*` is there if a loss went
            back within the block or after it; losses of several passes add up.
        Raises:
            ConfigError: No such row, or labels that do not fit.
            RunError: Nothing ran, or it ran with dropout between its layers.
        """
        if not self._calls:
            raise RunError(
                "watch: the module must run within the block, got no call of its recurrent "
                "layers. Call it there."
            )
        parts = [_Part(call, row) for call in self._calls.values()]
        T = parts[0].steps
        if labels is not None and len(labels) != T:
            raise ConfigError(
                f"watch: `labels` must have one for each of the {T} steps, got {len(labels)}."
            )
        for part in parts:
            part.axis = "source" if part.steps == T else f"{part.call.name}.step"
        trace = Trace(
            task="watch",
            kind=parts[0].call.kind,
            input=" ".join(labels) if labels else f"sequence {row}",
            output="",
            labels={"source": tuple(labels)} if labels else {},
            layers=tuple(layer for part in parts for layer in part.layers()),
            facts=_nonlinearities(parts),
            arrays={name: array for part in parts for name, array in part.arrays().items()},
        )
        weights = {name: w for part in parts for name, w in part.weights().items()}
        return _single(measured(trace, weights if jacobians else None))


def watch(module: nn.Module) -> Watch:
    """Watch the recurrent layers of a module while a block runs.

    Args:
        module: One with torch.nn.RNN, LSTM or GRU within, or seqloom.layers' own.
    Returns:
        A context manager; its `trace(row)` gives the trace of one sequence, then or later. The
        module's outputs and gradients are those that it has without it, to the bit.
    Raises:
        ConfigError: On entering: the module has no recurrent layers, or some with projections.
    """
    return Watch(module)


class _Part:
    """One module's call, replayed for one row."""

    def __init__(self, call: LayerCall, row: int) -> None:
        B = len(call.lengths)
        if not 0 <= row < B:
            raise ConfigError(
                f"watch: `row` must be from 0 to {B - 1}, the batch of `{call.name}`, got {row}."
            )
        self.call, self.row, self.axis = call, row, "source"
        self.steps = int(call.lengths[row])
        before = [
            [build(state, (field[row : row + 1] for field in state)) for state in sides]
            for sides in call.before
        ]
        self.ran = replay(call.cells, call.x[row : row + 1, : self.steps], before)
        _check(call, self.ran, call.output[row : row + 1, : self.steps])
        self.value = _value(call, self.ran, row)

    def sides(self) -> list[tuple[str, Side]]:
        """Each direction of each layer, with its name."""
        return [
            (f"{self.call.name}.{number}" + (".reverse" if side.reverse else ""), side)
            for number, sides in enumerate(self.ran.sides)
            for side in sides
        ]

    def layers(self) -> list[Layer]:
        return [
            Layer(
                name=name,
                kind=self.call.kind,
                steps=self.axis,
                size=side.cell.hidden_size,
                reverse=side.reverse,
            )
            for name, side in self.sides()
        ]

    def arrays(self) -> dict[str, Named]:
        """States, gates and gradients, as docs/trace.md has them."""
        found = {}
        for name, side in self.sides():
            dims, fields = (self.axis, f"{name}.unit"), side.cell.state_fields
            states = [dict(zip(fields, node, strict=True)) for node in side.nodes]
            for nodes in (states, [] if self.call.kind == "rnn" else side.gates):
                for field in nodes[0] if nodes else ():
                    values = torch.stack([node[field][0] for node in nodes])
                    found[f"states/{name}/{field}"] = Named(_numpy(values), dims)
            if not self.steps:
                none = self.call.x.new_zeros(0, side.cell.hidden_size)
                found[f"states/{name}/h"] = Named(_numpy(none), dims)
            if self.value is not None:
                gradients = state_gradients(self.value, side)
                for field, values in zip(fields, gradients, strict=True):
                    found[f"gradient/{name}/{field}"] = Named(_numpy(values[0]), dims)
        return found

    def weights(self) -> dict[str, Weights]:
        kind = _WEIGHTS[self.call.kind]
        return {
            name: kind(*(_numpy(getattr(side.cell, field)) for field in kind._fields))
            for name, side in self.sides()
        }


def _check(call: LayerCall, ran: Replayed, output: Tensor) -> None:
    """The replay must have done what the module did."""
    tolerance = 1e-8 if output.dtype == torch.float64 else 1e-3
    if torch.allclose(ran.output, output, rtol=tolerance, atol=tolerance, equal_nan=True):
        return
    if not bool(torch.isfinite(output).all()):
        raise RunError(
            f"watch: outputs of `{call.name}` must be numbers, got some that are not: its states "
            "explode. Lower the weights, or clip."
        )
    raise RunError(
        f"watch: `{call.name}` must give the same output again, got another: it drops units "
        "between its layers. Watch it after `eval()`, or with dropout=0."
    )


def _value(call: LayerCall, ran: Replayed, row: int) -> Tensor | None:
    """A number whose gradient by the states is the loss's; `None` if no loss went back."""
    if not call.sent_back or not ran.output.shape[1]:
        return None
    value = ran.output.new_zeros(())
    if "output" in call.sent_back:
        back = call.sent_back["output"][row : row + 1, : ran.output.shape[1]]
        value = value + (ran.output * back).sum()
    sides = [side for layer in ran.sides for side in layer]
    for n in range(len(sides[0].last)):
        if f"last {n}" in call.sent_back:
            back = call.sent_back[f"last {n}"][:, row]
            value = value + sum((side.last[n][0] * back[k]).sum() for k, side in enumerate(sides))
    return value


def _nonlinearities(parts: list[_Part]) -> Facts:
    other = {
        name: part.call.nonlinearity
        for part in parts
        for name, _ in part.sides()
        if part.call.nonlinearity != "tanh"
    }
    return {"nonlinearity": other} if other else {}


def _numpy(tensor: Tensor) -> np.ndarray:
    tensor = tensor.detach().cpu()
    if tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.float()
    return np.asarray(tensor.numpy())


def _single(trace: Trace) -> Trace:
    """All arrays in float32, as in every trace."""
    arrays = {
        name: Named(array.values.astype(np.float32), array.dims) for name, array in trace.items()
    }
    return dataclasses.replace(trace, arrays=arrays)
