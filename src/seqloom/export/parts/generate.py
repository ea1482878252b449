"""A model of the task `generate` holds one vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...data.vocabulary import Vocabulary
from ...plain import JSON
from . import Parts


@dataclass(frozen=True, kw_only=True)
class GenerateParts(Parts):
    """What a model of running text needs besides its network.

    Attributes:
        vocabulary: Characters, or subwords that keep white space.
    """

    vocabulary: Vocabulary

    @property
    def sizes(self) -> dict[str, int]:
        """By the letters of `networks/`."""
        return {"V": len(self.vocabulary)}

    @property
    def reading(self) -> dict[str, JSON]:
        """Settings of `[data]` that the model cannot do without."""
        return {"level": self.vocabulary.level}

    def to_json(self) -> dict[str, JSON]:
        """Plain values by key of the description."""
        return {"vocabulary": self.vocabulary.to_json()}

    @classmethod
    def from_json(cls, header: Mapping[str, object]) -> "GenerateParts":
        """Read what `to_json` wrote.

        Raises:
            FormatError, KeyError, TypeError, ValueError: The key is absent or wrong.
        """
        return cls(vocabulary=Vocabulary.from_json(header["vocabulary"]))
