"""The tasks and their settings; the other registries of tasks have the same keys."""

from . import classify, transduce
from .sections import Sections

TASKS: dict[str, Sections] = {
    "classify": classify.SECTIONS,
    "transduce": transduce.SECTIONS,
}
