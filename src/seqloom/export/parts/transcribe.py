"""A model of the task `transcribe` holds the set-up of its features and the symbols of its text."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...config.layout import items, keys, real, whole
from ...data.speech.log_mel import FeatureSetup
from ...data.speech.recordings import Normaliser
from ...data.vocabulary import Vocabulary
from ...plain import JSON
from . import Parts, part

_FEATURES = keys(
    {
        "sample_rate": whole(1_000, 768_000),
        "window_ms": real(1.0, 1_000.0),
        "hop_ms": real(1.0, 1_000.0),
        "mels": whole(1, 256),
        "stack": whole(1, 100),
    }
)


@dataclass(frozen=True, kw_only=True)
class TranscribeParts(Parts):
    """What a recogniser needs besides its network.

    Attributes:
        features: What the features are made of.
        normal: Mean and scale of each mel over the training data.
        text: Vocabulary of the transcripts; number 0 is CTC's blank.
        length_ratio: Most symbols per step (see `decoding.LengthLimit`), for an attention model.
        max_seconds: Longest recording trained on; an attention model refuses longer ones.
    """

    features: FeatureSetup
    normal: Normaliser
    text: Vocabulary
    length_ratio: float
    max_seconds: float

    @property
    def sizes(self) -> dict[str, int]:
        """By the letters of `networks/`."""
        return {"F": self.features.size, "V": len(self.text)}

    @property
    def reading(self) -> dict[str, JSON]:
        """Settings of `[data]` that the model cannot do without."""
        return {**self.features.to_json(), "text_level": self.text.level}

    def to_json(self) -> dict[str, JSON]:
        """Plain values by key of the description."""
        return {
            "features": self.features.to_json(),
            "mean": [float(x) for x in self.normal.mean],
            "scale": [float(x) for x in self.normal.scale],
            "text": self.text.to_json(),
            "length_ratio": self.length_ratio,
            "max_seconds": self.max_seconds,
        }

    @classmethod
    def from_json(cls, header: Mapping[str, object]) -> "TranscribeParts":
        """Read what `to_json` wrote.

        Raises:
            FormatError, KeyError, TypeError, ValueError: A key is absent or wrong.
        """
        features = FeatureSetup(**part(header, "features", _FEATURES))
        mean = np.array(part(header, "mean", items(real(-1e6, 1e6), most=256)), np.float64)
        scale = np.array(part(header, "scale", items(real(1e-9, 1e6), most=256)), np.float64)
        if not mean.shape == scale.shape == (features.mels,):
            raise ValueError("mean and scale of each mel")
        return cls(
            features=features,
            normal=Normaliser(mean, scale),
            text=Vocabulary.from_json(header["text"]),
            length_ratio=part(header, "length_ratio", real(1e-6, 1_000.0)),
            max_seconds=part(header, "max_seconds", real(0.001, 86_400.0)),
        )
