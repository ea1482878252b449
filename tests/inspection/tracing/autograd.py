"""The oracle of traces: torch autograd in float64, with every state a tensor of its own."""

from typing import Any

import numpy as np
import torch

from seqloom.layers import recurrent
from seqloom.layers.gru import GRUCell
from seqloom.layers.lstm import LSTMCell
from seqloom.layers.rnn import RNNCell
from seqloom.layers.transformer import DecoderLayer, EncoderLayer


def doubled(network: Any) -> Any:
    """A network of the runtime with its weights in float64."""
    for name, value in vars(network).items():
        setattr(network, name, as_double(value))
    return network


def as_double(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return value.astype(np.float64)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(as_double, value))
    if isinstance(value, list | tuple):
        return type(value)(map(as_double, value))
    return value


class Watched:
    """States of a torch network while it runs step by step.

    A state that a step gives is copied before the next step gets it, so that the gradient by the
    copy is by the state alone: for an LSTM, that of c is not also through h.

    Attributes:
        cells: For each cell, in the order of running, its states as they came.
        layers: Outputs of Transformer layers, in the order of running.
    """

    def __init__(self, monkeypatch: Any, network: Any) -> None:
        self.cells: dict[int, list[Any]] = {}
        self.layers: list[Any] = []
        monkeypatch.setenv("SEQLOOM_KERNELS", "torch")
        monkeypatch.setattr(recurrent, "_TORCHS", ())  # no fused operators: cells, step by step
        for kind in (RNNCell, LSTMCell, GRUCell):
            monkeypatch.setattr(kind, "combine", self._watched(kind.combine))
        for module in network.modules():
            if isinstance(module, EncoderLayer | DecoderLayer):
                module.register_forward_hook(self._layer)
        advance = EncoderLayer.advance

        def advanced(layer: Any, *given: Any) -> Any:
            output = advance(layer, *given)
            self._layer(layer, given, output)
            return output

        monkeypatch.setattr(EncoderLayer, "advance", advanced)

    def _watched(self, combine: Any) -> Any:
        def wrapped(cell: Any, gates: Any, state: Any) -> Any:
            new = combine(cell, gates, state)
            new = type(new)(*(field.clone() for field in new))
            for field in new:
                field.retain_grad()
            self.cells.setdefault(cell.weight_hh.data_ptr(), []).append(new)
            return new

        return wrapped

    def _layer(self, module: Any, given: Any, output: Any) -> None:
        y = output[0] if isinstance(output, tuple) else output
        y.retain_grad()
        self.layers.append(y)

    def states(self, number: int, *, reverse: bool) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Of the cell that was the `number`th to run: by field, states and gradients `(T, H)`."""
        steps = list(self.cells.values())[number]
        steps = steps[::-1] if reverse else steps
        return {
            name: (
                np.stack([getattr(s, name)[0].detach().numpy() for s in steps]),
                np.stack([grad(getattr(s, name))[0] for s in steps]),
            )
            for name in steps[0]._fields
        }


def grad(x: torch.Tensor) -> np.ndarray:
    return np.zeros(tuple(x.shape)) if x.grad is None else x.grad.numpy()


def embedded(network: Any, name: str) -> list[torch.Tensor]:
    """What an embedding gives, its gradients kept; filled when the network runs."""
    found: list[torch.Tensor] = []

    def hook(module: Any, given: Any, output: Any) -> None:
        output.retain_grad()
        found.append(output)

    getattr(network, name).register_forward_hook(hook)
    return found
