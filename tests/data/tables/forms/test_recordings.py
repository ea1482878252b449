"""Common Voice, LJSpeech, folders of audio; NeMo's manifests, which are JSON lines."""

import json

import pytest

from seqloom.data.given import given
from seqloom.data.guess import guess_task
from seqloom.data.speech.manifest import read_manifest
from seqloom.data.tables.source import part_of
from seqloom.errors import DataError

# Common Voice: the columns of version 17
HEADER = "client_id\tpath\tsentence_id\tsentence\tup_votes\tage\n"


def read(path, form="auto"):
    return [(u.path, u.text, u.start, u.end) for u in read_manifest(given(str(path)).read_as(form))]


def test_common_voice(tmp_path):
    (tmp_path / "clips").mkdir()
    path = tmp_path / "train.tsv"
    path.write_text(
        HEADER + 'x1\ta.mp3\ts1\tHe said "no".\t2\t\nx2\tclips/b.mp3\ts2\tYes\t2\tteens\n'
    )
    assert part_of(str(path)).form == "common-voice"
    assert read(path) == [
        (tmp_path / "clips" / "a.mp3", 'He said "no".', 0.0, None),
        (tmp_path / "clips" / "b.mp3", "Yes", 0.0, None),
    ]
    assert guess_task(str(path)).why == "a table of Common Voice"
    path.write_text(HEADER + "x1\ta.mp3\ts1\tHe\n")
    with pytest.raises(DataError, match="line 2: a line must have 6 columns as the header has"):
        read(path)


def test_without_clips_it_is_a_manifest(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text(HEADER + "x1\ta.mp3\ts1\tHe\t2\t\n")
    assert part_of(str(path)).form == "TSV"
    path.write_text("a\tb\n")
    with pytest.raises(DataError, match="has columns path and sentence, got a, b"):
        part_of(str(path), "common-voice")


def test_ljspeech(tmp_path):
    (tmp_path / "wavs").mkdir()
    (tmp_path / "wavs" / "LJ001-0001.wav").touch()
    path = tmp_path / "metadata.csv"
    path.write_text('LJ001-0001|in 1455, "the"|in fourteen fifty-five, "the"\nLJ001-0002|a|\n')
    assert part_of(str(path)).form == "ljspeech"
    assert read(path) == [
        (tmp_path / "wavs" / "LJ001-0001.wav", 'in fourteen fifty-five, "the"', 0.0, None),
        (tmp_path / "wavs" / "LJ001-0002.wav", "a", 0.0, None),
    ]
    assert guess_task(str(path)).why == "a table like LJSpeech"
    path.write_text("LJ001-0001|a|b\nx|y|z|w\n")
    with pytest.raises(DataError, match=r"metadata.csv, line 2: a line must be id\|text\|normal"):
        read(path, "ljspeech")


def test_bars_without_recordings_are_a_table(tmp_path):
    path = tmp_path / "metadata.csv"
    path.write_text("LJ001-0001|a film|good\nLJ001-0002|b film|bad\n")
    assert part_of(str(path)).form == "CSV"


@pytest.fixture
def folder(tmp_path):
    for name, text in {"a": "one  two\n", "b": "three"}.items():
        (tmp_path / f"{name}.wav").touch()
        (tmp_path / f"{name}.txt").write_text(text)
    return tmp_path


def test_a_folder_of_audio(folder):
    (folder / "c.FLAC").touch()
    (folder / "c.lab").write_text("four")
    assert read(folder) == [
        (folder / "a.wav", "one two", 0.0, None),
        (folder / "b.wav", "three", 0.0, None),
        (folder / "c.FLAC", "four", 0.0, None),
    ]
    assert guess_task(str(folder)).why == "recordings with transcripts beside them"


def test_a_folder_by_a_relative_path(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert read(folder.name)[0][0].resolve() == folder / "a.wav"


def test_a_recording_without_a_transcript(folder):
    (folder / "c.wav").touch()
    with pytest.raises(DataError, match=r"c.wav: no transcript lies beside it. Write c.txt"):
        read(folder)
    (folder / "c.txt").write_text(" ")
    with pytest.raises(DataError, match=r"c.txt: the transcript is empty"):
        read(folder)


def test_a_folder_without_recordings(tmp_path):
    with pytest.raises(DataError, match=r"must have files that end in \.wav"):
        read(tmp_path, "audio-folder")


def test_nemo(tmp_path):
    """NeMo's manifest: JSON lines with `audio_filepath`, `duration`, `offset` and `text`."""
    path = tmp_path / "train_manifest.json"
    rows = [
        {"audio_filepath": "a.wav", "text": "one", "offset": 1.5, "duration": 2.0},
        {"audio_filepath": "/b.wav", "text": "two", "duration": 3.25},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read(path)
    assert found[0] == (tmp_path / "a.wav", "one", 1.5, 3.5)
    assert (str(found[1][0]), *found[1][1:]) == ("/b.wav", "two", 0.0, 3.25)
    assert guess_task(str(path)).task == "transcribe"
