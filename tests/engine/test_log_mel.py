"""Log-mel features in C against NumPy's, however sound is cut."""

import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.speech.log_mel import FeatureSetup, log_mel, stack_frames
from seqloom.data.speech.recordings import Normaliser
from seqloom.engine.library import available
from seqloom.engine.text import NativeLogMel, log_mel_block
from seqloom.errors import ConfigError, FormatError, SeqloomError

pytestmark = pytest.mark.skipif(not available(), reason="the native engine was not built")

TOLERANCE = 1e-6  # of the logarithm: the last bit of a float32 between 8 and 16
SETUPS = [
    FeatureSetup(sample_rate=16_000),
    FeatureSetup(sample_rate=8_000, window_ms=32.0, hop_ms=16.0, mels=23, stack=1),
    FeatureSetup(sample_rate=11_025, window_ms=25.0, hop_ms=25.0, mels=64, stack=7),
    FeatureSetup(sample_rate=48_000, window_ms=40.0, hop_ms=0.5, mels=80, stack=2),
    FeatureSetup(sample_rate=1_000, window_ms=1.0, hop_ms=1.0, mels=1, stack=2),
]


def plain(setup):
    """Nothing is taken off."""
    return Normaliser(np.zeros(setup.mels), np.ones(setup.mels))


def sounds(setup):
    """Silence, noise of two sizes, tones, a click, a constant: a second, or shorter than a hop."""
    rng = np.random.default_rng(5)
    rate = setup.sample_rate
    time = np.arange(rate) / rate
    click = np.zeros(rate // 2)
    click[rate // 5] = 1.0
    yield from (rng.uniform(-1, 1, n) for n in (0, 1, setup.hop, setup.window, setup.window + 1))
    yield from (np.zeros(rate // 2), 1e-4 * rng.normal(size=rate), click, np.ones(rate // 3))
    yield from (np.sin(2 * np.pi * hz * time) for hz in (50.0, rate / 7, rate / 4, rate / 2.01))


@pytest.mark.parametrize("setup", SETUPS)
def test_equals_numpy(setup):
    for sound in sounds(setup):
        samples = sound.astype(np.float32)
        wanted = stack_frames(log_mel(samples, setup), setup.stack)
        native = NativeLogMel(log_mel_block(setup, plain(setup)))
        found = np.concatenate([native.push(samples), native.finish()])
        assert found.shape == wanted.shape
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE)


def test_mean_and_scale():
    setup, rng = SETUPS[0], np.random.default_rng(6)
    normal = Normaliser(rng.normal(size=setup.mels), rng.uniform(0.1, 3.0, setup.mels))
    samples = rng.uniform(-0.3, 0.3, 20_000).astype(np.float32)
    native = NativeLogMel(log_mel_block(setup, normal))
    found = np.concatenate([native.push(samples), native.finish()])
    wanted = stack_frames(normal(log_mel(samples, setup)), setup.stack)
    scale = np.tile(normal.scale, setup.stack)
    assert (np.abs(found - wanted) * scale <= 2 * TOLERANCE).all()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(range(len(SETUPS))), st.integers(0, 2**32 - 1))
def test_pieces_give_the_same_bits(number, seed):
    """However sound is cut, however few steps are made at a time, and from a copy of the stream."""
    setup, rng = SETUPS[number], np.random.default_rng(seed)
    samples = rng.uniform(-1, 1, int(rng.integers(4 * setup.window))).astype(np.float32)
    block = log_mel_block(setup, plain(setup))
    whole = NativeLogMel(block)
    wanted = np.concatenate([whole.push(samples), whole.finish()])
    native, found, left = NativeLogMel(block), [], samples
    while left.size:
        cut, room = rng.integers(1, 2 * setup.window + 1), int(rng.integers(1, 4))
        found.append(native.push(left[:cut], room))
        left = left[cut:]
        other = NativeLogMel(block)
        other.stream[:] = native.stream
        native = other
    found.append(native.finish(1))
    assert np.concatenate(found).tobytes() == wanted.tobytes()
    assert native.finish().shape == (0, setup.size)


def test_as_many_steps_as_in_python():
    setup = FeatureSetup(sample_rate=1_000, window_ms=30.0, hop_ms=4.0, mels=3, stack=2)
    for samples in range(120):
        native = NativeLogMel(log_mel_block(setup, plain(setup)))
        sound = np.zeros(samples, np.float32)
        assert len(native.push(sound)) + len(native.finish()) == setup.num_steps(samples)


def test_a_finished_stream_takes_no_more():
    native = NativeLogMel(log_mel_block(SETUPS[0], plain(SETUPS[0])))
    native.finish()
    with pytest.raises(SeqloomError, match=r"^engine: the stream is damaged, or was finished\.$"):
        native.push(np.zeros(1, np.float32))


@pytest.mark.parametrize("words", [(-1, 0), (1 << 40, 0), (0, 2), (0, -1)])
def test_a_damaged_stream_is_refused(words):
    native = NativeLogMel(log_mel_block(SETUPS[0], plain(SETUPS[0])))
    native.stream[:16] = np.frombuffer(struct.pack("<qq", *words), np.uint8)
    with pytest.raises(SeqloomError, match=r"^engine: the stream is damaged, or was finished\.$"):
        native.finish()


def test_damaged_blocks_are_refused_or_read():
    setup = FeatureSetup(sample_rate=1_000, window_ms=30.0, hop_ms=4.0, mels=3, stack=2)
    block, generator, taken = log_mel_block(setup, plain(setup)), random.Random(4), 0
    samples = np.random.default_rng(7).uniform(-1, 1, 900).astype(np.float32)
    for _ in range(500):
        damaged = bytearray(block)
        for _ in range(generator.randint(1, 3)):
            damaged[generator.randrange(len(block))] = generator.choice([0, 1, 2, 127, 128, 255])
        try:
            native = NativeLogMel(bytes(damaged))
        except FormatError:
            continue
        taken += 1
        native.push(samples)
        native.finish()
    assert taken > 100
    for end in (*range(len(block)), len(block) + 1):
        with pytest.raises(FormatError):
            NativeLogMel((block + b"\0")[:end])


def test_setups_that_python_refuses_are_not_needed():
    """A filter without a frequency: the bound on weights holds all the same."""
    with pytest.raises(ConfigError):
        FeatureSetup(sample_rate=1_000, window_ms=4.0, hop_ms=1.0, mels=200)
    words = (0x4D4C4C53, 1, 1_000, 4, 1, 200, 1, 0)
    numbers = np.concatenate([np.zeros(200), np.ones(200)]).tobytes()
    native = NativeLogMel(struct.pack("<8i", *words) + numbers)
    found = native.push(np.ones(4, np.float32))
    assert found.min() == pytest.approx(np.log(1e-6))
