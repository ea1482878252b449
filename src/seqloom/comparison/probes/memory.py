"""The effective memory of a recurrent network on a probe: how far back its gradient reaches.

    loss       norm of dL/ds_t, L the loss of the first answer, s the whole state (of an LSTM h and
               c), by autograd through the cell step by step
    jacobian   largest singular value of dh_T/ds_t, T the step of the first answer

Each is divided by its value at the answer and averaged over examples; its memory is the number of
steps back at which it has fallen to 1 % for good (`inspection/memory.py`). Before training it says
from where anything could be learned; after it, what is still felt. Checked, against finite
differences, by `tests/comparison/probes/test_memory.py`.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...inspection.jacobian import jacobian_norms
from ...inspection.memory import effective_memory
from ...reference.gru import GRUWeights
from ...reference.lstm import LSTMWeights
from ...reference.rnn import RNNWeights
from ...shapes import Float, Int
from .contract import Examples, Probe, batch
from .loss import loss_of
from .networks import ProbeNetwork, ProbeRecurrent

EXAMPLES = 8  # whose gradients are averaged
JACOBIANS = 2  # of them, whose Jacobians are
_WEIGHTS: dict[str, Any] = {"rnn": RNNWeights, "lstm": LSTMWeights, "gru": GRUWeights}


def memory_of(network: ProbeNetwork, probe: Probe, length: int, seed: int) -> dict[str, int] | None:
    """Effective memory in steps, by `loss` and by `jacobian`.

    Args:
        network: The network as it is now; nothing of it is changed.
        probe: What it reads.
        length: How far what is needed is.
        seed: Of the examples.
    Returns:
        `None` for a network without recurrence.
    """
    if not isinstance(network, ProbeRecurrent):
        return None
    examples = batch(probe, length, EXAMPLES, seed=seed, stream="memory")
    by_loss, by_jacobian = loss_norms(network, probe, examples), state_norms(network, examples)
    return {
        "loss": effective_memory(by_loss).steps,
        "jacobian": effective_memory(by_jacobian).steps,
    }


def loss_norms(
    network: ProbeRecurrent, probe: Probe, examples: Examples
) -> Float[np.ndarray, " D"]:
    """Mean norm of dL/ds_t as a share of that at the answer; the answer's own step is the last."""
    states, _ = _walk(network, examples)
    lengths = torch.from_numpy(examples.lengths)
    said = network.answer(torch.stack([state[0] for state in states], dim=1), lengths)
    loss = loss_of(probe, said[:, :1], torch.from_numpy(examples.targets[:, :1])).sum()
    flat = [field for state in states for field in state]
    found = torch.autograd.grad(loss, flat, allow_unused=True)
    squares = [torch.zeros(len(lengths)) if g is None else (g**2).sum(dim=1) for g in found]
    fields = len(states[0])
    norms_BT = torch.stack(squares, dim=1).view(len(lengths), -1, fields).sum(dim=2).sqrt()
    return _shares(norms_BT.double().numpy(), _answered(network, examples.lengths))


def state_norms(network: ProbeRecurrent, examples: Examples) -> Float[np.ndarray, " D"]:
    """Mean largest singular value of dh_T/ds_t; it is 1 at the answer's own step, the last."""
    with torch.no_grad():
        states, gates = _walk(network, examples)
    weights = _WEIGHTS[network.kind](*(w.detach().numpy() for w in network.weights()))
    arrays = {
        name: torch.stack([step[k] for step in steps], dim=1).numpy()
        for steps in (gates, states)
        for k, name in enumerate(steps[0]._fields)
    }
    ends = _answered(network, examples.lengths)[:JACOBIANS]
    rows = []
    for b, end in enumerate(ends):
        own = {name: array[b, : end + 1] for name, array in arrays.items()}
        norms = jacobian_norms(network.kind, weights, own).values["state"]
        rows.append(norms[end - ends.min() :])
    return np.asarray(np.mean(rows, axis=0))


def _walk(network: ProbeRecurrent, examples: Examples) -> tuple[list[Any], list[Any]]:
    """States and gates of every step.

    Copies go on, so that the gradient of c_t does not pass through h_t, the other half of its
    state, as `reference.unroll_backward` has it.
    """
    cell = network.cell()
    projected_BTG: Tensor = cell.project(network.read(torch.from_numpy(examples.inputs)))
    state = cell.initial_state(len(examples.lengths))
    states, gates = [], []
    for projected_BG in projected_BTG.unbind(1):
        gates.append(cell.gates(projected_BG, state))
        new = cell.combine(gates[-1], state)
        state = type(new)(*(field.clone() for field in new))
        states.append(state)
    return states, gates


def _answered(network: ProbeNetwork, lengths: Int[np.ndarray, " B"]) -> Int[np.ndarray, " B"]:
    """The step of each example's first answer."""
    return lengths - network.num_answers


def _shares(norms_BT: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Cut so that answers stand below each other, each row divided by its last, and averaged."""
    rows = [norms[end - ends.min() : end + 1] for norms, end in zip(norms_BT, ends, strict=True)]
    felt = [row / row[-1] for row in rows if row[-1] > 0]
    return np.asarray(np.mean(felt, axis=0)) if felt else np.zeros(len(rows[0]))
