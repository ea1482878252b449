"""Log-mel features: librosa's numbers, and the law that a stream makes the frames of the whole."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.speech.log_mel import (
    FLOOR,
    FeatureSetup,
    FeatureStream,
    log_mel,
    mel_filters,
    stack_frames,
)
from seqloom.errors import ConfigError, DataError

from .golden import make_librosa

ORACLE = json.loads((Path(make_librosa.__file__).with_name("librosa.json")).read_text())
CASES = [name for name in ORACLE if name != "librosa"]
SETUP = FeatureSetup(sample_rate=8000, mels=12, stack=3)
STEP = 240  # samples of a step


def setup_of(case):
    return FeatureSetup(
        sample_rate=case["rate"],
        window_ms=1000 * case["window"] / case["rate"],
        hop_ms=1000 * case["hop"] / case["rate"],
        mels=case["mels"],
        stack=1,
    )


def noise(samples, seed=0):
    return np.random.default_rng(seed).normal(scale=0.1, size=samples)


@pytest.mark.parametrize("name", CASES)
def test_power_in_each_filter_is_librosas(name):
    case = ORACLE[name]
    setup = setup_of(case)
    assert (setup.window, setup.hop, setup.fft_size) == (
        case["window"],
        case["hop"],
        case["fft_size"],
    )
    want = np.array(case["power"])
    got = log_mel(make_librosa.sound(case["rate"]), setup)[: len(want)]
    # rtol: librosa's window and filters are float32
    np.testing.assert_allclose(np.exp(got.astype(float)) - FLOOR, want, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_the_stored_numbers_are_those_of_the_librosa_that_is_here(name):
    pytest.importorskip("librosa", reason="librosa is not installed; its stored numbers are used")
    np.testing.assert_allclose(make_librosa.frames(ORACLE[name]), ORACLE[name]["power"], 1e-5, 1e-9)


def test_a_tone_is_loudest_in_the_filter_around_it():
    setup = FeatureSetup(sample_rate=16000, mels=30, stack=1)
    t = np.arange(1600) / 16000
    filters = mel_filters(30, setup.fft_size, 16000)
    for hz in (200.0, 1000.0, 5000.0):
        want = filters[:, round(hz * setup.fft_size / 16000)].argmax()
        assert (log_mel(np.sin(2 * np.pi * hz * t), setup)[2:7].argmax(axis=1) == want).all()


def test_filters_meet_at_their_tops():
    filters = mel_filters(10, 512, 8000)
    tops = filters.argmax(axis=1)
    assert (np.diff(tops) > 0).all()
    between = filters[:, tops[0] : tops[-1] + 1].sum(axis=0)
    np.testing.assert_allclose(between, 1.0)


@pytest.mark.parametrize(
    ("samples", "steps"), [(0, 0), (1, 1), (STEP - 1, 1), (STEP, 1), (STEP + 1, 2), (10 * STEP, 10)]
)
def test_every_sample_is_in_a_step(samples, steps):
    assert SETUP.num_steps(samples) == steps
    frames = log_mel(noise(samples), SETUP)
    assert frames.shape == (3 * steps, 12)
    assert frames.dtype == np.float32
    if samples > 1:  # a Hann window begins with a zero
        quiet = log_mel(np.append(noise(samples)[:-1], 5.0), SETUP)
        assert (quiet != frames).any(), "the last sample is heard"


@settings(deadline=None, max_examples=60)
@given(data=st.data(), samples=st.integers(0, 2000))
def test_a_stream_makes_the_frames_of_the_whole_however_it_is_cut(data, samples):
    sound = noise(samples, seed=samples)
    cuts = sorted(data.draw(st.lists(st.integers(0, samples), max_size=8)))
    stream, pieces = FeatureStream(SETUP), []
    for piece in np.split(sound, cuts):
        pieces.append(stream.push(piece))
        assert len(pieces[-1]) % SETUP.stack == 0
        assert len(stream.rest) < SETUP.window + STEP
    pieces.append(stream.finish())
    np.testing.assert_allclose(np.concatenate(pieces), log_mel(sound, SETUP), rtol=0, atol=1e-5)


def test_frames_come_as_soon_as_their_window_is_whole():
    stream = FeatureStream(SETUP)
    needed = 2 * SETUP.hop + SETUP.window
    assert len(stream.push(noise(needed - 1))) == 0
    assert len(stream.push(noise(1))) == 3


def test_long_audio_is_worked_on_in_pieces_that_do_not_show():
    sound = noise(80 * 2500)
    frames = log_mel(sound, SETUP)
    for at in (0, 1023, 1024, 2000):
        alone = log_mel(sound[80 * at : 80 * at + 200], SETUP)[0]
        np.testing.assert_allclose(frames[at], alone, atol=1e-5)


def test_stacking_puts_neighbours_side_by_side():
    frames = np.arange(24.0).reshape(2, 6, 2)
    stacked = stack_frames(frames, 3)
    assert stacked.shape == (2, 2, 6)
    np.testing.assert_array_equal(stacked[1, 0], frames[1, :3].ravel())


@pytest.mark.parametrize("samples", [0, 1, 79, 240, 1000])
def test_a_stream_is_finished_once(samples):
    """The second time there are no frames: padding is not heard."""
    stream = FeatureStream(FeatureSetup(sample_rate=8000))
    stream.push(np.random.default_rng(samples).normal(size=samples))
    stream.finish()
    assert stream.finish().shape == (0, 40)


def test_a_finished_stream_takes_nothing_more():
    stream = FeatureStream(SETUP)
    stream.finish()
    with pytest.raises(DataError, match=r"^stream: samples must come before finish\(\), got some"):
        stream.push(noise(3))


def test_settings_that_make_no_features():
    with pytest.raises(ConfigError, match=r"^config: `data.hop_ms` must be .* got 30\.$"):
        FeatureSetup(sample_rate=8000, hop_ms=30.0)
    with pytest.raises(
        ConfigError,
        match=r"^config: `data.mels` must leave each filter a frequency, got 200 at 8000 Hz\.",
    ):
        FeatureSetup(sample_rate=8000, mels=200)


def test_json_and_back():
    assert FeatureSetup(**json.loads(json.dumps(SETUP.to_json()))) == SETUP
