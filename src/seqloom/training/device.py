"""Where a run computes: the device, the threads of a CPU, and the precision on a GPU.

Checked by `tests/training/test_device.py`, on a GPU by `tests/gpu/test_tasks.py`.
"""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor

from ..errors import ConfigError

SHORT = (torch.bfloat16, torch.float16)


def find_device(name: str, place: int = 0) -> torch.device:
    """The device of a setting.

    Args:
        name: `cpu`, `cuda`, `mps`, or `auto`: CUDA where there is one, else the CPU.
        place: Which CUDA device.
    Raises:
        ConfigError: It is not there.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available()}
    there["mps"] = torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if there["cuda"] else "cpu"
    if not there[name]:
        found = ", ".join(key for key, value in there.items() if value)
        raise ConfigError(
            f"train: device {name} is not there: PyTorch {torch.__version__} finds {found}. "
            "Choose another --device, or install a PyTorch for that device."
        )
    return torch.device("cuda", place) if name == "cuda" else torch.device(name)


def find_precision(wanted: str, device: torch.device) -> torch.dtype:
    """The type of numbers that layers compute with.

    Args:
        wanted: `float32`, `bfloat16`, or `auto`: bfloat16 where a CUDA device has it.
        device: Where the run computes.
    Raises:
        ConfigError: bfloat16 is wanted elsewhere than on CUDA.
    """
    if wanted == "auto":
        has_it = device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if has_it else torch.float32
    if wanted == "bfloat16" and device.type != "cuda":
        raise ConfigError(
            f"train: training.precision = bfloat16 is for CUDA devices, and this run is on "
            f"{device.type}. Set it to float32, or to auto, which is float32 there."
        )
    return torch.bfloat16 if wanted == "bfloat16" else torch.float32


def autocast(
    device: torch.device, precision: torch.dtype
) -> contextlib.AbstractContextManager[object]:
    """A region in which layers compute in a precision; weights and sums stay float32."""
    if precision == torch.float32:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=precision)


def widened(tensor: Tensor) -> Tensor:
    """Half-precision numbers as float32, anything else as it is."""
    return tensor.float() if tensor.dtype in SHORT else tensor


def say_device(device: torch.device, precision: torch.dtype) -> str:
    """The device in words: `cpu, 2 threads`, `cuda (NVIDIA H200), bfloat16`."""
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"cpu, {threads} thread{'s' * (threads > 1)}"
    name = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    return f"{device.type}{name}, {str(precision).removeprefix('torch.')}"


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """PyTorch and our kernels on so many threads of the CPU, then on as many as before.

    Args:
        number: Threads; as many as there are if `None`.
    """
    before = torch.get_num_threads()
    if number is not None:
        torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
