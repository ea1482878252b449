"""A model of the task `classify` holds how it reads a text, and the names of its classes."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...config.layout import items, text
from ...data.texts.reader import TextReader
from ...plain import JSON
from . import Parts, part

CLASSES = items(text(least=1), least=2)


@dataclass(frozen=True, kw_only=True)
class ClassifyParts(Parts):
    """What a classifier needs besides its network.

    Attributes:
        reader: From text to numbers.
        labels: The classes, in the order of the network's outputs.
    """

    reader: TextReader
    labels: tuple[str, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """By the letters of `networks/`."""
        return {"V": len(self.reader.vocabulary), "C": len(self.labels)}

    @property
    def reading(self) -> dict[str, JSON]:
        """Settings of `[data]` that the model cannot do without."""
        return {"level": self.reader.level, "lowercase": self.reader.lowercase}

    def to_json(self) -> dict[str, JSON]:
        """Plain values by key of the description."""
        return {"reader": self.reader.to_json(), "labels": list(self.labels)}

    @classmethod
    def from_json(cls, header: Mapping[str, object]) -> "ClassifyParts":
        """Read what `to_json` wrote.

        Raises:
            FormatError, KeyError, TypeError, ValueError: A key is absent or wrong.
        """
        labels = part(header, "labels", CLASSES)
        if len(set(labels)) < len(labels):
            raise ValueError("labels that are at least 2 different texts")
        return cls(reader=TextReader.from_json(header["reader"]), labels=tuple(labels))
