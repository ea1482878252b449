"""A model of pairs holds two vocabularies, two limits, and maybe a dictionary of exceptions."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...config.layout import real, whole
from ...data.pairs.exceptions import Exceptions
from ...data.vocabulary import Vocabulary
from ...plain import JSON
from . import Parts, part

LONGEST = 5_000  # symbols; no text that a model is trained on is longer
EXCEPTIONS = "exceptions"  # the tensor of the dictionary


@dataclass(frozen=True, kw_only=True)
class TransduceParts(Parts):
    """What a model of pairs needs besides its network.

    Attributes:
        source: Vocabulary of the source side.
        target: Vocabulary of the target side.
        length_ratio: Most target symbols per source symbol (see `decoding.LengthLimit`).
        max_symbols: Longest source the model reads, in symbols.
        exceptions: Sources that are looked up before the network is asked; `None` without any.
    """

    source: Vocabulary
    target: Vocabulary
    length_ratio: float
    max_symbols: int
    exceptions: Exceptions | None = None

    @property
    def format(self) -> int:
        """2 with exceptions or features."""
        return 2 if self.exceptions is not None or self.source.features else 1

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
            source=Vocabulary.from_json(header["source"], of_source=True),
            target=Vocabulary.from_json(header["target"]),
            length_ratio=part(header, "length_ratio", real(1e-6, LONGEST)),
            max_symbols=part(header, "max_symbols", whole(1, LONGEST)),
        )

    def to_tensors(self) -> dict[str, np.ndarray]:
        """The exceptions as bytes."""
        return {} if self.exceptions is None else {EXCEPTIONS: self.exceptions.to_bytes()}

    def with_tensors(
        self, tensors: Mapping[str, np.ndarray]
    ) -> tuple["TransduceParts", dict[str, np.ndarray]]:
        """Take the exceptions.

        Raises:
            FormatError: They are damaged.
        """
        weights = dict(tensors)
        found = weights.pop(EXCEPTIONS, None)
        if found is None:
            return self, weights
        return dataclasses.replace(self, exceptions=Exceptions.from_bytes(found)), weights
