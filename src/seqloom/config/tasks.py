"""The tasks and their settings; the other registries of tasks have the same keys."""

from . import classify, generate, transduce
from .sections import Sections

TASKS: dict[str, Sections] = {
    "transduce": transduce.SECTIONS,
    "classify": classify.SECTIONS,
    "generate": generate.SECTIONS,
}
