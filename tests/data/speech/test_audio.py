"""Audio in: formats, channels, rates, parts, and files that are none."""

import os
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from seqloom.data.speech import audio
from seqloom.data.speech.audio import (
    BEYOND,
    CANCELS,
    SILENT,
    AudioReader,
    audio_rate,
    checked,
    noted,
    read_audio,
    resample,
)
from seqloom.data.speech.sound_file import BLOCK, SHORTER, SoundFile
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
    got = read_audio(path, 8000, where=WHERE).samples
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, sound, atol=step)


def test_channels_are_mixed(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([tone(), 3 * tone() / 5], axis=1), 8000, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(path, 8000, where=WHERE).samples, 0.8 * tone(), atol=1e-6)


def test_a_part_is_cut_out(tmp_path):
    path = tmp_path / "a.wav"
    sound = np.arange(800) / 1000
    soundfile.write(path, sound, 8000, subtype="DOUBLE")
    got = read_audio(path, 8000, start=0.01, end=0.02, where=WHERE).samples
    np.testing.assert_allclose(got, sound[80:160], atol=1e-6)
    assert len(read_audio(path, 8000, start=0.05, where=WHERE).samples) == 400


def test_another_rate_is_brought_to_ours(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(rate=11025), 11025, subtype="FLOAT")
    got = read_audio(path, 8000, where=WHERE).samples
    assert abs(len(got) - 4000) <= 1
    np.testing.assert_allclose(got[200:-200], tone()[200 : len(got) - 200], atol=2e-3)


def refuses(message, *arguments, **options):
    with pytest.raises(DataError) as caught:
        read_audio(*arguments, where=WHERE, **options)
    assert str(caught.value) == message


def test_files_that_are_no_audio(tmp_path):
    path = tmp_path / "a.wav"
    refuses(
        f"{WHERE}: `{path}` is not there. Name an audio file; in a manifest, from the manifest's "
        "folder on.",
        path,
        8000,
    )
    refuses(f"{WHERE}: `{tmp_path}` is a folder. Name the audio files in it.", tmp_path, 8000)
    long = Path("a" * 300)
    refuses(
        f"{WHERE}: `{long}` cannot be opened: File name too long. Give it another name.", long, 8000
    )
    os.mkfifo(tmp_path / "pipe")
    refuses(
        f"{WHERE}: `{tmp_path / 'pipe'}` is a pipe or a device. Write what comes from it to a file "
        "first.",
        tmp_path / "pipe",
        8000,
    )
    path.write_text("no sound at all")
    foreign = (
        "is no audio that libsndfile reads (WAV, FLAC, Ogg, MP3 ...): {}. Convert it, e.g. with: "
        "ffmpeg -i IN OUT.wav"
    )
    refuses(f"{WHERE}: `{path}` {foreign.format('Format not recognised')}", path, 8000)
    (tmp_path / "a.raw").write_bytes(bytes(100))
    with pytest.raises(DataError, match=r"a\.raw` is no audio that libsndfile reads"):
        read_audio(tmp_path / "a.raw", 8000, where=WHERE)
    soundfile.write(path, np.zeros(0), 8000)
    refuses(f"{WHERE}: `{path}` has no samples. Delete its line, or record it again.", path, 8000)


def test_parts_that_are_not_there(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 8000)
    refuses(
        f"{WHERE}: `{path}` ends at 0.500 s, but a part from 0.5 s on is asked for. Correct its "
        "start.",
        path,
        8000,
        start=0.5,
    )
    refuses(
        f"{WHERE}: `{path}` ends at 0.500 s, but a part until 0.515 s is asked for. Correct its "
        "end.",
        path,
        8000,
        end=0.515,
    )


@pytest.mark.parametrize("over", [1e-4, 5e-3, 9e-3])
def test_an_end_that_was_rounded_is_the_recordings(tmp_path, over):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 8000)
    found = read_audio(path, 8000, start=0.1, end=0.5 + over, where=WHERE)
    assert (len(found.samples), found.notes) == (3200, ())


def test_samples_that_are_no_numbers(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([0.0, np.nan]), 8000, subtype="FLOAT")
    refuses(
        f"{WHERE}: `{path}` holds NaN or infinity among its samples. Write it again.", path, 8000
    )
    soundfile.write(path, 32768 * tone(), 8000, subtype="FLOAT")
    refuses(
        f"{WHERE}: `{path}` has samples up to 16384, but full scale is 1. Divide them, by 32768 "
        "if they were 16-bit integers.",
        path,
        8000,
    )
    with pytest.raises(DataError, match=r"^array 1 has no samples\.$"):
        checked(np.zeros(0, np.float32), "array 1")


def song(seconds, rate, seed=0):
    """Sound that no codec finds easy: a gliding tone, and noise that comes and goes."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    noise = 0.1 * random.normal(size=len(t)) * (np.sin(7 * t) > 0)
    return 0.3 * np.sin(2 * np.pi * (300 + 40 * np.sin(t)) * t) + noise


CODECS = {
    "a.mp3": (22050, {"bitrate_mode": "VARIABLE", "compression_level": 0.7}),
    "b.mp3": (22050, {"bitrate_mode": "CONSTANT"}),
    "a.ogg": (22050, {"subtype": "VORBIS"}),
    "b.ogg": (16000, {"subtype": "OPUS"}),
    "a.flac": (22050, {}),
    "a.wav": (8000, {"subtype": "GSM610"}),
    "b.wav": (22050, {"subtype": "MS_ADPCM"}),
    "c.wav": (22050, {"subtype": "IMA_ADPCM"}),
    "d.wav": (8000, {"subtype": "ULAW"}),
    "a.au": (8000, {"subtype": "G721_32"}),
    "a.aiff": (22050, {"subtype": "PCM_24"}),
    "a.caf": (22050, {"subtype": "ALAC_16"}),
}


@pytest.mark.parametrize("name", CODECS)
def test_a_part_is_what_the_whole_file_has_there(tmp_path, name):
    rate, options = CODECS[name]
    path, seconds = tmp_path / name, 5
    soundfile.write(path, song(seconds, rate), rate, **options)
    blocks, parts = [], np.random.default_rng(1).uniform(0, seconds - 1, 5)
    with soundfile.SoundFile(path) as file:  # the oracle: libsndfile from the beginning, at once
        blocks.append(file.read(seconds * rate, dtype="float32"))
    whole = read_audio(path, rate, where=WHERE).samples
    np.testing.assert_array_equal(whole[: seconds * rate], blocks[0])
    with AudioReader(rate) as reader:
        for start in [*np.sort(parts), *parts, 0.0, 1 / rate]:  # onward and back
            first, last = round(start * rate), round((start + 0.7) * rate)
            got = reader.read(path, start=start, end=start + 0.7, where=WHERE)
            np.testing.assert_array_equal(got.samples, whole[first:last])


def test_parts_in_order_cost_one_pass(tmp_path, monkeypatch):
    path = tmp_path / "a.mp3"
    soundfile.write(path, song(9, 16000), 16000)
    opened, decode = [], SoundFile._decode
    monkeypatch.setattr(SoundFile, "_decode", lambda self: (opened.append(1), decode(self))[1])
    with AudioReader(16000) as reader:
        for first in range(8):
            reader.read(path, start=first, end=first + 1, where=WHERE)
    assert len(opened) <= 9 * 16000 / BLOCK + 1


def test_an_mp3_that_does_not_say_its_length(tmp_path):
    path = tmp_path / "a.mp3"
    loud = np.concatenate(
        [np.random.default_rng(0).normal(scale=0.3, size=44100), np.zeros(441000)]
    )
    soundfile.write(path, loud, 44100, bitrate_mode="VARIABLE", compression_level=0.1)
    whole = path.read_bytes()
    assert (b"Xing" in whole[:200]) or (b"Info" in whole[:200])
    assert len(read_audio(path, 44100, where=WHERE).samples) == len(loud)
    second = whole.index(whole[:2], 100)  # the first frame is the header
    path.write_bytes(whole[second:])
    with pytest.raises(DataError) as caught:
        read_audio(path, 44100, where=WHERE)
    assert str(caught.value).startswith(
        f"{WHERE}: `{path}` does not say how long it is (an MP3 of variable bit rate without a "
        "Xing header): "
    )
    assert str(caught.value).endswith(
        " bytes would not be read. Add it with: ffmpeg -i IN -c copy OUT.mp3"
    )


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.au", "a.mp3", "a.ogg"])
def test_a_file_that_was_cut_off_is_said_to_be(tmp_path, name):
    path = tmp_path / name
    soundfile.write(path, song(4, 16000), 16000)
    assert read_audio(path, 16000, where=WHERE).notes == ()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    found = read_audio(path, 16000, where=WHERE)
    assert 17000 < len(found.samples) < 40000
    assert found.notes == (SHORTER,)
    assert read_audio(path, 16000, end=1.0, where=WHERE).notes == ()


def test_a_length_that_a_stream_could_not_know_is_no_fault(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 8000)
    whole = bytearray(path.read_bytes())
    whole[4:8] = whole[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(whole)
    found = read_audio(path, 8000, where=WHERE)
    assert (len(found.samples), found.notes) == (4000, ())
    flac = tmp_path / "a.flac"
    soundfile.write(flac, tone(), 8000)
    whole = bytearray(flac.read_bytes())
    whole[21] &= 0xF0
    whole[22:26] = bytes(4)
    flac.write_bytes(whole)
    assert len(read_audio(flac, 8000, where=WHERE).samples) == 4000


def test_what_is_odd_is_said(tmp_path):
    path = tmp_path / "a.wav"

    def notes(sound):
        soundfile.write(path, sound, 8000, subtype="FLOAT")
        return read_audio(path, 8000, where=WHERE)

    assert notes(2.2 * tone()).notes == (BEYOND,)
    assert notes(1e-5 * tone()).notes == (SILENT,)
    assert notes(np.stack([tone(), 0 * tone()], axis=1)).notes == ()
    found = notes(np.stack([tone(), -1.1 * tone()], axis=1))
    assert found.notes == (CANCELS,)
    np.testing.assert_allclose(found.samples, -1.1 * tone(), atol=1e-6)
    assert noted(np.zeros(5)) == (SILENT,)
    assert noted(2 * tone()) == ()
    assert noted(3 * tone()) == (BEYOND,)


def test_rates_and_sizes_that_cannot_be(tmp_path):
    path = tmp_path / "a.wav"
    for rate in (999, 768_001):
        soundfile.write(path, tone(), rate)
        refuses(
            f"{WHERE}: `{path}` has a sample rate of {rate:,} Hz. Give it its true rate, from 1 to "
            "768 kHz.",
            path,
            8000,
        )
    flac = tmp_path / "a.flac"
    soundfile.write(flac, tone(), 8000)
    whole = bytearray(flac.read_bytes())
    whole[21:26] = b"\xff\xff\xff\xff\xff"  # 2^36 samples, at the end of STREAMINFO
    flac.write_bytes(whole)
    refuses(
        f"{WHERE}: `{flac}` says that it holds 68,719,476,735 samples, which {len(whole):,} bytes "
        "cannot. Copy or download it again.",
        flac,
        8000,
    )


def test_memory_is_bounded(tmp_path, monkeypatch):
    """Silence of any length is a few bytes of FLAC: its samples are counted while it is read."""
    path = tmp_path / "a.flac"
    soundfile.write(path, np.zeros(3_000_000, np.int16), 8000)
    monkeypatch.setattr(audio, "MOST_SAMPLES", 2_000_000)
    tracemalloc.start()
    refuses(
        f"{WHERE}: `{path}` is longer than 2,000,000 samples, the most that a recording may have. "
        "Cut it into pieces, or give start and end in a manifest.",
        path,
        8000,
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12e6


@pytest.mark.parametrize("package", ["soundfile", "soxr"])
def test_a_missing_package_names_the_extra(tmp_path, monkeypatch, package):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 8000)
    monkeypatch.setitem(__import__("sys").modules, package, None)
    message = re.escape(f"`{package}` is not installed. Run: pip install 'seqloom[speech]'")
    with pytest.raises(MissingExtraError, match=message):
        read_audio(path, 16000, where=WHERE)


def test_the_same_rate_changes_nothing():
    sound = tone().astype(np.float32)
    assert resample(sound, 8000, 8000, WHERE) is sound
