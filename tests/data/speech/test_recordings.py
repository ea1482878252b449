"""Recordings and their frames: what is read, normalised, padded and changed."""

import numpy as np
import pytest

from seqloom.data import ragged
from seqloom.data.speech.augment import Masks
from seqloom.data.speech.log_mel import FeatureSetup, log_mel, stack_frames
from seqloom.data.speech.manifest import read_manifest
from seqloom.data.speech.recordings import (
    Changes,
    Normaliser,
    guess_text_level,
    pad_features,
    plan_speech,
    read_speech,
    usual_rate,
)
from seqloom.errors import DataError

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")

SETUP = FeatureSetup(sample_rate=8000, mels=10, stack=2)
NO_MASKS = Masks(times_per_second=0.0, time_frames=0, mels=0, mel_width=0)
SECONDS = (0.5, 0.2, 0.35)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("speech")
    random = np.random.default_rng(0)
    for i, seconds in enumerate(SECONDS):
        sound = random.normal(scale=0.05 * (i + 1), size=round(8000 * seconds))
        soundfile.write(path / f"{i}.wav", sound, 8000, subtype="FLOAT")
    lines = [f"{i}.wav\ttext {i}\n" for i in range(3)]
    (path / "m.tsv").write_text("".join(lines))
    return path


@pytest.fixture(scope="module")
def speech(folder):
    return read_speech(read_manifest(folder / "m.tsv"), SETUP, speed_change=0.2)


def normal(speech):
    return Normaliser.learn(speech.frames[:: speech.speeds])


def test_frames_are_those_of_the_files(folder, speech):
    assert len(speech) == 3
    assert speech.texts == ["text 0", "text 1", "text 2"]
    for i, seconds in enumerate(SECONDS):
        samples, _ = soundfile.read(folder / f"{i}.wav", dtype="float32")
        np.testing.assert_array_equal(speech.frames_of(i), log_mel(samples, SETUP))
        lengths = [len(speech.frames_of(i, speed)) for speed in range(speech.speeds)]
        want = [SETUP.num_steps(round(8000 * seconds / f)) * 2 for f in (1.0, 0.8, 1.2)]
        np.testing.assert_allclose(lengths, want, atol=2)
    np.testing.assert_array_equal(speech.steps, [25, 10, 18])
    assert speech.seconds == pytest.approx(53 * 0.02)


def test_frames_in_a_file_are_those_in_memory(folder, speech, monkeypatch):
    monkeypatch.setattr(ragged, "MOST_IN_MEMORY", 300)
    found = read_speech(read_manifest(folder / "m.tsv"), SETUP, speed_change=0.2)
    for some, rows in ((found, [0, 1, 2]), (found.only([2, 0]), [2, 0])):
        for place, row in enumerate(rows):
            for speed in range(3):
                frames = some.frames_of(place, speed)
                assert isinstance(frames.base.base, np.memmap)
                np.testing.assert_array_equal(frames, speech.frames_of(row, speed))
    np.testing.assert_array_equal(normal(found).mean, normal(speech).mean)
    assert found.sha256 == speech.sha256


def test_normalised_training_data_has_mean_0_and_deviation_1(speech):
    own = normal(speech)
    joined = np.concatenate([own(frames) for frames in speech.frames[:: speech.speeds]])
    np.testing.assert_allclose(joined.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(joined.std(axis=0), 1.0, atol=1e-5)
    silent = Normaliser.learn([np.full((5, 3), -13.8, np.float32)])
    assert np.isfinite(silent(np.zeros((2, 3)))).all()


def test_a_batch_is_its_recordings_with_zeros_behind(speech):
    own = normal(speech)
    batch = speech.collate([1, 0], own)
    assert batch.features.shape == (2, 25, 20)
    assert batch.features.dtype == np.float32
    np.testing.assert_array_equal(batch.lengths, [10, 25])
    np.testing.assert_array_equal(batch.features[0, :10], stack_frames(own(speech.frames_of(1)), 2))
    assert (batch.features[0, 10:] == 0).all()


def test_changes_are_drawn_from_the_generator_alone(speech):
    own = normal(speech)
    changes = Changes(
        gain_db=6.0, masks=Masks(times_per_second=5.0, time_frames=9, mels=2, mel_width=4)
    )
    draw = [
        speech.collate([0, 1, 2], own, changes, np.random.default_rng(seed)) for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(draw[0].features, draw[1].features)
    assert (
        draw[0].features.shape != draw[2].features.shape
        or (draw[0].features != draw[2].features).any()
    )
    lengths = {
        int(n)
        for seed in range(20)
        for n in speech.collate([0], own, changes, np.random.default_rng(seed)).lengths
    }
    assert len(lengths) == 3, "three speeds"


def test_no_changes_change_nothing(folder):
    speech = read_speech(read_manifest(folder / "m.tsv"), SETUP)
    own, none = normal(speech), Changes(gain_db=0.0, masks=NO_MASKS)
    np.testing.assert_array_equal(
        speech.collate([0, 2], own, none, np.random.default_rng(0)).features,
        speech.collate([0, 2], own).features,
    )


def test_the_checksum_sees_sound_and_text(folder):
    utterances = read_manifest(folder / "m.tsv")
    sums = {
        read_speech(utterances, SETUP).sha256,
        read_speech(utterances[:2], SETUP).sha256,
        read_speech([utterances[0], utterances[2], utterances[1]], SETUP).sha256,
    }
    assert len(sums) == 3
    assert read_speech(utterances, SETUP).sha256 in sums


def test_some_of_them(speech):
    some = speech.only([2, 0])
    assert some.texts == ["text 2", "text 0"]
    np.testing.assert_array_equal(some.steps, [18, 25])


@pytest.mark.parametrize("batch_steps", [1, 100, 400])
def test_a_plan_has_every_recording_once_and_fills_its_batches(batch_steps):
    steps = np.random.default_rng(0).integers(1, 90, size=200)
    plan = plan_speech(steps, batch_steps=batch_steps, seed=3, epoch=5)
    np.testing.assert_array_equal(np.sort(np.concatenate(plan)), np.arange(200))
    padded = np.array([len(rows) * steps[rows].max() for rows in plan])
    assert all(n <= batch_steps or len(rows) == 1 for n, rows in zip(padded, plan, strict=True))
    if batch_steps == 400:
        assert np.mean(padded) > 350
        assert steps.sum() / padded.sum() > 0.85, "little padding"


def test_a_plan_depends_on_seed_and_epoch_alone():
    steps = np.random.default_rng(0).integers(1, 90, size=50)

    def plan(**where):
        return [tuple(rows) for rows in plan_speech(steps, batch_steps=300, **where)]

    assert plan(seed=1, epoch=2) == plan(seed=1, epoch=2)
    assert plan(seed=1, epoch=2) != plan(seed=1, epoch=3)
    assert plan(seed=1, epoch=2) != plan(seed=2, epoch=2)
    assert set(map(frozenset, plan(seed=1, epoch=2))) != set(map(frozenset, plan(seed=1, epoch=3)))


def test_padding_of_features():
    batch = pad_features([np.ones((2, 3)), np.ones((0, 3)), np.ones((4, 3))])
    assert batch.features.shape == (3, 4, 3)
    np.testing.assert_array_equal(batch.features.sum(axis=(1, 2)), [6, 0, 12])


def test_the_usual_rate(tmp_path):
    for name, rate in (("a", 44100), ("b", 8000), ("c", 44100), ("d", 11025)):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(9), rate)
    path = tmp_path / "m.tsv"
    path.write_text("b.wav\tx\nd.wav\tx\nd.wav\tx\n")
    assert usual_rate(read_manifest(path)) == 11025
    path.write_text("a.wav\tx\nc.wav\tx\nb.wav\tx\n")
    assert usual_rate(read_manifest(path)) == 16000


def test_a_missing_recording_is_named_by_its_line(tmp_path):
    path = tmp_path / "m.tsv"
    path.write_text("none.wav\tx\n")
    with pytest.raises(DataError, match=r"m\.tsv, line 1: `.*none\.wav` is not there\. Name"):
        usual_rate(read_manifest(path))


def test_what_is_odd_is_counted(folder, tmp_path):
    sound = 0.3 * np.sin(np.arange(4000))
    for name, samples in (("a", 0 * sound), ("b", sound), ("c", 4 * sound), ("d", 0 * sound)):
        soundfile.write(tmp_path / f"{name}.wav", samples, 8000, subtype="FLOAT")
    path = tmp_path / "m.tsv"
    path.write_text("".join(f"{name}.wav\tx\n" for name in "badc"))
    assert read_speech(read_manifest(path), SETUP).notes == (
        f"note: 1 of 4 recordings: samples beyond full scale; the first is `c.wav` ({path}, "
        "line 4)",
        f"note: 2 of 4 recordings: silent, no sample above -80 dB; the first is `a.wav` ({path}, "
        "line 2)",
    )
    assert read_speech(read_manifest(folder / "m.tsv"), SETUP).notes == ()


@pytest.mark.parametrize(
    ("texts", "level", "why"),
    [
        (["one two"] * 20, "symbols", "2 different words, 20 times each"),
        (["one two"] * 19, "characters", "2 different words, 19 times each"),
        (["a cat", "a dog"], "characters", "3 different words, 1 times each"),
        ([f"w{i}" for i in range(101)] * 50, "characters", "101 different words, 50 times each"),
        ([], "characters", "0 different words, 0 times each"),
    ],
)
def test_words_of_a_closed_set_stay_whole(texts, level, why):
    assert guess_text_level(texts) == (level, why)
