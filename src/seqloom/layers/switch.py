"""Which path runs: the native core, or torch's operators.

SEQLOOM_KERNELS=native|torch forces one; a forced one that cannot run is an error. Otherwise the
core runs what it can and what `slower` does not name; `benchmarks/kernels.py` measures that.
"""

import torch
from torch import Tensor

from .. import native
from ..errors import ConfigError
from .native_operators.private import constant, exporting, transform


def use_native(where: str, *tensors: Tensor | None) -> bool:
    """Whether a call on these tensors goes to the core.

    Args:
        where: The layer, for a message.
        *tensors: All inputs and weights, the input first; `None` for one that is absent.
    Raises:
        ConfigError: SEQLOOM_KERNELS=native, and the core cannot take them.
    """
    wanted, isa = _facts()
    if wanted == "torch":
        return False
    refusal = _refusal([tensor for tensor in tensors if tensor is not None], isa)
    if refusal is None:
        return wanted == "native" or not slower(tensors[0], isa)
    if wanted == "native":
        raise ConfigError(
            f"{where}: SEQLOOM_KERNELS=native must be able to run, got {refusal}. Unset it, or set "
            "SEQLOOM_KERNELS=torch."
        )
    return False


def slower(x: Tensor | None, isa: str | None) -> bool:
    """The table: where torch is faster than the core."""
    # the scalar kernels are there to check the others, and gradients
    return x is None or x.dtype != torch.float32 or isa == "scalar"


@constant
def _facts() -> tuple[str | None, str | None]:
    """What SEQLOOM_KERNELS asks for, and the core's instruction set, `None` without a core."""
    wanted = native.choice()
    if wanted == "torch" or not native.available():
        return wanted, None
    return wanted, native.core().isa


def _refusal(tensors: list[Tensor], isa: str | None) -> str | None:
    """Why the core cannot take these; `None` if it can."""
    if isa is None:
        return "an installation without the native core"
    device, dtype = tensors[0].device.type, tensors[0].dtype
    if device != "cpu":
        return f"tensors on {device}"
    if dtype not in (torch.float32, torch.float64):
        return str(dtype)
    for tensor in tensors:
        if tensor.dtype != dtype or tensor.device.type != device:
            return "tensors of several devices or dtypes"
    if torch.is_autocast_enabled("cpu"):
        return "autocast"
    return "an export" if exporting() else transform()


def describe() -> str:
    """The path that training on a CPU takes, for a log: `native avx512`, or `torch` and why."""
    wanted, isa = _facts()
    if wanted == "torch":
        return "torch (SEQLOOM_KERNELS=torch)"
    if isa is None:
        return "torch (no native core: there was no C++20 compiler when seqloom was installed)"
    if wanted is None and isa == "scalar":
        return "torch (the native core has no vector instructions here)"
    return f"native {isa}"
