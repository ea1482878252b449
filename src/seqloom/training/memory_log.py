"""How far back the recurrent layers remember while they are being trained: an event for the log.

Every `training.memory_every` steps a few sequences of the batch are read once more, without dropout
and without a trace in the run: weights, gradients, random numbers and carried states stay as they
were, so a run has the same bits with it and without. For each layer and direction, by distance d
from the last step the layer takes:

    norms   ||u' dh_T/ds_{T-d}|| / ||u'||      u a random vector for each sequence, so that the mean
                                               of the squares is ||dh_T/ds||_F^2 / H
    loss    ||[dL/dh_{T-d}, dL/dc_{T-d}]||     over that of d = 0

both as root mean squares over the sequences that are longer than d. The first says what the
recurrence itself carries, wherever the loss comes in. A random direction costs one backward pass;
`seqloom inspect` and `seqloom.watch` give the largest singular value. Checked by
`tests/training/test_memory_log.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from ..inspection.memory import effective_memory
from ..shapes import Float
from .capture import LayerCall, capture, recurrent_modules
from .replay import Side, replay, state_gradients
from .work import Work

ROWS = 4  # sequences that are looked at
DISTANCES = 20  # that are written, spaced by their logarithm


def memory_event(
    work: Work, network: nn.Module, rows: np.ndarray, device: torch.device, step: int
) -> dict[str, object] | None:
    """The event of the log; `None` for a network without recurrent layers.

    Args:
        work: The task.
        network: Its network, not wrapped.
        rows: Rows of the batch, at least one; a few are taken, from all over it.
        device: Where the network is.
        step: Steps done.
    Returns:
        `event`, `step` and `layers`: by layer `steps` and `whole` (the effective memory by
        `norms`), `distances`, `norms` and, where the loss reached the layer, `loss`. `None` also
        where no sequence has two steps.
    """
    if not recurrent_modules(network):
        return None
    calls: dict[str, LayerCall] = {}
    with _undisturbed(work, network):
        handles = capture(network, calls)
        try:
            some = rows[:: max(1, len(rows) // ROWS)][:ROWS]
            loss = work.loss(network, some, device)
            weights = [w for w in network.parameters() if w.requires_grad]
            torch.autograd.grad(loss, weights, allow_unused=True)  # hooks hear it, .grad does not
        finally:
            for handle in handles:
                handle.remove()
    layers: dict[str, object] = {}
    for call in calls.values():
        layers |= _layers(call)
    return {"event": "memory", "step": step, "layers": layers} if layers else None


def _layers(call: LayerCall) -> dict[str, object]:
    T = int(call.lengths.max()) if len(call.lengths) else 0
    if T < 2:
        return {}
    ran = replay(call.cells, call.x[:, :T], call.before, call.lengths)
    sides = [side for layer in ran.sides for side in layer]
    directions = torch.Generator().manual_seed(0)
    back = call.sent_back.get("output")
    by_loss = None if back is None else (ran.output * back[:, :T]).sum()
    for n in range(len(sides[0].last)):
        last = call.sent_back.get(f"last {n}")
        if last is not None:
            first, *others = ((side.last[n] * last[k]).sum() for k, side in enumerate(sides))
            value = sum(others, first)
            by_loss = value if by_loss is None else by_loss + value
    found: dict[str, object] = {}
    for number, layer in enumerate(ran.sides):
        for side in layer:
            name = f"{call.name}.{number}" + (".reverse" if side.reverse else "")
            u_BH = torch.randn(side.last[0].shape, generator=directions).to(call.x)
            through = _by_distance((side.last[0] * u_BH).sum(), side, call.lengths)
            through_loss = None if by_loss is None else _by_distance(by_loss, side, call.lengths)
            found[name] = _facts(through, through_loss)
    return found


def _by_distance(value: Tensor, side: Side, lengths: Tensor) -> Float[np.ndarray, " T"]:
    """Norms of d(value)/d(state), over that of the last state, by distance from it."""
    squares_BT = sum(g.double().square().sum(-1) for g in state_gradients(value, side))
    norms_BT = torch.as_tensor(squares_BT).sqrt().cpu().numpy()
    B, T = norms_BT.shape
    back_BT = np.full((B, T), np.nan)
    for row, length in enumerate(lengths.tolist()):
        real = norms_BT[row, :length]
        own = real if side.reverse else real[::-1]
        if length and own[0] > 0:
            back_BT[row, :length] = own / own[0]
    counts = (~np.isnan(back_BT)).sum(axis=0)
    squares = np.where(np.isnan(back_BT), 0.0, back_BT**2).sum(axis=0)
    return np.asarray(np.sqrt(squares / np.maximum(counts, 1))[counts > 0])


def _facts(through: np.ndarray, through_loss: np.ndarray | None) -> dict[str, object]:
    T = len(through)
    if T == 0:
        return {"steps": 0, "whole": False, "distances": [], "norms": []}
    spaced = np.geomspace(1, max(1, T - 1), DISTANCES - 1).round()
    distances = np.unique(np.minimum([0, *spaced], T - 1)).astype(int)
    found: dict[str, object] = {
        **effective_memory(through[::-1])._asdict(),
        "distances": distances.tolist(),
        "norms": _short(through[distances]),
    }
    if through_loss is not None and len(through_loss) == T:
        found["loss"] = _short(through_loss[distances])
    return found


def _short(values: np.ndarray) -> list[float | None]:
    """Four digits each; `None` for what is no number any more."""
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in values]


@contextmanager
def _undisturbed(work: Work, network: nn.Module) -> Iterator[None]:
    """No dropout within; everything as it was after it."""
    modes = [(part, part.training) for part in network.modules()]
    dropouts = [(part, part.dropout) for part in recurrent_modules(network).values()]
    carried = {name: state.clone() for name, state in work.carried().items()}
    network.eval()
    for layer, _ in dropouts:  # cuDNN goes back in training mode only
        layer.train()
        layer.dropout = 0.0
    try:
        with torch.random.fork_rng():
            yield
    finally:
        for part, mode in modes:
            part.training = mode
        for layer, dropout in dropouts:
            layer.dropout = dropout
        work.restore(carried)
