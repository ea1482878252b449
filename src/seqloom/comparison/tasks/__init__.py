"""One file a task: its test, its marks and its baselines, under the contract of `exam.py`."""

from ...tasks import TASKS
from .exam import Exam, Spec

__all__ = ["Exam", "Spec", "exam_class", "exam_of"]


def exam_class(task: str) -> type[Exam]:
    """The exam of a task."""
    found: type[Exam] = TASKS[task].part("exam")
    return found


def exam_of(task: str, spec: Spec) -> Exam:
    """An exam from what was settled."""
    return exam_class(task)(spec)
