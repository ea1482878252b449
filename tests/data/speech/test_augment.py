"""Augmentation: what it changes, what it leaves, and that a seed repeats it."""

import numpy as np
import pytest

from seqloom.data.speech.augment import Masks, change_gain, change_speed, mask
from seqloom.data.speech.log_mel import FeatureSetup, log_mel

MASKS = Masks(times_per_second=2.0, time_frames=9, mels=2, mel_width=4)
SETUP = FeatureSetup(sample_rate=8000, mels=12, stack=1)


def frames(count=150, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32) + 3.0


def masked(seed, masks=MASKS, count=150):
    return mask(frames(count), masks, np.random.default_rng(seed), frames_per_second=100.0)


def test_masks_are_whole_spans_and_the_rest_is_untouched():
    most_rows, most_columns = 0, 0
    for seed in range(50):
        out = masked(seed)
        rows, columns = (out == 0).all(axis=1), (out == 0).all(axis=0)
        hidden = rows[:, None] | columns
        np.testing.assert_array_equal(out, np.where(hidden, 0.0, frames()))
        most_rows, most_columns = max(most_rows, rows.sum()), max(most_columns, columns.sum())
    assert 9 < most_rows <= 3 * 9, "3 spans expected in 1.5 s, 9 frames each at most"
    assert 4 < most_columns <= 2 * 4


def test_a_seed_repeats_and_another_differs():
    np.testing.assert_array_equal(masked(1), masked(1))
    assert (masked(1) != masked(2)).any()


def test_nothing_asked_nothing_done():
    none = Masks(times_per_second=0.0, time_frames=9, mels=0, mel_width=4)
    np.testing.assert_array_equal(masked(0, none), frames())


@pytest.mark.parametrize("count", [0, 1, 3])
def test_short_examples(count):
    assert masked(0, count=count).shape == (count, 12)


@pytest.mark.parametrize("decibels", [-6.0, 3.0])
def test_gain_is_that_of_louder_samples(decibels):
    t = np.arange(1600) / 8000
    sound = 0.1 * np.sin(2 * np.pi * 700 * t) + 1e-4 * np.sin(2 * np.pi * 3000 * t)
    want = log_mel(sound * 10 ** (decibels / 20), SETUP)
    # float32 frames know a quiet filter's power to some 1e-7 of the floor
    np.testing.assert_allclose(change_gain(log_mel(sound, SETUP), decibels), want, atol=1e-4)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_speed_changes_length_and_pitch(factor):
    pytest.importorskip("soxr", reason="the extra `speech` is not installed")
    t = np.arange(8000) / 8000
    sound = np.sin(2 * np.pi * 500 * t).astype(np.float32)
    out = change_speed(sound, factor, 8000)
    assert abs(len(out) - 8000 / factor) <= 1
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)), 80_000))
    assert abs(spectrum.argmax() / 10 - 500 * factor) < 1.0
