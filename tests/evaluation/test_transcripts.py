"""Scores of transcripts, by hand."""

import io

import pytest
from rich.console import Console

from seqloom.errors import DataError
from seqloom.evaluation.transcript_report import print_transcripts
from seqloom.evaluation.transcripts import evaluate_transcripts

NAMES = ["a.wav", "b.wav", "c.wav", "d.wav"]
SECONDS = [1.0, 2.0, 0.5, 1.5]
SAID = ["one two three", "four  five", "six", "seven seven"]
HEARD = ["one three", "four five", "sick", "seven"]


def found(**options):
    return evaluate_transcripts(NAMES, SECONDS, HEARD, SAID, **options)


def test_rates_are_counted_by_hand():
    scores = found()
    assert (scores.recordings, scores.seconds) == (4, 5.0)
    assert scores.word_error_rate.value == 100 * (1 + 0 + 1 + 1) / 8
    # "two " is missing; x is c k; " seven" is missing
    assert scores.character_error_rate.value == 100 * (4 + 0 + 2 + 6) / (13 + 9 + 3 + 11)
    assert scores.wrong_recordings.value == 75.0
    for score in (scores.word_error_rate, scores.character_error_rate, scores.wrong_recordings):
        assert score.low < score.value < score.high
        assert score.unit == "%"


def test_rows_worst_and_confusions():
    scores = found()
    assert [row.output for row in scores.rows] == HEARD
    assert scores.rows[1].reference == "four five", "white space does not count"
    assert [row.name for row in scores.worst] == ["a.wav", "c.wav", "d.wav"]
    pairs = {(c.reference, c.output): c.count for c in scores.confusions}
    assert pairs == {("six", "sick"): 1, ("two", "∅"): 1, ("seven", "∅"): 1}
    assert sum(row.sources for row in scores.by_length) == 4


def test_nothing_right_or_nothing_heard():
    scores = evaluate_transcripts(["a"], [1.0], [""], ["one two"])
    assert scores.word_error_rate.value == scores.character_error_rate.value == 100.0
    scores = evaluate_transcripts(["a"], [1.0], ["one two"], ["one two"])
    assert scores.word_error_rate.value == 0.0
    assert scores.worst == ()


def test_lists_must_fit():
    with pytest.raises(
        DataError, match=r"must hold one text per recording, at least 1, got 0 texts"
    ):
        evaluate_transcripts([], [], [], [])
    with pytest.raises(DataError, match=r"got 2 texts for 1 recordings and 1 references\.$"):
        evaluate_transcripts(["a"], [1.0], ["x", "y"], ["x"])


def test_json_and_table(tmp_path):
    scores = found()
    data = scores.to_json()
    assert data["word_error_rate"]["value"] == 37.5
    assert data["worst"][0]["name"] == "a.wav"
    scores.write_outputs(tmp_path / "out.tsv")
    lines = (tmp_path / "out.tsv").read_text().splitlines()
    assert lines[0].split("\t")[:3] == ["audio", "reference", "output"]
    assert lines[3] == "c.wav\tsix\tsick\t1\t2\t0.500"


def test_the_printed_report():
    out = io.StringIO()
    print_transcripts(found(), Console(file=out, width=80))
    text = out.getvalue()
    assert "Scores of 4 recordings, 5.0 s" in text
    assert "37.50 %" in text
    assert "a.wav" in text
    assert max(map(len, text.splitlines())) <= 80
