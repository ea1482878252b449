"""Cells, attention and Transformer layers in torch; as `reference/`, trained anywhere."""

from .attention import (
    AdditiveAttention,
    Attention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
    Memory,
)
from .cell import Cell
from .gru import GRUCell, GRUState
from .loops import Unrolled
from .lstm import LSTMCell, LSTMState
from .recurrent import CELLS, GRU, LSTM, RNN, LayerTrace
from .rnn import RNNCell, RNNState
from .transformer import DecoderLayer, EncoderLayer, KeyValues, MultiHeadAttention
from .unroll import unroll

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "RNN",
    "AdditiveAttention",
    "Attention",
    "Cell",
    "DecoderLayer",
    "DotAttention",
    "EncoderLayer",
    "GRUCell",
    "GRUState",
    "GeneralAttention",
    "KeyValues",
    "LSTMCell",
    "LSTMState",
    "LayerTrace",
    "LocationAttention",
    "Memory",
    "MultiHeadAttention",
    "RNNCell",
    "RNNState",
    "Unrolled",
    "unroll",
]
