"""One file a task: its test, its scores and its baselines, under the contract of `held_out.py`."""

from ...tasks import TASKS
from ..records import Spec
from .held_out import HeldOut

__all__ = ["HeldOut", "held_out_class", "held_out_test"]


def held_out_class(task: str) -> type[HeldOut]:
    """The held-out test of a task, its class."""
    found: type[HeldOut] = TASKS[task].part("held_out")
    return found


def held_out_test(task: str, spec: Spec) -> HeldOut:
    """A held-out test from its spec."""
    return held_out_class(task)(spec)
