"""A network whose output is not a number ends with one error, whatever searches it."""

import numpy as np
import pytest

from seqloom.decoding.contract import check_finite, check_numbers, forbid
from seqloom.decoding.ctc import allowed
from seqloom.errors import DivergedError

MESSAGE = (
    "predict: the model's output must be finite numbers: its weights are too large for this "
    "input. Train it again, with a lower training.learning_rate."
)


def log_softmax(x):
    with np.errstate(invalid="ignore"):
        x = x - x.max(axis=-1, keepdims=True)
        return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("odd", [np.nan, np.inf])
@pytest.mark.parametrize("check", [check_numbers, forbid, allowed])
def test_logits_that_are_no_numbers(check, odd, place):
    logits = np.arange(10.0).reshape(2, 5)
    check(log_softmax(logits))
    logits[1, place] = -np.inf
    check(log_softmax(logits))  # impossible, but a number
    logits[1, place] = odd
    with pytest.raises(DivergedError) as caught:
        check(log_softmax(logits))
    assert str(caught.value) == MESSAGE


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_forecasts_are_finite_as_a_whole(odd):
    check_finite(np.array([1e308, -1.0]), np.zeros((2, 0)))
    with pytest.raises(DivergedError) as caught:
        check_finite(np.zeros(2), np.array([[0.0, odd], [0.0, 1.0]]))
    assert str(caught.value) == MESSAGE
