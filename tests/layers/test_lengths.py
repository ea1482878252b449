"""`lengths` are whole numbers, however they are held, and nothing else is run in their place."""

import numpy as np
import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.layers import GRU, LSTM, RNN, GRUCell, unroll
from seqloom.layers.attention import AdditiveAttention
from seqloom.layers.pooling import AttentionPool, MaxPool, MeanPool
from seqloom.reference.functions import real_steps

X = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0))
RIGHT = torch.tensor([5, 0, 2])
TAKERS = {
    "RNN": RNN(4, 4, batch_first=True),
    "LSTM": LSTM(4, 4, batch_first=True, bidirectional=True),
    "GRU": GRU(4, 4, 2, batch_first=True),
    "unroll": GRUCell(4, 4),
    "AdditiveAttention": AdditiveAttention(4, 4, 3),
    "MeanPool": MeanPool(),
    "MaxPool": MaxPool(),
    "AttentionPool": AttentionPool(4, 3),
}


def take(name, lengths):
    taker = TAKERS[name]
    x = X.to(next(taker.parameters(), X).dtype)
    if name == "unroll":
        return unroll(taker, x, lengths=lengths).output
    if name == "AdditiveAttention":
        return taker(x[:, 0], taker.remember(x, lengths))[0]
    if "Pool" in name:
        return taker(x, lengths)[0]
    return taker(x, lengths=lengths)[0]


@pytest.mark.parametrize("name", TAKERS)
def test_whole_numbers_are_taken_however_they_are_held(name):
    want = take(name, RIGHT)
    for lengths in (
        [5, 0, 2],
        (5, 0, 2),
        [np.int64(5), 0, 2],
        np.array([5, 0, 2]),
        np.array([5, 0, 2], np.uint16),
        RIGHT.int(),
        RIGHT.to(torch.uint8),
    ):
        torch.testing.assert_close(take(name, lengths), want, rtol=0, atol=0)


# fmt: off
WRONG = [
    (torch.tensor([1.0, 0.5, 0.0]), "float"), (torch.tensor([5.0, 0.0, 2.0]).half(), "float16"),
    (torch.tensor([True, False, True]), "bool"), ([1.0, 0.0, 2.0], "float64"),
    ([True, 0, 2], "bool"), (np.array([5, 0, 2], np.float32), "float32"),
    (["5", "0", "2"], "<U1"), ([5, None, 2], "object"),
]
# fmt: on


@pytest.mark.parametrize("name", TAKERS)
def test_other_numbers_are_refused(name):
    for lengths, dtype in WRONG:
        with pytest.raises(
            ShapeError, match=rf"^{name}: `lengths` are {dtype}.*, not integers\. Pa"
        ):
            take(name, lengths)
    for lengths in ([5, 0], [6, 0, 2], [-1, 0, 2], [[5, 0, 2]], []):
        with pytest.raises(ShapeError, match=rf"^{name}: `lengths` must "):
            take(name, lengths)


def test_the_reference_refuses_them_too():
    with pytest.raises(ShapeError, match=r"^real_steps: `lengths` are float64, not integers"):
        real_steps(np.array([1.0, 0.5]), 2, 10)
    assert real_steps(np.array([2, 0], np.int32), 2, 3).tolist() == [[1, 1, 0], [0, 0, 0]]
