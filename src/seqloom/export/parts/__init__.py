"""What a model file holds beside settings and tensors: one dataclass a task.

Its keys stand at the top level of the file's description; `docs/format.md` lists them.
"""

import abc
from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from ...config.layout import Found, Rule, checked
from ...plain import JSON
from ...tasks import TASKS

Same = TypeVar("Same", bound="Parts")


class Parts(abc.ABC):
    """The contract of a task's part of a model file."""

    @property
    @abc.abstractmethod
    def sizes(self) -> dict[str, int]:
        """What the network's shapes depend on beside its settings, by letter."""

    @property
    @abc.abstractmethod
    def reading(self) -> dict[str, JSON]:
        """Settings of `[data]` that the model was made with, and cannot do without."""

    @property
    def format(self) -> int:
        """The lowest format of the model file that has all of these."""
        return 1

    @abc.abstractmethod
    def to_json(self) -> dict[str, JSON]:
        """Plain values that `from_json` reads, by key of the description."""

    @classmethod
    @abc.abstractmethod
    def from_json(cls, header: Mapping[str, object]) -> "Parts":
        """Read and check the task's keys of a description.

        Raises:
            FormatError, KeyError, TypeError, ValueError: One is absent or wrong.
        """

    def to_tensors(self) -> dict[str, np.ndarray]:
        """What of it is stored beside the weights, by name of the tensor."""
        return {}

    def with_tensors(
        self: Same, tensors: Mapping[str, np.ndarray]
    ) -> tuple[Same, dict[str, np.ndarray]]:
        """Take what `to_tensors` gave; return the parts with it, and the other tensors.

        Raises:
            FormatError: One is wrong.
        """
        return self, dict(tensors)


def part(header: Mapping[str, object], name: str, rule: Rule[Found]) -> Found:
    """The value of a key of a description.

    Raises:
        KeyError: It is absent.
        FormatError: It breaks the rule.
    """
    return checked(rule, header[name], "header", name)


def parts_class(task: str) -> type[Parts]:
    """The dataclass of a task."""
    found: type[Parts] = TASKS[task].part("parts")
    return found
