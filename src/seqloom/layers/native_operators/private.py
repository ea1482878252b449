"""What this room uses of torch that torch does not document: what to look at when torch changes."""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch.autograd import forward_ad

F = TypeVar("F", bound=Callable[..., Any])


def below_autograd() -> Any:
    """A context in which operators skip autograd: its own kernels call those of the CPU in it."""
    return torch._C._AutoDispatchBelowAutograd()


def transform() -> str | None:
    """What is running that operators of our own do not know: batching or forward mode."""
    if torch._C._are_functorch_transforms_active():
        return "a transform of torch.func"
    if forward_ad._current_level >= 0:
        return "forward-mode differentiation"
    return None


def exporting() -> bool:
    """Whether torch.jit.trace, torch.export or an ONNX exporter is looking."""
    tracing: Any = torch.jit
    compiler: Any = torch.compiler
    # before torch 2.7 an export cannot be told from a compilation
    looking = getattr(compiler, "is_exporting", compiler.is_compiling)
    return bool(tracing.is_tracing() or looking())


def constant(function: F) -> F:
    """What `torch.compiler.assume_constant_result` does, without its import of the compiler."""
    vars(function)["_dynamo_marked_constant"] = True
    return function


def batched(tensor: Any) -> bool:
    """Whether a tensor is several under one name, as vmap and `is_grads_batched` make them."""
    of = torch._C._functorch
    return bool(of.is_batchedtensor(tensor) or of.is_legacy_batchedtensor(tensor))


def kinds(operator: Any) -> list[str]:
    """The types of an operator's arguments, as its schema has them."""
    return [str(argument.type) for argument in operator._schema.arguments]
