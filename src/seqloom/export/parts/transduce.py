"""A model of the task `transduce` holds two vocabularies and two limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...config.layout import real, whole
from ...data.vocabulary import Vocabulary
from ...plain import JSON
from . import Parts, part

LONGEST = 5_000  # symbols; no text that a model is trained on is longer


@dataclass(frozen=True, kw_only=True)
class TransduceParts(Parts):
    """What a model of pairs needs besides its network.

    Attributes:
        source: Vocabulary of the source side.
        target: Vocabulary of the target side.
        length_ratio: Most target symbols per source symbol (see `decoding.LengthLimit`).
        max_symbols: Longest source the model reads, in symbols.
    """

    source: Vocabulary
    target: Vocabulary
    length_ratio: float
    max_symbols: int

    @property
    def sizes(self) -> dict[str, int]:
        """By the letters of `networks/`."""
        return {"Vs": len(self.source), "Vt": len(self.target)}

    @property
    def reading(self) -> dict[str, JSON]:
        """Settings of `[data]` that the model cannot do without."""
        return {"source_level": self.source.level, "target_level": self.target.level}

    def to_json(self) -> dict[str, JSON]:
        """Plain values by key of the description."""
        return {
            "source": self.source.to_json(),
            "target": self.target.to_json(),
            "length_ratio": self.length_ratio,
            "max_symbols": self.max_symbols,
        }

    @classmethod
    def from_json(cls, header: Mapping[str, object]) -> "TransduceParts":
        """Read what `to_json` wrote.

        Raises:
            FormatError, KeyError, TypeError, ValueError: A key is absent or wrong.
        """
        return cls(
            source=Vocabulary.from_json(header["source"]),
            target=Vocabulary.from_json(header["target"]),
            length_ratio=part(header, "length_ratio", real(1e-6, LONGEST)),
            max_symbols=part(header, "max_symbols", whole(1, LONGEST)),
        )
