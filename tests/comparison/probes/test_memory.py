"""How far a gradient reaches, against finite differences of the network cut in two."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from seqloom.comparison.probes import PROBES
from seqloom.comparison.probes.contract import batch
from seqloom.comparison.probes.loss import loss_of
from seqloom.comparison.probes.memory import loss_norms, memory_of, state_norms
from seqloom.comparison.probes.networks import build

STEP = 1e-6


def a_network(architecture, name, length=4, size=3):
    """In float64, with large weights, and examples."""
    network = build(architecture, PROBES[name], length=length, hidden_size=5).double()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(1.5)
    examples = batch(PROBES[name], length, size, seed=7, stream="memory")
    if not PROBES[name].num_symbols:
        examples = replace(examples, inputs=examples.inputs.astype(np.float64))
    return network, examples


def differences(network, probe, examples, row):
    """d(first answer's loss) and dh_T by every state, by cutting the layer at it: norms by step."""
    n = int(examples.lengths[row])
    inputs = torch.from_numpy(examples.inputs[row : row + 1, :n])
    target = torch.from_numpy(examples.targets[row : row + 1, :1])
    end = n - network.num_answers
    x = network.read(inputs)
    losses, jacobians = [], []
    for t in range(end + 1):
        head, state = network.layer(x[:, : t + 1])
        fields = list(state) if isinstance(state, tuple) else [state]

        def after(k, unit, by, t=t, head=head, fields=fields):
            moved = [field.clone() for field in fields]
            moved[k][0, 0, unit] += by
            outputs = head.clone()
            outputs[:, -1] = moved[0][0]
            if t < n - 1:
                hx = tuple(moved) if len(moved) > 1 else moved[0]
                outputs = torch.cat([outputs, network.layer(x[:, t + 1 :], hx)[0]], dim=1)
            said = network.answer(outputs, torch.tensor([n]))[:, :1]
            return loss_of(probe, said, target).sum(), outputs[0, end]

        columns = []
        for k in range(len(fields)):
            for unit in range(5):
                up, down = after(k, unit, STEP), after(k, unit, -STEP)
                columns.append([(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)])
        losses.append(float(torch.stack([loss for loss, _ in columns]).norm()))
        jacobians.append(float(torch.linalg.matrix_norm(torch.stack([h for _, h in columns]), 2)))
    return np.array(losses), np.array(jacobians)


@pytest.mark.parametrize("name", ["adding", "recall", "copy"])
@pytest.mark.parametrize("architecture", ["rnn", "lstm", "gru", "attention"])
def test_against_finite_differences(architecture, name):
    length = {"copy": 11}.get(name, 4)
    network, examples = a_network(architecture, name, length)
    with torch.no_grad():
        found = [differences(network, PROBES[name], examples, row) for row in range(3)]
    steps = min(len(loss) for loss, _ in found)
    by_loss = np.mean([loss[-steps:] / loss[-1] for loss, _ in found], axis=0)
    np.testing.assert_allclose(
        loss_norms(network, PROBES[name], examples), by_loss, rtol=1e-5, atol=1e-9
    )
    two = min(len(jacobian) for _, jacobian in found[:2])
    by_state = np.mean([jacobian[-two:] for _, jacobian in found[:2]], axis=0)
    np.testing.assert_allclose(
        state_norms(network, examples)[-two:], by_state, rtol=1e-5, atol=1e-9
    )


def test_memory_of_a_network_that_forgets_by_half():
    """h = h'/2, nearly: the gradient is below 1 % after seven steps (2^-7 = 0.8 %)."""
    network = build("rnn", PROBES["recall"], length=30, hidden_size=5)
    with torch.no_grad():
        network.layer.weight_hh_l0.copy_(0.5 * torch.eye(5))
        network.layer.weight_ih_l0.mul_(1e-3)
        network.layer.bias_ih_l0.zero_(), network.layer.bias_hh_l0.zero_()
    assert memory_of(network, PROBES["recall"], 30, 1) == {"loss": 7, "jacobian": 7}
    assert memory_of(network, PROBES["recall"], 4, 1) == {"loss": 4, "jacobian": 4}


@pytest.mark.parametrize("architecture", ["fully-connected", "transformer"])
def test_without_recurrence_there_is_none(architecture):
    network = build(architecture, PROBES["recall"], length=9, hidden_size=8)
    assert memory_of(network, PROBES["recall"], 9, 1) is None
