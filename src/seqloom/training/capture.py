"""What the recurrent layers of a module were given, gave and were sent back, by hooks.

Hooks look and change nothing: outputs and gradients have the bits that they have without them. All
shapes are brought to one form, whatever the module's `batch_first`, packing or missing batch:
`(B, T, .)` in the order in which the user gave the sequences. Checked by
`tests/training/test_watching.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypedDict, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from ..errors import ConfigError
from ..layers.cell import Cell, State
from ..layers.recurrent import CELLS

Sequences = Tensor | PackedSequence
Hidden = Tensor | tuple[Tensor, ...]  # of an RNN or a GRU, of an LSTM
Returned = tuple[Sequences, Hidden] | tuple[Sequences, Hidden, object]  # states of all steps too
KINDS = {"RNN_TANH": "rnn", "RNN_RELU": "rnn", "LSTM": "lstm", "GRU": "gru"}


class _CallArguments(TypedDict, total=False):
    """The arguments of a call, by name."""

    input: Sequences
    hx: Hidden | None
    lengths: Tensor | None


@dataclass
class LayerCall:
    """One call of a module of recurrent layers.

    Attributes:
        name: The module's name; that of its kind for one that is watched by itself.
        kind: `rnn`, `lstm` or `gru`.
        nonlinearity: Of an RNN.
        cells: Of each layer, of each direction; their weights are copies of that moment.
        x: Input, `(B, T, I)`.
        before: States before the first step, of each layer and direction.
        lengths: Real steps per sequence, `(B,)` on the CPU.
        output: Outputs, `(B, T, directions * H)`.
        sent_back: Gradients that have come back: `output`, and `last 0` and `last 1` of the last
            states, `(L * directions, B, H)`.
    """

    name: str
    kind: str
    nonlinearity: str
    cells: list[list[Cell]]
    x: Tensor
    before: list[list[State]]
    lengths: Tensor
    output: Tensor
    sent_back: dict[str, Tensor] = field(default_factory=dict)


def recurrent_modules(module: nn.Module) -> dict[str, nn.RNNBase]:
    """The recurrent layers within a module, by name."""
    found = {}
    for name, part in module.named_modules():
        if isinstance(part, nn.RNNBase) and part.mode in KINDS:
            found[name or KINDS[part.mode]] = part
    return found


def capture(
    module: nn.Module, into: dict[str, LayerCall], *, gradients: bool = True
) -> list[torch.utils.hooks.RemovableHandle]:
    """Have every call of a module's recurrent layers put into a dictionary.

    Args:
        module: A module.
        into: The last call of each, by name.
        gradients: Also what the backward pass sends back.
    Returns:
        Handles; removing them ends it.
    Raises:
        ConfigError: It has no recurrent layers, or some with projections.
    """
    parts = recurrent_modules(module)
    if not parts:
        raise ConfigError(
            f"watch: `module` must contain RNN, LSTM or GRU layers, got {type(module).__name__} "
            "without one. Give it the module that has them."
        )
    for name, part in parts.items():
        if part.proj_size:
            raise ConfigError(
                f"watch: `{name}` must have proj_size=0, got {part.proj_size}. Watch a module "
                "without projections."
            )
    return [
        part.register_forward_hook(_hook(name, into, gradients), with_kwargs=True)
        for name, part in parts.items()
    ]


def _hook(name: str, into: dict[str, LayerCall], gradients: bool) -> Callable[..., None]:
    def look(
        module: nn.RNNBase,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        output: Returned,
    ) -> None:
        given = cast(_CallArguments, dict(zip(("input", "hx"), args, strict=False)) | kwargs)
        with torch.no_grad():
            call = into[name] = _call(name, module, given, output[0])
        if gradients:
            _listen(module, call, output)

    return look


def _call(name: str, module: nn.RNNBase, given: _CallArguments, output: Sequences) -> LayerCall:
    x, lengths = _padded(module, given["input"])
    if (own := given.get("lengths")) is not None:
        lengths = own.to("cpu", torch.int64)
    kind, nonlinearity = KINDS[module.mode], getattr(module, "nonlinearity", "tanh")
    cells = _cells(module, kind, nonlinearity)
    return LayerCall(
        name=name,
        kind=kind,
        nonlinearity=nonlinearity,
        cells=cells,
        x=x.detach().clone(),
        before=_before(given.get("hx"), cells, x),
        lengths=lengths,
        output=_padded(module, output)[0].detach().clone(),
    )


def _padded(module: nn.RNNBase, sequences: Sequences) -> tuple[Tensor, Tensor]:
    """As `(B, T, .)`, and lengths."""
    if isinstance(sequences, PackedSequence):
        return pad_packed_sequence(sequences, batch_first=True)
    if sequences.dim() == 2:
        sequences = sequences[None]
    elif not module.batch_first:
        sequences = sequences.transpose(0, 1)
    B, T, _ = sequences.shape
    return sequences, torch.full((B,), T)


def _cells(module: nn.RNNBase, kind: str, nonlinearity: str) -> list[list[Cell]]:
    options = {"nonlinearity": nonlinearity} if kind == "rnn" else {}
    suffixes = ["", "_reverse"] if module.bidirectional else [""]
    layers = []
    for layer in range(module.num_layers):
        sides = []
        for suffix in suffixes:
            names = [f"{name}_l{layer}{suffix}" for name in ("weight_ih", "weight_hh")]
            weights = [getattr(module, name).detach().clone() for name in names]
            for name in ("bias_ih", "bias_hh"):
                bias = getattr(module, f"{name}_l{layer}{suffix}") if module.bias else None
                zeros = weights[0].new_zeros(weights[0].shape[0])
                weights.append(zeros if bias is None else bias.detach().clone())
            sides.append(CELLS[kind].of_weights(weights, **options))
        layers.append(sides)
    return layers


def _before(hx: Hidden | None, cells: list[list[Cell]], x: Tensor) -> list[list[State]]:
    """The states before the first step; those of a module without a batch get one."""
    B, D = x.shape[0], len(cells[0])
    fields = () if hx is None else (hx,) if isinstance(hx, Tensor) else tuple(hx)
    fields = tuple(f.detach()[:, None] if f.dim() == 2 else f.detach() for f in fields)
    layers = []
    for number, sides in enumerate(cells):
        states = []
        for d, cell in enumerate(sides):
            zeros = cell.initial_state(B)
            own = [field[number * D + d].clone() for field in fields]
            states.append(type(zeros)(*own) if own else zeros)
        layers.append(states)
    return layers


def _listen(module: nn.RNNBase, call: LayerCall, output: Returned) -> None:
    """Keep what the backward pass sends back; sums over several passes."""
    sequences, last = output[0], output[1]
    data = sequences.data if isinstance(sequences, PackedSequence) else sequences
    lasts = (last,) if isinstance(last, Tensor) else tuple(last)
    targets = {"output": data} | {f"last {n}": state for n, state in enumerate(lasts)}
    for key, tensor in targets.items():
        if tensor.requires_grad:
            tensor.register_hook(_keeper(module, call, key, sequences))  # type: ignore[no-untyped-call]


def _keeper(
    module: nn.RNNBase, call: LayerCall, key: str, sequences: Sequences
) -> Callable[[Tensor | None], None]:
    shape = None
    if isinstance(sequences, PackedSequence):
        shape = sequences._replace(data=sequences.data.new_empty(0))

    def keep(gradient: Tensor | None) -> None:
        if gradient is None:  # the core's operator, of an output that nothing came of
            return
        found = gradient.detach()
        if key == "output":
            found = _padded(module, found if shape is None else shape._replace(data=found))[0]
        elif found.dim() == 2:
            found = found[:, None]
        before = call.sent_back.get(key)
        call.sent_back[key] = found.clone() if before is None else before + found

    return keep
