"""The threads that the core runs on: the OpenMP pool which is already in the process.

Two pools in one process fight for the cores, so none is started here. With torch loaded, its pool
is found and used; without, the core runs on one thread.
"""

import ctypes
import functools
import os
import re
import sys
from pathlib import Path

from .library import Threads

_POOL = re.compile(r"/lib(gomp|iomp5|omp)[^/]*\.(so|dylib)[^/]*$")
_FUNCTIONS = ("GOMP_parallel", "omp_get_thread_num", "omp_get_num_threads")


def _loaded_pools() -> list[str]:
    """OpenMP libraries in this process; torch's own first."""
    paths: list[str] = []
    maps = Path("/proc/self/maps")
    if maps.exists():
        lines = maps.read_text(errors="replace").splitlines()
        paths = [line[line.find("/") :] for line in lines if "/" in line]
    elif "torch" in sys.modules:
        home = Path(str(sys.modules["torch"].__file__)).parent / "lib"
        paths = [str(path) for path in home.glob("lib*omp*")]
    found = {path for path in paths if _POOL.search(path)}
    return sorted(found, key=lambda path: ("/torch" not in path, path))


@functools.cache
def _pool() -> tuple[int, int, int] | None:
    """Addresses of `_FUNCTIONS` in the first pool that has them."""
    for path in _loaded_pools():
        try:  # never a second copy: only what is loaded already
            library = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
            entries = [getattr(library, name) for name in _FUNCTIONS]
        except (OSError, AttributeError):
            continue
        parallel, rank, size = (ctypes.cast(entry, ctypes.c_void_p).value for entry in entries)
        if parallel and rank and size:
            return parallel, rank, size
    return None


def threads(num_threads: int) -> Threads:
    """At most `num_threads` threads of the process's pool; one if there is no pool."""
    pool = _pool() if num_threads > 1 else None
    if pool is None:
        return Threads(None, None, None, 1)
    return Threads(*pool, num_threads)
