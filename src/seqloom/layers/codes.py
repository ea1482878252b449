"""Numbers by which the native core knows cells: `native/include/seqloom.h`."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from ..native.library import GRU, LSTM, RNN_RELU, RNN_TANH
from .cell import Cell
from .gru import GRUCell, GRUGates
from .lstm import LSTMCell, LSTMGates
from .rnn import RNNCell, RNNGates

_CELLS: dict[int, tuple[type[Cell], Any, dict[str, str]]] = {
    RNN_TANH: (RNNCell, RNNGates, {"nonlinearity": "tanh"}),
    RNN_RELU: (RNNCell, RNNGates, {"nonlinearity": "relu"}),
    GRU: (GRUCell, GRUGates, {}),
    LSTM: (LSTMCell, LSTMGates, {}),
}


def cell_code(cell_class: type[Cell], nonlinearity: str = "tanh") -> int | None:
    """The core's number for a class of cells; `None` for one that it does not know."""
    for code, (known, _, options) in _CELLS.items():
        if cell_class is known and options.get("nonlinearity", nonlinearity) == nonlinearity:
            return code
    return None


def cell_of(code: int, weights: Sequence[Tensor]) -> Cell:
    """A cell by its number, over weights that live elsewhere; see `Cell.of_weights`."""
    known, _, options = _CELLS[code]
    return known.of_weights(weights, **options)


def gates_of(code: int) -> Any:
    """The NamedTuple of a cell's gates."""
    return _CELLS[code][1]
