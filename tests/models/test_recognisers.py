"""Recognisers: the laws of the torch networks, and their NumPy twins."""

import numpy as np
import pytest
import torch

from seqloom.config.transcribe import CTCConfig, ListenConfig
from seqloom.models import TorchStepper
from seqloom.models.ctc import CTCRecogniser
from seqloom.models.listener import Listener, halve
from seqloom.networks import network_of
from seqloom.runtime.numpy_ops import PLAIN

B, T, F, V = 5, 9, 6, 8
LENGTHS = torch.tensor([9, 1, 4, 6, 7])
REAL = torch.arange(T) < LENGTHS[:, None]
LISTEN = {"hidden_size": 4, "embedding_size": 3, "attention_size": 5, "filters": 2}
CONFIGS = {
    **{
        f"ctc {cell}, {'both ways' if both else 'one way'}": CTCConfig(
            cell=cell, hidden_size=5, layers=2, bidirectional=both
        )
        for cell in ("rnn", "lstm", "gru")
        for both in (True, False)
    },
    **{
        f"las {cell}, {layers} pyramid layers": ListenConfig(
            cell=cell, pyramid_layers=layers, filter_reach=2, **LISTEN
        )
        for cell, layers in (("rnn", 0), ("lstm", 2), ("gru", 1))
    },
}
LAS = [name for name in CONFIGS if name.startswith("las")]
CTC = [name for name in CONFIGS if name.startswith("ctc")]


def torch_of(name):
    config = CONFIGS[name]
    network = (CTCRecogniser if name in CTC else Listener)(config, F, V).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(3.0).add_(torch.randn_like(weight), alpha=0.1)
    return network


def twin_of(name, network):
    tensors = {n: w.detach().float().numpy() for n, w in network.named_parameters()}
    return network_of("transcribe", CONFIGS[name], {"F": F, "V": V}).bound(tensors, PLAIN)


def features():
    return torch.where(REAL[:, :, None], torch.randn(B, T, F), 0.0)


@pytest.mark.parametrize("name", CTC)
def test_ctc_alone_is_ctc_in_a_batch(name):
    network, x = torch_of(name), features()
    together = network(x, LENGTHS)
    noisy = network(torch.where(REAL[:, :, None], x, 7.0), LENGTHS)
    torch.testing.assert_close(together.exp().sum(-1), torch.ones(B, T))
    for b, n in enumerate(LENGTHS):
        alone = network(x[b : b + 1, :n], LENGTHS[b : b + 1])
        torch.testing.assert_close(together[b, :n], alone[0])
        torch.testing.assert_close(noisy[b, :n], alone[0])


@pytest.mark.parametrize("name", [n for n in CTC if "one way" in n])
def test_one_way_does_not_hear_the_future(name):
    network, x = torch_of(name), features()
    changed = x.clone()
    changed[0, 5:] += 1.0
    before, after = network(x, LENGTHS)[0], network(changed, LENGTHS)[0]
    torch.testing.assert_close(before[:5], after[:5], rtol=0, atol=0)
    assert (before[5:] != after[5:]).any()


@pytest.mark.parametrize("name", CTC)
def test_numpy_ctc_is_torch_ctc(name):
    network, x = torch_of(name).float(), features().float()
    want = network(x, LENGTHS).detach().numpy()
    got = twin_of(name, network).forward(x.numpy(), LENGTHS.numpy())
    assert got.dtype == np.float32
    for b, n in enumerate(LENGTHS):
        np.testing.assert_allclose(got[b, :n], want[b, :n], atol=1e-4)


@pytest.mark.parametrize("name", [n for n in CTC if "one way" in n])
def test_numpy_ctc_in_pieces_is_ctc_of_the_whole(name):
    network, x = torch_of(name).float(), features().float().numpy()[0]
    twin = twin_of(name, network)
    whole = twin.forward(x[None], np.array([T]))[0]
    state, pieces = twin.initial_state(1), []
    for piece in np.split(x, [0, 2, 3, 7]):
        log_probs, state = twin.read(piece[None], np.array([len(piece)]), state)
        pieces.append(log_probs[0])
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)


@pytest.mark.parametrize("name", LAS)
def test_steps_are_the_forward_pass(name):
    network, x = torch_of(name), features()
    target = torch.randint(0, V, (B, 4))
    want = network(x, LENGTHS, target)
    memory = network.encode(x, LENGTHS)
    state, got = network.initial_state(memory), []
    for t in range(4):
        logits, state = network.step(target[:, t], state, memory)
        got.append(logits)
    torch.testing.assert_close(torch.stack(got, 1), want)


@pytest.mark.parametrize("name", LAS)
def test_a_listener_alone_is_one_in_a_batch(name):
    network, x = torch_of(name), features()
    target = torch.randint(0, V, (B, 4))
    together = network(torch.where(REAL[:, :, None], x, 5.0), LENGTHS, target)
    for b, n in enumerate(LENGTHS):
        one = slice(b, b + 1)
        alone = network(x[one, :n], LENGTHS[one], target[one])
        torch.testing.assert_close(together[one], alone)


@pytest.mark.parametrize("name", LAS)
def test_where_it_looked_last_matters(name):
    network, x = torch_of(name), features()
    memory = network.encode(x, LENGTHS)
    state = network.initial_state(memory)
    symbols = torch.zeros(B, dtype=torch.int64)
    moved = state._replace(weights=torch.flip(torch.eye(B, state.weights.shape[1]), [0]))
    same, other = (network.step(symbols, s, memory)[0] for s in (state, moved))
    assert (same != other).any()


@pytest.mark.parametrize("name", LAS)
def test_numpy_listener_is_torch_listener(name):
    network, x = torch_of(name).float(), features().float().numpy()
    twin, stepper = twin_of(name, network), TorchStepper(network)
    lengths = LENGTHS.numpy()
    ours, theirs = twin.start(x, lengths), stepper.start(x, lengths)
    state, torch_state = ours[0], theirs[0]
    for symbols in ([1] * B, [4, 7, 5, 6, 4], [6, 3, 7, 2, 5]):
        got, state = twin.step(np.array(symbols), state, ours[1])
        want, torch_state = stepper.step(np.array(symbols), torch_state, theirs[1])
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, atol=1e-4)
        np.testing.assert_allclose(state.weights, torch_state.weights.numpy(), atol=1e-5)


def test_halving_time():
    x = torch.arange(10.0).reshape(1, 5, 2)
    halved, lengths = halve(x, torch.tensor([5]))
    assert lengths.tolist() == [3]
    assert halved[0].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 0]]
    assert halve(x[:, :4], torch.tensor([3]))[1].tolist() == [2]
