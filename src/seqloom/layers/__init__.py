"""The recurrent cells and attention in torch; the same step as `reference/`, trained anywhere."""

from .attention import AdditiveAttention, Attention, DotAttention, GeneralAttention, Memory
from .cell import Cell
from .gru import GRUCell, GRUState
from .lstm import LSTMCell, LSTMState
from .recurrent import CELLS, GRU, LSTM, RNN, LayerTrace
from .rnn import RNNCell, RNNState
from .unroll import Unrolled, unroll

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "RNN",
    "AdditiveAttention",
    "Attention",
    "Cell",
    "DotAttention",
    "GRUCell",
    "GRUState",
    "GeneralAttention",
    "LSTMCell",
    "LSTMState",
    "LayerTrace",
    "Memory",
    "RNNCell",
    "RNNState",
    "Unrolled",
    "unroll",
]
