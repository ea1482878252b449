"""A model of the task `transcribe` holds the set-up of its features and the symbols of its text."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...data.speech.log_mel import FeatureSetup
from ...data.speech.recordings import Normaliser
from ...data.vocabulary import Vocabulary
from . import Parts


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

    def to_json(self) -> dict[str, Any]:
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
    def from_json(cls, header: dict[str, Any]) -> "TranscribeParts":
        """Read what `to_json` wrote.

        Raises:
            FormatError, KeyError, TypeError, ValueError: A key is absent or wrong.
        """
        features = _features(header["features"])
        mean, scale = (np.array(header[name], dtype=np.float64) for name in ("mean", "scale"))
        if not (mean.shape == scale.shape == (features.mels,) and np.isfinite(mean).all()):
            raise ValueError("mean and scale of each mel")
        if not (np.isfinite(scale).all() and (scale > 0).all()):
            raise ValueError("scale that is positive")
        limits = [header["length_ratio"], header["max_seconds"]]
        if not all(0 < limit < math.inf for limit in limits):
            raise ValueError("length_ratio and max_seconds that are positive")
        return cls(
            features=features,
            normal=Normaliser(mean, scale),
            text=Vocabulary.from_json(header["text"]),
            length_ratio=float(limits[0]),
            max_seconds=float(limits[1]),
        )


def _features(values: dict[str, Any]) -> FeatureSetup:
    """The set-up, if its numbers are sensible."""
    window, hop = float(values["window_ms"]), float(values["hop_ms"])
    rate, mels, stack = values["sample_rate"], values["mels"], values["stack"]
    whole = all(type(n) is int and 0 < n <= 1_000_000 for n in (rate, mels, stack))
    if len(values) != 5 or not whole or not 0 < hop <= window <= 10_000:
        raise ValueError("features of sample_rate, window_ms, hop_ms, mels and stack")
    return FeatureSetup(sample_rate=rate, window_ms=window, hop_ms=hop, mels=mels, stack=stack)
