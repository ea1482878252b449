"""Folders of Kaldi, after its page "Data preparation"."""

import re

import pytest

from seqloom.data.guess import guess_task
from seqloom.data.speech.manifest import read_manifest
from seqloom.errors import DataError

TEXT = "sw02001-A_000098 HI UM YEAH\nsw02001-A_001980 UM-HUM\n"
SEGMENTS = "sw02001-A_000098 sw02001-A 0.98 11.56\nsw02001-A_001980 sw02001-A 19.8 -1\n"


@pytest.fixture
def folder(tmp_path):
    def make(**files):
        (tmp_path / "train").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "train" / name.replace("_", ".")).write_text(text)
        return tmp_path / "train"

    return make


def read(folder):
    return [(u.name, u.text, u.start, u.end) for u in read_manifest(str(folder))]


def test_with_segments(folder):
    path = folder(text=TEXT, segments=SEGMENTS, wav_scp="sw02001-A /data/sw02001.wav\n")
    assert read(path) == [
        ("/data/sw02001.wav", "HI UM YEAH", 0.98, 11.56),
        ("/data/sw02001.wav", "UM-HUM", 19.8, None),
    ]
    assert guess_task(str(path)).say() == ("task: transcribe (a folder of Kaldi; --task overrides)")


def test_without_segments(folder, tmp_path, monkeypatch):
    """A path is relative to the folder, or to the working folder."""
    (tmp_path / "wav").mkdir()
    (tmp_path / "wav" / "b.wav").touch()
    path = folder(text="a ONE\nb TWO\n", wav_scp="b wav/b.wav\na sound/a.wav\n")
    monkeypatch.chdir(tmp_path)
    found = read_manifest("train")
    assert [u.path.resolve() for u in found] == [
        path / "sound" / "a.wav",
        tmp_path / "wav" / "b.wav",
    ]
    assert found[1].where == "train/text, line 2"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"text": "a X\n", "wav_scp": "a sph2pipe -f wav -p a.sph |\n"},
            "wav.scp, line 1: a is the output of a command, which seqloom does not run. Write it "
            "to a file once (COMMAND > a.wav)",
        ),
        ({"text": "b X\n", "wav_scp": "a a.wav\n"}, "text, line 1: b is not in "),
        ({"text": "a X\n", "wav_scp": "a\n"}, "wav.scp, line 1: a has no path"),
        ({"text": "a X\na Y\n", "wav_scp": "a a.wav\n"}, "text, line 2: a stands on line 1"),
        (
            {"text": "a X\n", "wav_scp": "a a.wav\n", "segments": "a b 1 2\n"},
            "segments, line 1: b is not in ",
        ),
        (
            {"text": "a X\n", "wav_scp": "a a.wav\n", "segments": "a a 1\n"},
            "segments, line 1: a line must be UTTERANCE RECORDING START END, got 3 cells",
        ),
        (
            {"text": "a X\n", "wav_scp": "a a.wav\n", "segments": "a a 2 1\n"},
            "text, line 1: `end` ends the part at 1 s",
        ),
        ({"text": "a\n", "wav_scp": "a a.wav\n"}, "text, line 1: `text` must be a text"),
    ],
)
def test_wrong_lines(folder, files, said):
    with pytest.raises(DataError, match=re.escape(said)):
        read(folder(**files))
