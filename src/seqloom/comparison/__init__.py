"""Comparison of the architectures on a user's data, and on memory probes.

architectures.py    those that make sense for a task, in order
tasks/              the held-out test of each task: how it is scored, and its baselines
budget.py           what is equal among the architectures: parameters, minutes or steps
plan.py request.py  what was asked for, and all that is decided before the first step
runs.py             one entry at one seed: trained, scored, timed
start.py            `compare`: the whole of it
live.py             what is shown meanwhile
folder.py           what a folder holds and how it continues
results.py          results.json; records.py has the types of all files
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .start import compare

__all__ = ["compare"]


def __getattr__(name: str) -> object:
    """Import `compare` when it is asked for: the process that times predictions needs no torch."""
    if name not in __all__:
        raise AttributeError(f"module 'seqloom.comparison' has no attribute {name!r}")
    from . import start

    return getattr(start, name)
