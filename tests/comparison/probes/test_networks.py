"""The networks of the probes: against torch.nn, and that padding and company change nothing."""

import pytest
import torch

from seqloom.comparison.probes import PROBES
from seqloom.comparison.probes.contract import batch
from seqloom.comparison.probes.networks import ARCHITECTURES, build


def a_batch(name, length=14, size=7):
    found = batch(PROBES[name], length, size, seed=5, stream="train", shorter=name != "negation")
    return torch.from_numpy(found.inputs), torch.from_numpy(found.lengths)


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_answer_depends_on_nothing_but_its_example(architecture, name):
    inputs, lengths = a_batch(name)
    network = build(architecture, PROBES[name], length=14, hidden_size=8)
    together = network(inputs, lengths)
    probe = PROBES[name]
    assert together.shape == (7, probe.num_answers, probe.num_classes or 1)
    assert len(set(lengths.tolist())) > 1
    filled = inputs.clone()
    filled[torch.arange(inputs.shape[1]) >= lengths[:, None]] = 1
    torch.testing.assert_close(network(filled, lengths), together)
    for row, (x, n) in enumerate(zip(inputs, lengths, strict=True)):
        alone = network(x[None, :n], n[None])
        torch.testing.assert_close(alone[0], together[row], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_step_reaches_the_answer(architecture, name):
    inputs, lengths = a_batch(name, size=3)
    network = build(architecture, PROBES[name], length=14, hidden_size=8)
    read = network.read(inputs).detach().requires_grad_()
    network.embedding, network.read = None, lambda _: read
    network(inputs, lengths).square().sum().backward()
    felt = read.grad.abs().sum(dim=2) > 0
    real = torch.arange(inputs.shape[1]) < lengths[:, None]
    assert (felt == real).all()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_recurrent_is_torchs_layer_read_at_the_last_step(kind):
    inputs, lengths = a_batch("recall")
    network = build(kind, PROBES["recall"], length=14, hidden_size=9)
    layer = getattr(torch.nn, kind.upper())(32, 9, batch_first=True)
    layer.load_state_dict(network.layer.state_dict())
    states = layer(network.embedding(inputs))[0]
    last = states[torch.arange(7), lengths - 1]
    torch.testing.assert_close(network(inputs, lengths)[:, 0], network.head(last))


def test_attention_reads_the_mean_of_states_by_its_weights():
    inputs, lengths = a_batch("recall")
    network = build("attention", PROBES["recall"], length=14, hidden_size=9)
    for x, n in zip(inputs, lengths, strict=True):
        states = network.layer(network.embedding(x[None, :n]))[0][0]
        a = network.attention
        scores = (states @ a.weight_memory.T + states[-1] @ a.weight_query.T + a.bias).tanh()
        context = (scores @ a.weight_score).softmax(dim=0) @ states
        expected = network.head(torch.cat([states[-1], context]))
        torch.testing.assert_close(network(x[None, :n], n[None])[0, 0], expected)


def test_weights_begin_as_torchs_but_for_the_forget_gate():
    torch.manual_seed(4)
    network = build("lstm", PROBES["adding"], length=14, hidden_size=9)
    torch.manual_seed(4)
    plain = torch.nn.LSTM(2, 9)
    for name, weight in network.layer.named_parameters():
        more = torch.zeros_like(weight)
        if name == "bias_ih_l0":
            more[9:18] = 1.0
        torch.testing.assert_close(weight, getattr(plain, name) + more)


def test_sizes():
    """Weights counted by hand, H = 64, recall at length 20."""
    expected = {
        "fully-connected": 320 + 21 * 32 * 64 + 64 + 650,
        "rnn": 320 + 64 * (32 + 64 + 2) + 650,
        "lstm": 320 + 4 * 64 * (32 + 64 + 2) + 650,
        "gru": 320 + 3 * 64 * (32 + 64 + 2) + 650,
        "attention": 320 + 3 * 64 * (32 + 64 + 2) + 2 * 64 * 64 + 128 + 1290,
        "transformer": 320
        + (33 * 64)
        + 2 * (4 * 64 * 64 + 4 * 64 + 2 * 64 * 128 + 128 + 64 + 4 * 64)
        + (2 * 64 + 650),
    }
    for architecture, count in expected.items():
        network = build(architecture, PROBES["recall"], length=20, hidden_size=64)
        assert sum(w.numel() for w in network.parameters()) == count, architecture
