"""Comparison of the architectures on a user's data, and on memory probes.

architectures.py the architectures that make sense for a task, in order
tasks/          what is held out for the test, how it is scored, and what a network has to beat
budget.py       what is equal among the architectures: parameters, minutes or steps
plan.py         all that is decided before the first step, and kept so that a comparison continues
runs.py          one architecture at one seed: trained, scored, timed
start.py        `compare`: the whole of it
live.py         what is shown meanwhile
folder.py       what a folder holds and how it continues
results.py      results.json
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
