"""Finding and loading the core, and what its header says, in ctypes.

`tests/native/test_library.py` reads `native/include/seqloom.h` and holds the structs and constants
here to it.
"""

import ctypes
import functools
import os
import sys
from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_uint64,
    c_void_p,
)
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Literal

from ..errors import ConfigError, SeqloomError

ABI = 1
F32, F64 = 0, 1
RNN_TANH, RNN_RELU, GRU, LSTM = 0, 1, 2, 3
ADDITIVE, DOT = 0, 1
OK, BAD_ISA = 0, 5
SLOTS = {RNN_TANH: 1, RNN_RELU: 1, GRU: 4, LSTM: 5}  # K of `saved`
INSTRUCTION_SETS = ("scalar", "avx2", "avx512", "neon")

_PAIR = c_void_p * 2


class Threads(Structure):
    """`seqloom_threads`; see threads.py."""

    _fields_ = (
        ("parallel", c_void_p),
        ("rank", c_void_p),
        ("size", c_void_p),
        ("num_threads", c_int32),
    )


def _fields(text: str) -> list[tuple[str, Any]]:
    """`i:dtype` an int32, `n:B` an int64, `name` a pointer, `2:name` a pair of pointers."""
    kinds = {"i": c_int32, "n": c_int64, "2": _PAIR}
    fields = []
    for word in text.split():
        kind, _, name = word.rpartition(":")
        fields.append((name, kinds[kind] if kind else c_void_p))
    return fields


class LayerStruct(Structure):
    """`seqloom_layer`."""

    _fields_ = _fields(
        "i:dtype i:cell i:D i:chunks n:B n:T n:I n:H lengths x n:x_stride_b n:x_stride_t "
        "2:w_ih 2:w_hh 2:b_ih 2:b_hh h0 c0 out n:out_stride_b n:out_stride_t h_n c_n saved"
    )


class LayerGradsStruct(Structure):
    """`seqloom_layer_grads`."""

    _fields_ = _fields(
        "out n:out_stride_b n:out_stride_t h_n c_n saved x 2:w_ih 2:w_hh 2:b_ih 2:b_hh h0 c0"
    )


class DecoderStruct(Structure):
    """`seqloom_decoder`."""

    _fields_ = _fields(
        "i:dtype i:cell i:score i:chunks n:B n:T n:S n:E n:M n:H n:A lengths "
        "x n:x_stride_b n:x_stride_t memory n:memory_stride_b n:memory_stride_s keys "
        "w_ih w_hh b_ih b_hh w_query w_score h0 c0 h context weights c_n saved"
    )


class DecoderGradsStruct(Structure):
    """`seqloom_decoder_grads`."""

    _fields_ = _fields(
        "h context weights c_n x memory keys w_ih w_hh b_ih b_hh w_query w_score h0 c0"
    )


class Core:
    """The loaded core. Functions keep their names in the header, without `seqloom_`."""

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: The shared library.
        Raises:
            ConfigError: It was built from another version, or SEQLOOM_ISA cannot be met.
        """
        self.path = path
        library = ctypes.CDLL(str(path))
        if library.seqloom_abi() != ABI:
            raise ConfigError(
                f"native: {path} must have ABI {ABI}, got {library.seqloom_abi()}. "
                "Install seqloom again."
            )
        isa = _function(library, "isa", c_char_p)()
        if isa is None:
            raise ConfigError(
                "native: SEQLOOM_ISA must be one of " + ", ".join(INSTRUCTION_SETS) + ", built in "
                f"and on this CPU, got {os.environ.get('SEQLOOM_ISA')!r}. Set another, or unset it."
            )
        self.isa = isa.decode()
        self.lanes = {dtype: int(library.seqloom_lanes(dtype)) for dtype in (F32, F64)}
        self._message = _function(library, "message", c_char_p, c_int)
        handle = (POINTER(Threads), c_void_p, c_int64)
        self.layer_chunks = _function(
            library, "layer_chunks", c_int32, POINTER(LayerStruct), c_int32
        )
        self.layer_workspace = _function(
            library, "layer_workspace", c_int64, POINTER(LayerStruct), c_int32, c_int32
        )
        self.layer_forward = _function(
            library, "layer_forward", c_int, POINTER(LayerStruct), *handle
        )
        self.layer_backward = _function(
            library,
            "layer_backward",
            c_int,
            POINTER(LayerStruct),
            POINTER(LayerGradsStruct),
            *handle,
        )
        self.decoder_chunks = _function(
            library, "decoder_chunks", c_int32, POINTER(DecoderStruct), c_int32
        )
        self.decoder_workspace = _function(
            library, "decoder_workspace", c_int64, POINTER(DecoderStruct), c_int32, c_int32
        )
        self.decoder_forward = _function(
            library, "decoder_forward", c_int, POINTER(DecoderStruct), *handle
        )
        self.decoder_backward = _function(
            library,
            "decoder_backward",
            c_int,
            POINTER(DecoderStruct),
            POINTER(DecoderGradsStruct),
            *handle,
        )
        self.dropout = _function(
            library,
            "dropout",
            c_int,
            *(c_int32, c_int64, c_double, c_uint64, c_void_p, c_void_p, POINTER(Threads)),
        )
        self.rows = _function(library, "rows", c_int, c_int64, c_int64, c_void_p, c_int32, c_void_p)

    def check(self, where: str, status: int) -> None:
        """Raise if a call did not succeed.

        Raises:
            SeqloomError: `status` is not OK.
        """
        if status != OK:
            raise SeqloomError(f"{where}: {self._message(status).decode()}.")


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(library, "seqloom_" + name)
    function.restype, function.argtypes = result, list(arguments)
    return function


def find(name: str = "seqloom") -> Path | None:
    """A shared library beside this file or, in an editable install, where it was installed.

    The package's `__path__` would do for the latter, but import hooks (jaxtyping's) leave it short.
    """
    forms = {"darwin": "lib{}.dylib", "win32": "{}.dll"}
    file = forms.get(sys.platform, "lib{}.so").format(name)
    path = Path(__file__).with_name(file)
    if path.is_file():
        return path
    try:
        installed = distribution("seqloom").locate_file(f"seqloom/native/{file}")
    except PackageNotFoundError:
        return None
    return Path(str(installed)) if Path(str(installed)).is_file() else None


_MISSING = (
    "native: the core was not built when seqloom was installed, so training runs on torch's own "
    "operators. Install a C++20 compiler (GCC or Clang), then seqloom again."
)


@functools.cache
def core() -> Core:
    """The core, loaded at the first call.

    Raises:
        ConfigError: It was not built, or SEQLOOM_ISA cannot be met.
    """
    path = find()
    if path is None:
        raise ConfigError(_MISSING)
    return Core(path)


@functools.cache
def available() -> bool:
    """Whether the core was built.

    Raises:
        ConfigError: It was, but SEQLOOM_ISA cannot be met.
    """
    if find() is None:
        return False
    core()
    return True


def choice() -> Literal["native", "torch"] | None:
    """What SEQLOOM_KERNELS asks for; `None`: whatever is fastest.

    Raises:
        ConfigError: It has another value.
    """
    value = os.environ.get("SEQLOOM_KERNELS", "")
    if value == "":
        return None
    if value == "native":
        return "native"
    if value == "torch":
        return "torch"
    raise ConfigError(
        f"native: SEQLOOM_KERNELS must be native or torch, got {value!r}. Set one, or unset it."
    )
