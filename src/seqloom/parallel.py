"""The same work on several things at once, the answers in order."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .errors import ConfigError

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def mapped(work: Callable[[Item], Answer], items: Sequence[Item], threads: int) -> Iterator[Answer]:
    """The answer to each item, in order, worked out on so many threads.

    Pays where the work lets go of Python's lock, as the native engine does. What is not begun when
    the caller stops is not begun any more.
    """
    if threads <= 1 or len(items) <= 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(min(threads, len(items)))
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def check_threads(threads: int | None) -> int:
    """A number of threads; all that this process may run on if `None`.

    Raises:
        ConfigError: It is below 1 or above 256.
    """
    if threads is None:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
    if not 1 <= threads <= 256:
        raise ConfigError(f"load: `threads` must be from 1 to 256, got {threads}.")
    return threads
