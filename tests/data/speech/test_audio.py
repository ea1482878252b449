"""Audio in: formats, channels, rates, parts, and files that are none."""

import re

import numpy as np
import pytest

from seqloom.data.speech.audio import audio_rate, checked, read_audio, resample
from seqloom.errors import DataError, MissingExtraError

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")

WHERE = "m.tsv, line 7"


def tone(seconds=0.5, rate=8000, hz=440.0):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize(
    ("name", "subtype", "step"),
    [
        ("a.wav", "PCM_16", 2**-15),
        ("a.wav", "PCM_24", 2**-23),
        ("a.wav", "FLOAT", 1e-7),
        ("a.flac", "PCM_16", 2**-15),
    ],
)
def test_what_was_written_is_read(tmp_path, name, subtype, step):
    path, sound = tmp_path / name, tone()
    soundfile.write(path, sound, 8000, subtype=subtype)
    assert audio_rate(path, WHERE) == 8000
    got = read_audio(path, 8000, where=WHERE)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, sound, atol=step)


def test_channels_are_mixed(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([tone(), 3 * tone() / 5], axis=1), 8000, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(path, 8000, where=WHERE), 0.8 * tone(), atol=1e-6)


def test_a_part_is_cut_out(tmp_path):
    path = tmp_path / "a.wav"
    sound = np.arange(800) / 1000
    soundfile.write(path, sound, 8000, subtype="DOUBLE")
    got = read_audio(path, 8000, start=0.01, end=0.02, where=WHERE)
    np.testing.assert_allclose(got, sound[80:160], atol=1e-6)
    assert len(read_audio(path, 8000, start=0.05, where=WHERE)) == 400


def test_another_rate_is_brought_to_ours(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(rate=11025), 11025, subtype="FLOAT")
    got = read_audio(path, 8000, where=WHERE)
    assert abs(len(got) - 4000) <= 1
    np.testing.assert_allclose(got[200:-200], tone()[200 : len(got) - 200], atol=2e-3)


def refuses(message, *arguments, **options):
    with pytest.raises(DataError) as caught:
        read_audio(*arguments, where=WHERE, **options)
    assert str(caught.value) == message


def test_files_that_are_no_audio(tmp_path):
    path = tmp_path / "a.wav"
    advice = "Paths in a manifest are relative to the manifest."
    refuses(
        f"{WHERE}: `{path}` must be an audio file, got a path where nothing is. {advice}",
        path,
        8000,
    )
    refuses(
        f"{WHERE}: `{tmp_path}` must be an audio file, got a directory. {advice}", tmp_path, 8000
    )
    path.write_text("no sound at all")
    refuses(
        f"{WHERE}: `{path}` must be an audio file that libsndfile reads (WAV, FLAC, Ogg), got: "
        "Format not recognised. Convert it, e.g. with: ffmpeg -i IN OUT.wav",
        path,
        8000,
    )
    soundfile.write(path, np.zeros(0), 8000)
    refuses(f"{WHERE}: `{path}` must have at least 1 sample, got an empty file.", path, 8000)


def test_parts_that_are_not_there(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 8000)
    refuses(f"{WHERE}: `{path}` must reach start=0.5 s, got 0.500 s.", path, 8000, start=0.5)
    refuses(f"{WHERE}: `{path}` must reach end=0.6 s, got 0.500 s.", path, 8000, end=0.6)


def test_samples_that_are_no_numbers(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([0.0, np.nan]), 8000, subtype="FLOAT")
    refuses(
        f"{WHERE}: `{path}` must hold numbers, got NaN or infinity. Write the file again.",
        path,
        8000,
    )
    with pytest.raises(DataError, match=r"^array 1 must have at least 1 sample, got none\.$"):
        checked(np.zeros(0, np.float32), "array 1")


@pytest.mark.parametrize("package", ["soundfile", "soxr"])
def test_a_missing_package_names_the_extra(tmp_path, monkeypatch, package):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 8000)
    monkeypatch.setitem(__import__("sys").modules, package, None)
    message = re.escape(
        f"`{package}` must be installed, got no such package. Run: pip install 'seqloom[speech]'"
    )
    with pytest.raises(MissingExtraError, match=message):
        read_audio(path, 16000, where=WHERE)


def test_the_same_rate_changes_nothing():
    sound = tone().astype(np.float32)
    assert resample(sound, 8000, 8000, WHERE) is sound
