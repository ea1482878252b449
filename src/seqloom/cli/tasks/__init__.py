"""`predict` and `evaluate` of each task, and what the flags of `train` mean to it.

A task's module has `predict(model, request)`, `evaluate(model, request)`, and `FLAGS`: the settings
that a flag of `train` stands for.
"""

from typing import Any

from ...tasks import TASKS


def task_module(task: str) -> Any:
    """The module of a task."""
    return TASKS[task].part("commands")
