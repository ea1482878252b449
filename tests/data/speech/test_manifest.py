"""Manifests: both forms, and what each broken line says."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.speech.manifest import (
    Utterance,
    read_manifest,
    split_by_recording,
)
from seqloom.errors import DataError

NEMO = Path(__file__).parents[4] / "shared" / "faults" / "d01_nemo_offset.jsonl"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("manifests")


def write(folder, text, name="m.tsv"):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def rows(path):
    return [(u.name, u.text, u.start, u.end) for u in read_manifest(path)]


def test_a_line_a_recording(folder):
    path = write(folder, "a.wav\tone two\n\nsub/b.flac\t three \r\n")
    assert rows(path) == [("a.wav", "one two", 0.0, None), ("sub/b.flac", "three", 0.0, None)]
    first, second = read_manifest(path)
    assert first.path == folder / "a.wav"
    assert second.where == f"{path}, line 3"


def test_absolute_paths_stay(folder):
    assert str(read_manifest(write(folder, "/x/a.wav\tone\n"))[0].path) == "/x/a.wav"


def test_parts_of_a_recording(folder):
    path = write(folder, "a.wav\tone\t0\t1.5\na.wav\ttwo\t1.5\na.wav\tthree\t\t9\n")
    assert [r[2:] for r in rows(path)] == [(0.0, 1.5), (1.5, None), (0.0, 9.0)]


def test_a_header_names_the_columns(folder):
    path = write(folder, "speaker\tText\tend\tpath\nx\tone\t2\ta.wav\n")
    assert rows(path) == [("a.wav", "one", 0.0, 2.0)]


def test_json_lines(folder):
    lines = [
        {"audio": "a.wav", "text": "one", "start": 1, "end": 2.5, "speaker": "x"},
        {"path": "b.wav", "text": "two", "end": None},
    ]
    path = write(folder, "".join(json.dumps(line) + "\n" for line in lines), "m.jsonl")
    assert rows(path) == [("a.wav", "one", 1.0, 2.5), ("b.wav", "two", 0.0, None)]


def test_segments_as_nemo_writes_them(folder):
    lines = [{"audio_filepath": "a.wav", "offset": 1.5, "duration": 0.25, "text": "one"}]
    assert rows(write(folder, json.dumps(lines[0]), "n.json")) == [("a.wav", "one", 1.5, 1.75)]
    table = write(folder, "Path\tText\tstartTime\tend_ms\na.wav\tone\t1.5\t1750\n")
    assert rows(table) == [("a.wav", "one", 1.5, 1.75)]
    unknown = write(folder, "path\ttext\tstart_frame\na.wav\tone\t99\n")
    with pytest.raises(DataError, match=r"m\.tsv, line 2: `start_frame` looks like a time in the"):
        rows(unknown)


@pytest.mark.skipif(not NEMO.is_file(), reason="../shared/faults is absent")
def test_a_manifest_of_nemo_is_its_segments():
    found = read_manifest(NEMO)
    assert len(found) == len({(u.name, u.start) for u in found})
    first = found[:3]
    assert [u.start for u in first] == [0.0, 1.5709, 3.4385]
    assert [u.end for u in first] == pytest.approx([1.5709, 3.4385, 5.37])


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("", "", "the file is empty. Name another."),
        ("path\ttext\n", "", "the manifest has no lines below its header."),
        ("a.wav\tone\na.wav one\n", ", line 2", "a line must have 2 to 4 columns, got 1. Write "
         "path, text and, if only a part is meant, start and end in seconds."),
        ("a\tb\t0\t1\tx\n", ", line 1", "a line must have 2 to 4 columns, got 5. Write path, text "
         "and, if only a part is meant, start and end in seconds."),
        ("path\ttext\na.wav\n", ", line 2",
         "a line must have 2 columns as the header has, got 1."),
        ("a.wav\t \n", ", line 1", "`text` must be a text that is not empty, got nothing. "
         "Fill it in or delete the line."),
        ("\tone\n", ", line 1", "`audio` must be a text that is not empty, got nothing. "
         "Fill it in or delete the line."),
        ("a.wav\tone\tsoon\n", ", line 1", "`start` is 'soon'. Write a time, 0 or more."),
        ("a.wav\tone\t-1\n", ", line 1", "`start` is '-1'. Write a time, 0 or more."),
        ("a.wav\tone\t0\tnan\n", ", line 1", "`end` is 'nan'. Write a time, 0 or more."),
        ("a.wav\tone\t2\t2\n", ", line 1", "`end` ends the part at 2 s, which is not "
         "after its start at 2 s. Correct it."),
        ('{"audio": "a.wav", "text": "x", "end": true}', ", line 1",
         "`end` is 'True'. Write a time, 0 or more."),
        ('{"audio": "a.wav"}', ", line 1", "`audio` must", ),
        ('{"audio": "a.wav", "text": 3}', ", line 1", "`text` must be a text that is not empty, "
         "got 3. Fill it in or delete the line."),
        ('{"audio": "a.wav", "text": "x"}\n[1]', ", line 2",
         "the line is JSON, but no object: '[1]'. "
         'Write an object a line, such as {"text": "a fine film", "label": "good"}.'),
        ('{"audio": "a.wav", "text": "x"}\n{', ", line 2", "the line is not JSON: Expecting "
         "property name enclosed in double quotes: line 1 column 2 (char 1). "
         'Write an object a line, such as {"text": "a fine film", "label": "good"}.'),
    ],
)  # fmt: skip
def test_a_broken_line_says_what_is_wrong(folder, text, where, message):
    path = write(folder, text)
    if message == "`audio` must":
        message = (
            "`text` must be a text that is not empty, got nothing. Fill it in or delete the line."
        )
    with pytest.raises(DataError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"{path}{where}: {message}"


def test_a_missing_manifest_is_named(folder):
    with pytest.raises(DataError, match=re.escape(f"{folder / 'none.tsv'}: data must be a file")):
        read_manifest(folder / "none.tsv")


@settings(deadline=None, max_examples=200)
@given(data=st.binary(max_size=80) | st.text(max_size=80).map(lambda t: t.encode()))
def test_any_bytes_are_read_or_refused_in_one_line(folder, data):
    path = write(folder, data)
    try:
        found = read_manifest(path)
    except DataError as error:
        assert str(error).startswith(str(path))  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert all(u.name and u.text and (u.end is None or u.end > u.start >= 0) for u in found)


def utterances(names):
    return [Utterance(path=Path(n), name=n, text="x", start=0.0, end=None, where="") for n in names]


def test_segments_of_a_recording_stay_together():
    data = utterances([f"{i}.wav" for i in range(100) for _ in range(3)])
    train, valid = split_by_recording(data, 0.1)
    assert len({u.name for u in valid}) == 10
    assert not {u.name for u in valid} & {u.name for u in train}
    assert len(train) + len(valid) == 300
    assert split_by_recording(data[::-1], 0.1)[1] == valid[::-1]
    with pytest.raises(
        DataError, match=r"^train: a manifest must name at least 2 recordings .* got"
    ):
        split_by_recording(data[:3], 0.1)


def test_a_recording_is_one_however_its_name_is_spelled():
    names = [f"{i}.wav" for i in range(40)]
    data = utterances([*names, *(f"./{n}" for n in names), *(f"x/../{n}" for n in names)])
    train, valid = split_by_recording(data, 0.3)
    sides = [{u.name.rpartition("/")[2] for u in side} for side in (train, valid)]
    assert not sides[0] & sides[1]
    assert (len(train), len(valid)) == (84, 36)
    assert {u.name for u in split_by_recording(data[:40], 0.3)[1]} == sides[1]
