"""Results are read as they lie in the file; what is wrong with them is said."""

import numpy as np
import pytest

from seqloom.comparison.report.read import read_results
from seqloom.errors import FormatError

from .simulated import simulated


def test_everything_arrives():
    results = simulated(examples=50, seeds=2)
    got = read_results(results)
    assert (got.task, got.budget, got.length_unit) == (
        "transduce",
        "3 minutes a network",
        "source symbols",
    )
    assert [entry.name for entry in got.entries] == [e["name"] for e in results["entries"]]
    gru = got.entries[3]
    assert gru.sample.numerators.shape == (2, 50)
    assert gru.sample.score == pytest.approx(
        np.mean([r["score"] for r in results["entries"][3]["runs"]])
    )
    assert gru.sample.seeded
    assert not got.entries[0].sample.seeded
    assert gru.runs[1]["curve"][0]["step"] == 93


def test_failed_runs_and_unknown_numbers_are_kept_apart():
    results = simulated(examples=50, seeds=2)
    rnn = results["entries"][1]
    rnn["runs"][0] = {"seed": 1, "score": None, "error": "train: the loss left the real numbers"}
    rnn["parameters"] = None
    results["entries"][2]["runs"] = [{"seed": 1, "score": 9.0, "numerators": None}]
    got = read_results(results)
    assert got.entries[1].failed == ("train: the loss left the real numbers",)
    assert len(got.entries[1].runs) == 1
    assert got.entries[1].parameters is None
    assert got.entries[2].sample is None
    assert got.entries[2].runs[0].get("seconds") is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, r"^report: `format` must be 1, got 2\. Make the results with this version"),
        ({"kind": "probe"}, r"^report: `kind` must be compare, got 'probe'\."),
        ({"measure": None}, r"^report: `measure` must be there in the results, got None\."),
        ({"entries": {}}, r"^report: `entries` must be there in the results, got {}\."),
        ({"length": {"values": [1, 2]}}, r"`numerators` of nearest must have 2 numbers like"),
    ],
)
def test_what_is_wrong_is_said(change, message):
    with pytest.raises(FormatError, match=message):
        read_results({**simulated(examples=30, seeds=1), **change})
