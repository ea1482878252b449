"""Dropout: laws of the mask, on both paths."""

import pytest
import torch

from seqloom import native
from seqloom.layers.dropout import Dropout, dropout


@pytest.fixture(autouse=True, params=["torch", "native"])
def kernels(request, monkeypatch):
    if request.param == "native" and not native.available():
        pytest.skip("the native core was not built")
    monkeypatch.setenv("SEQLOOM_KERNELS", request.param)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.75])
def test_a_share_is_zero_and_the_rest_is_scaled(share, dtype):
    torch.manual_seed(1)
    x = torch.rand(501, 400, dtype=dtype) + 1
    y = dropout(x, share, True)
    kept = y != 0
    error = (share * (1 - share) / x.numel()) ** 0.5
    assert abs(1 - kept.double().mean() - share) < 4 * error
    torch.testing.assert_close(y[kept], (x / (1 - share))[kept])
    # no row or column is dropped more often than chance allows
    for axis, others in ((0, 501), (1, 400)):
        spread = (share * (1 - share) / others) ** 0.5
        assert (kept.double().mean(axis) - (1 - share)).abs().max() < 5.5 * spread
    # neighbours are dropped independently of each other
    both = (~kept[:, 1:] & ~kept[:, :-1]).double().mean()
    assert abs(both - share**2) < 6 * error


def test_gradient_has_the_same_mask():
    x = torch.rand(37, 53, requires_grad=True)
    y = dropout(x, 0.4, True)
    (grad,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(grad, torch.where(y != 0, 1 / 0.6, 0.0).to(grad.dtype))


def test_every_call_draws_anew_and_a_seed_repeats_them():
    x = torch.ones(1000)
    torch.manual_seed(5)
    one, two = dropout(x, 0.5, True), dropout(x, 0.5, True)
    torch.manual_seed(5)
    again = dropout(x, 0.5, True)
    assert torch.equal(one, again)
    assert not torch.equal(one, two)
    alike = ((one != 0) == (two != 0)).double().mean()
    assert 0.4 < alike < 0.6


def test_threads_change_nothing():
    x, results = torch.ones(300, 700), []
    threads = torch.get_num_threads()
    for number in (1, 2):
        torch.set_num_threads(number)
        torch.manual_seed(5)
        results.append(dropout(x, 0.5, True))
    torch.set_num_threads(threads)
    assert torch.equal(*results)


def test_off():
    x = torch.rand(3, 4)
    assert dropout(x, 0.5, False) is x
    assert dropout(x, 0.0, True) is x
    assert Dropout(0.5).eval()(x) is x
    assert (dropout(x, 1.0, True) == 0).all()
    assert dropout(x[:0], 0.5, True).shape == (0, 4)
