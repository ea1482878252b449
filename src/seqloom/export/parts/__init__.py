"""What a model file holds beside settings and tensors: one dataclass a task.

Its keys stand at the top level of the file's description; `docs/format.md` lists them.
"""

import abc
from typing import Any, ClassVar

from ...config.layout import Rule
from ...tasks import TASKS


class Parts(abc.ABC):
    """The contract of a task's part of a model file.

    Attributes:
        LAYOUT: What each of its keys must be; checked before `from_json` is called.
    """

    LAYOUT: ClassVar[dict[str, Rule]]

    @property
    @abc.abstractmethod
    def sizes(self) -> dict[str, int]:
        """What the network's shapes depend on beside its settings, by letter."""

    @abc.abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads, by key of the description."""

    @classmethod
    @abc.abstractmethod
    def from_json(cls, header: dict[str, Any]) -> "Parts":
        """Read and check the task's keys of a description.

        Raises:
            FormatError, KeyError, TypeError, ValueError: One is absent or wrong.
        """


def parts_class(task: str) -> type[Parts]:
    """The dataclass of a task."""
    found: type[Parts] = TASKS[task].part("parts")
    return found
