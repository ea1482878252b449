"""One file a task: its test, its marks and its baselines, under the contract of `exam.py`."""

from importlib import import_module

from .exam import Exam, Spec

__all__ = ["Exam", "Spec", "exam_class", "exam_of"]

EXAMS = {
    "transduce": ("transduce", "TransduceExam"),
    "classify": ("classify", "ClassifyExam"),
    "forecast": ("forecast", "ForecastExam"),
    "generate": ("generate", "GenerateExam"),
    "transcribe": ("transcribe", "TranscribeExam"),
}


def exam_class(task: str) -> type[Exam]:
    """The exam of a task."""
    module, name = EXAMS[task]
    found: type[Exam] = getattr(import_module(f".{module}", __name__), name)
    return found


def exam_of(task: str, spec: Spec) -> Exam:
    """An exam from what was settled."""
    return exam_class(task)(spec)
