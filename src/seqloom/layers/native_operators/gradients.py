"""How autograd meets the operators: registration, and gradients of gradients.

An operator's own backward pass is the core's. The core knows no gradients of gradients, batches of
gradients or tangents: for those `again` runs the loop of layers/loops.py on the saved inputs, and
torch differentiates that, to any order.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .private import batched, below_autograd, kinds, transform

_library: Any = torch.library.Library("seqloom", "DEF")  # type: ignore[no-untyped-call]


def register(schema: str, cpu: Any, meta: Any, function: Any = None) -> None:
    """Define an operator. `function`, which has its gradients, is given a list of tensors last.

    It is a kernel of its own because torch.library.register_autograd costs 40 to 100 us a call.
    """
    name = schema.partition("(")[0]
    _library.define(schema)
    _library.impl(name, cpu, "CPU")
    torch.library.register_fake(f"seqloom::{name}", meta, lib=_library)
    if function is None:
        return
    operator = getattr(torch.ops.seqloom, name).default
    types = kinds(operator)
    place = types.index("List[Tensor]") if "List[Tensor]" in types else None

    def autograd(*inputs: Any) -> Any:
        if not torch.is_grad_enabled():
            with below_autograd():
                return operator(*inputs)
        if place is not None:
            inputs = (*inputs[:place], *inputs[place + 1 :], *inputs[place])
        return function.apply(*inputs)

    _library.impl(name, autograd, "Autograd")


def in_torch(grads: Sequence[Tensor | None]) -> bool:
    """Whether a backward pass has to be torch's: its result is differentiated, or is batched."""
    if torch.is_grad_enabled() or transform() is not None:
        return True
    return any(grad is not None and batched(grad) for grad in grads)


def again(
    run: Callable[[Sequence[Any]], Sequence[Tensor]],
    inputs: Sequence[Tensor | None],
    needed: Sequence[bool],
    grads: Sequence[Tensor | None],
) -> list[Tensor | None]:
    """The gradients of `inputs`, by running forward once more in torch.

    Args:
        run: From inputs to outputs, in operators that torch differentiates to any order.
        inputs: As they were saved.
        needed: Which of them want a gradient.
        grads: What the loss adds to each output, `None` for nothing.
    Returns:
        A gradient for each input, `None` where none is needed; part of the graph if gradients are
        recorded now.
    """
    record = torch.is_grad_enabled()
    found: list[Tensor | None] = [None] * len(inputs)
    with torch.enable_grad():
        own, wanted = list(inputs), dict[int, Tensor]()
        for k, x in enumerate(inputs):
            if needed[k] and x is not None:  # a view: one input may depend on another
                own[k] = wanted[k] = x.view_as(x)
        outputs = [
            (y, grad)
            for y, grad in zip(run(own), grads, strict=True)
            if grad is not None and y.requires_grad
        ]
        if outputs and wanted:
            ys, their_grads = zip(*outputs, strict=True)
            results = torch.autograd.grad(
                ys, list(wanted.values()), their_grads, create_graph=record, allow_unused=True
            )
            for k, result in zip(wanted, results, strict=True):
                found[k] = result
    return found
