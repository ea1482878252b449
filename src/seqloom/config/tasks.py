"""The tasks and their settings; the other registries of tasks have the same keys."""

from . import classify, forecast, generate, transcribe, transduce
from .sections import Sections

TASKS: dict[str, Sections] = {
    "transduce": transduce.SECTIONS,
    "classify": classify.SECTIONS,
    "forecast": forecast.SECTIONS,
    "transcribe": transcribe.SECTIONS,
    "generate": generate.SECTIONS,
}
