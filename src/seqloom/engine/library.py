"""Finding and loading the native engine, and what its header says, in ctypes.

`tests/engine/test_library.py` reads `native/include/seqloom_engine.h` and holds this file to it.
"""

import ctypes
import functools
import os
from ctypes import POINTER, Structure, c_char_p, c_int, c_int32, c_int64, c_uint64, c_void_p
from pathlib import Path
from typing import Any

import numpy as np

from ..decoding.contract import diverged
from ..errors import ConfigError, FormatError, SeqloomError
from ..native.library import find

ABI = 1
FLOAT32, INT8 = 0, 1
OK, BAD_PROGRAM, BAD_TENSOR, BAD_SHAPE, BAD_MEMORY, BAD_INPUT, BAD_OPTION, NO_ISA, DIVERGED = range(
    9
)
ALIGNMENT = 64
INSTRUCTION_SETS = ("scalar", "avx2", "avxvnni", "avx512", "avx512vnni", "neon")


class TensorStruct(Structure):
    """`seqloom_tensor`."""

    _fields_ = (
        ("name", c_char_p),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("shape", c_int64 * 4),
        ("data", c_void_p),
        ("scales", c_void_p),
    )


_SIGNATURES: dict[str, tuple[Any, ...]] = {  # result, arguments
    "engine_abi": (c_int,),
    "engine_isa": (c_char_p,),
    "engine_message": (c_char_p, c_int),
    "model_bytes": (c_int64, c_void_p, c_int64, POINTER(TensorStruct), c_int64),
    "model_load": (
        *(c_int, c_void_p, c_int64, POINTER(TensorStruct), c_int64),
        *(c_void_p, c_int64, POINTER(c_void_p)),
    ),
    "entry": (c_int32, c_void_p, c_char_p),
    "entry_inputs": (c_int32, c_void_p, c_int32),
    "entry_results": (c_int32, c_void_p, c_int32),
    "input_name": (c_char_p, c_void_p, c_int32, c_int32),
    "result_name": (c_char_p, c_void_p, c_int32, c_int32),
    "input_shape": (c_int32, c_void_p, c_int32, c_int32, c_void_p, c_void_p),
    "plan_bytes": (c_int64, c_void_p, c_int32),
    "plan_make": (
        *(c_int, c_void_p, c_int32, c_void_p, c_void_p, c_int64),
        POINTER(c_void_p),
    ),
    "plan_workspace": (c_int64, c_void_p),
    "run": (c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_int64),
    "decode_bytes": (c_int64, c_void_p, c_void_p, c_void_p, c_int64),
    "decode": (c_int, *[c_void_p] * 3, c_int64, *[c_void_p] * 4, c_int64, *[c_void_p] * 3),
    "text_bytes": (c_int64, c_void_p),
    "text_begin": (
        *(c_int, c_void_p, c_void_p, c_uint64, c_void_p, c_int64),
        POINTER(c_void_p),
    ),
    "text_read": (c_int, c_void_p, c_void_p, c_int64),
    "text_write": (c_int, c_void_p, c_void_p, c_int64),
    "result": (c_void_p, c_void_p, c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
}


class Library:
    """The loaded library. Functions keep their names in the header, without `seqloom_`."""

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: The shared library.
        Raises:
            ConfigError: It was built from another version, or SEQLOOM_ISA cannot be met.
        """
        self.path = path
        library = ctypes.CDLL(str(path))
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(library, "seqloom_" + name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        if self.engine_abi() != ABI:
            raise ConfigError(
                f"engine: {path} must have ABI {ABI}, got {self.engine_abi()}. "
                "Install seqloom again."
            )
        isa = self.engine_isa()
        if isa is None:
            raise ConfigError(
                "engine: SEQLOOM_ISA must be one of " + ", ".join(INSTRUCTION_SETS) + ", built in "
                f"and on this CPU, got {os.environ.get('SEQLOOM_ISA')!r}. Set another, or unset it."
            )
        self.isa: str = isa.decode()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def check(self, status: int) -> None:
        """Raise if a call did not succeed.

        Raises:
            DivergedError: The network left the real numbers.
            FormatError: The program or a tensor is damaged.
            SeqloomError: Anything else.
        """
        if status == OK:
            return
        if status == DIVERGED:
            raise diverged()
        message = f"engine: {self.engine_message(status).decode()}."
        raise (FormatError if status in (BAD_PROGRAM, BAD_TENSOR) else SeqloomError)(message)


def memory(size: int) -> np.ndarray:
    """Bytes that begin where the engine wants them to."""
    block = np.empty(size + ALIGNMENT, np.uint8)
    skipped = -block.ctypes.data % ALIGNMENT
    return block[skipped : skipped + size]


@functools.cache
def library() -> Library:
    """The engine, loaded at the first call.

    Raises:
        ConfigError: It was not built, or SEQLOOM_ISA cannot be met.
    """
    path = find("seqloom_engine")
    if path is None:
        raise ConfigError(
            "engine: the native engine was not built when seqloom was installed. Install a C++20 "
            "compiler (GCC or Clang), then seqloom again; or use engine='numpy'."
        )
    return Library(path)


@functools.cache
def available() -> bool:
    """Whether the engine was built."""
    return find("seqloom_engine") is not None
