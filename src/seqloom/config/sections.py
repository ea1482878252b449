"""What a task's settings are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..tasks import TASKS
from .rules import ConfigSection
from .training import TrainingConfig


@dataclass(frozen=True, kw_only=True)
class NoDecoding(ConfigSection):
    """`[decoding]` of a task that searches for nothing."""


@dataclass(frozen=True, kw_only=True)
class Sections:
    """The dataclasses of a task's sections.

    Attributes:
        data: How the user's files are read.
        models: The networks, by `model.architecture`; the first is the default.
        training: `TrainingConfig`, or a subclass with what only this task needs.
        decoding: How an output is searched for, stored in the model file as its default.
        notes: Sentences for docs/settings.md on defaults that come from the data.
    """

    data: type[ConfigSection]
    models: Mapping[str, type[ConfigSection]]
    training: type[TrainingConfig] = TrainingConfig
    decoding: type[ConfigSection] = NoDecoding
    notes: tuple[str, ...] = ()


def sections_of(task: str) -> Sections:
    """The sections of a task.

    Args:
        task: A key of `seqloom.tasks.TASKS`.
    """
    found: Sections = TASKS[task].part("settings")
    return found
