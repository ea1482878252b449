"""What every candidate of a case is given, and the candidates in torch: ours and its peers."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from shapes import GATES, DecoderCase, LayerCase
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqloom.layers import CELLS, AdditiveAttention
from seqloom.layers.attention import Memory
from seqloom.layers.decoder_loop import attention_decoder
from seqloom.layers.recurrent import LAYERS


class Work(NamedTuple):
    """Arrays by name.

    Attributes:
        leaves: Inputs and weights; training wants the gradients of all of them.
        grads: Gradients of the loss to each output.
        lengths: Real steps, `(B,)`; `None`: all.
    """

    leaves: dict[str, Tensor]
    grads: list[Tensor]
    lengths: Tensor | None

    def to(self, dtype: torch.dtype) -> "Work":
        leaves = {name: x.to(dtype).requires_grad_() for name, x in self.leaves.items()}
        return Work(leaves, [g.to(dtype) for g in self.grads], self.lengths)


class Candidate(NamedTuple):
    """The same work done by somebody. Each call returns outputs, and gradients when training."""

    forward: Callable[[], list[Any]]
    train: Callable[[], list[Any]]


def make_work(case: LayerCase | DecoderCase) -> Work:
    """Random arrays in float32, the same in every run."""
    torch.manual_seed(0)
    if isinstance(case, DecoderCase):
        return _decoder_work(case)
    D, G = 1 + case.both, GATES[case.cell] * case.H
    leaves = {"x": torch.randn(case.B, case.T, case.I)}
    for suffix in ("", "_reverse")[:D]:
        for name, shape in _weight_shapes(G, case.I, case.H).items():
            leaves[f"{name}_l0{suffix}"] = _uniform(shape, case.H)
    lengths = torch.randint(1, case.T + 1, (case.B,)) if case.ragged else None
    grads = torch.randn(case.B, case.T, D * case.H)
    if lengths is not None:
        live = torch.arange(case.T) < lengths[:, None]
        grads = torch.where(live[:, :, None], grads, 0.0)
    return Work(leaves, [grads], lengths)


def _decoder_work(case: DecoderCase) -> Work:
    B, S, T, M, H, A, E = case.B, case.S, case.T, case.M, case.H, case.A, case.E
    leaves = {
        "x": torch.randn(B, T, E),
        "memory": torch.randn(B, S, M),
        "keys": torch.randn(B, S, A),
        "h0": torch.randn(B, H),
        **({"c0": torch.randn(B, H)} if case.cell == "lstm" else {}),
    }
    for name, shape in _weight_shapes(GATES[case.cell] * H, E + M, H).items():
        leaves[name] = _uniform(shape, H)
    leaves["weight_query"], leaves["weight_score"] = _uniform((A, H), H), _uniform((A,), A)
    return Work(leaves, [torch.randn(B, T, H), torch.randn(B, T, M)], None)


def _weight_shapes(G: int, I: int, H: int) -> dict[str, tuple[int, ...]]:
    return {"weight_ih": (G, I), "weight_hh": (G, H), "bias_ih": (G,), "bias_hh": (G,)}


def _uniform(shape: tuple[int, ...], H: int) -> Tensor:
    return torch.empty(shape).uniform_(-(H**-0.5), H**-0.5)


def _in_torch(work: Work, run: Callable[[], list[Tensor]]) -> Candidate:
    leaves = list(work.leaves.values())

    def forward() -> list[Tensor]:
        with torch.no_grad():
            return run()

    def train() -> list[Tensor]:
        outputs = run()
        return [*outputs, *torch.autograd.grad(outputs, leaves, work.grads)]

    return Candidate(forward, train)


def ours(case: LayerCase | DecoderCase, work: Work) -> Candidate:
    """seqloom's layers; SEQLOOM_KERNELS says on which path."""
    leaves = work.leaves
    if isinstance(case, DecoderCase):
        cell = CELLS[case.cell](case.E + case.M, case.H)
        attention = AdditiveAttention(case.M, case.H, case.A)
        _put(cell, leaves)
        _put(attention, leaves)
        kind = type(cell.initial_state(0))
        state = kind(*(leaves[name] for name in ("h0", "c0") if name in leaves))
        memory = Memory(leaves["memory"], leaves["keys"], live=None, lengths=None)
        return _in_torch(
            work, lambda: list(attention_decoder(cell, attention, leaves["x"], memory, state)[:2])
        )
    layer = LAYERS[case.cell](case.I, case.H, bidirectional=case.both, batch_first=True)
    _put(layer, leaves)
    return _in_torch(work, lambda: [layer(leaves["x"], lengths=work.lengths)[0]])


def peer(case: LayerCase | DecoderCase, work: Work) -> Candidate:
    """torch.nn for a layer, packed if ragged; eager operators for a decoder."""
    if isinstance(case, DecoderCase):
        return _in_torch(work, lambda: _eager_decoder(case, work.leaves))
    make = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[case.cell]
    layer = make(case.I, case.H, bidirectional=case.both, batch_first=True)
    _put(layer, work.leaves)
    x, lengths = work.leaves["x"], work.lengths

    def run() -> list[Tensor]:
        if lengths is None:
            return [layer(x)[0]]
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, _ = layer(packed)
        return [pad_packed_sequence(output, batch_first=True, total_length=case.T)[0]]

    return _in_torch(work, run)


def _put(module: nn.Module, leaves: dict[str, Tensor]) -> None:
    """The leaves as its parameters, where a name is the same."""
    for name, weight in list(module.named_parameters()):
        if name in leaves:
            module.__dict__.pop(name, None)
            del module._parameters[name]
            parameter = leaves[name].detach()
            leaf = nn.Parameter(parameter)
            leaves[name] = leaf
            module.register_parameter(name, leaf)
            assert weight.shape == leaf.shape


def _eager_decoder(case: DecoderCase, p: dict[str, Tensor]) -> list[Tensor]:
    """The loop as one writes it in torch, with what does not depend on it done before."""
    H, E = case.H, case.E
    projected = F.linear(p["x"], p["weight_ih"][:, :E], p["bias_ih"])
    w_context = p["weight_ih"][:, E:]
    h, c = p["h0"], p.get("c0")
    outputs, contexts = [], []
    for a in projected.unbind(1):
        query = F.linear(h, p["weight_query"])
        scores = torch.tanh(p["keys"] + query[:, None]) @ p["weight_score"]
        context = torch.bmm(scores.softmax(-1)[:, None], p["memory"])[:, 0]
        a = a + F.linear(context, w_context)
        b = F.linear(h, p["weight_hh"], p["bias_hh"])
        if c is not None:
            i, f, g, o = (a + b).chunk(4, -1)
            c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
            h = o.sigmoid() * c.tanh()
        else:
            r, z = (a[:, : 2 * H] + b[:, : 2 * H]).sigmoid().chunk(2, -1)
            n = torch.addcmul(a[:, 2 * H :], r, b[:, 2 * H :]).tanh()
            h = torch.lerp(n, h, z)
        outputs.append(h)
        contexts.append(context)
    return [torch.stack(outputs, 1), torch.stack(contexts, 1)]
