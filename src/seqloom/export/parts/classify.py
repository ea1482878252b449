"""A model of the task `classify` holds how it reads a text, and the names of its classes."""

from dataclasses import dataclass
from typing import Any

from ...data.text_reader import TextReader
from . import Parts


@dataclass(frozen=True, kw_only=True)
class ClassifyParts(Parts):
    """What a classifier needs besides its network.

    Attributes:
        reader: From text to numbers.
        labels: The classes, in the order of the network's outputs.
    """

    reader: TextReader
    labels: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values by key of the description."""
        return {"reader": self.reader.to_json(), "labels": list(self.labels)}

    @classmethod
    def from_json(cls, header: dict[str, Any]) -> "ClassifyParts":
        """Read what `to_json` wrote.

        Raises:
            FormatError, KeyError, TypeError, ValueError: A key is absent or wrong.
        """
        labels = header["labels"]
        good = isinstance(labels, list) and all(isinstance(x, str) and x for x in labels)
        if not good or len(labels) < 2 or len(set(labels)) < len(labels):
            raise ValueError("labels that are at least 2 different texts")
        return cls(reader=TextReader.from_json(header["reader"]), labels=tuple(labels))
