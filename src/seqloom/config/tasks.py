"""The tasks and their settings; the other registries of tasks have the same keys."""

from . import forecast, transduce
from .sections import Sections

TASKS: dict[str, Sections] = {
    "transduce": transduce.SECTIONS,
    "forecast": forecast.SECTIONS,
}
