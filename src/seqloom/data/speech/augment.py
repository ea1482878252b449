"""Changes to the sound of training examples, so that a network does not learn it by heart.

    speed   the recording played faster or slower, pitch and all   on samples, once
    gain    louder or quieter by some dB                           on log-mel frames, every time
    masks   some spans of time and some of mels set to their mean  on normalised frames, always

Source: Ko et al., "Audio Augmentation for Speech Recognition", Interspeech 2015 (speed); Park et
al., "SpecAugment", Interspeech 2019, and "SpecAugment on Large Scale Datasets", ICASSP 2020 (masks
whose number grows with the length). Differs: no time warping.

All are drawn from the generator that is given. Checked by `tests/data/speech/test_augment.py`.
"""

from dataclasses import dataclass

import numpy as np

from ...shapes import Float
from .audio import resample
from .log_mel import FLOOR


@dataclass(frozen=True, kw_only=True)
class Masks:
    """How much is masked; a count of 0 masks nothing.

    Attributes:
        times_per_second: Spans of time, per second of sound, rounded at random.
        time_frames: Longest of them, frames.
        mels: Spans of mels per example.
        mel_width: Widest of them, mels.
    """

    times_per_second: float
    time_frames: int
    mels: int
    mel_width: int


def change_speed(
    samples: Float[np.ndarray, " samples"], factor: float, rate: int
) -> Float[np.ndarray, " more"]:
    """The recording at `factor` times its speed, as a tape would play it.

    Raises:
        MissingExtraError: soxr is not installed.
    """
    return resample(samples, rate * factor, rate, "train")


def change_gain(
    frames: Float[np.ndarray, "frames mels"], decibels: float
) -> Float[np.ndarray, "frames mels"]:
    """Log-mel frames of the same sound `decibels` louder; exact, the floor in them included."""
    factor = 10 ** (decibels / 10)
    power = np.maximum(np.exp(frames.astype(np.float64)) - FLOOR, 0.0)
    louder: np.ndarray = np.log(factor * power + FLOOR).astype(np.float32)
    return louder


def mask(
    frames: Float[np.ndarray, "frames mels"],
    masks: Masks,
    rng: np.random.Generator,
    *,
    frames_per_second: float,
) -> Float[np.ndarray, "frames mels"]:
    """A copy with some spans at 0, which is the mean of normalised frames.

    Args:
        frames: Normalised frames of one example.
        masks: How much.
        rng: Draws the spans.
        frames_per_second: 1 / hop.
    """
    out = frames.copy()
    count, mels = out.shape
    expected = masks.times_per_second * count / frames_per_second
    for _ in range(int(expected + rng.random())):
        first, width = _span(rng, count, masks.time_frames)
        out[first : first + width] = 0.0
    for _ in range(masks.mels):
        first, width = _span(rng, mels, masks.mel_width)
        out[:, first : first + width] = 0.0
    return out


def _span(rng: np.random.Generator, size: int, widest: int) -> tuple[int, int]:
    """Where a span of 0 to `widest` begins, and its width."""
    width = int(rng.integers(0, min(widest, size) + 1))
    return int(rng.integers(0, size - width + 1)), width
