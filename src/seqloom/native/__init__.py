"""The native core: whole recurrent layers and the attention decoder in C++, called through ctypes.

    library.py    finds and loads the core, its structs, its errors; whether it can be used
    threads.py    the OpenMP pool that torch already runs

The functions are described in `native/include/seqloom.h`. Nothing here imports torch.
"""

from .library import Core, available, choice, core

__all__ = ["Core", "available", "choice", "core"]
