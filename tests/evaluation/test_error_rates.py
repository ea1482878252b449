"""Error rates, worked by hand."""

import pytest

from seqloom.errors import DataError
from seqloom.evaluation.error_rates import (
    Counts,
    Match,
    Score,
    error_counts,
    exact_match,
    match_references,
    output_error_rate,
    symbol_error_rate,
)

OUTPUTS = [["K", "AE", "T"], ["D", "AO"], [], ["B", "IY"]]
REFERENCES = [
    [["K", "AE", "T", "S"]],  # 1 edit of 4
    [["D", "AA", "G"], ["D", "AO"]],  # right, by the second
    [["S", "EH", "T"]],  # nothing came out: 3 edits of 3
    [["B"], ["B", "IY", "IY", "Z", "AH"]],  # 1 of 1 (100 %) or 3 of 5 (60 %)
]


def test_matches_worked_by_hand():
    assert match_references(OUTPUTS, REFERENCES) == [
        Match(0, 1, 4),
        Match(1, 0, 2),
        Match(0, 3, 3),
        Match(1, 3, 5),
    ]


def test_counts_worked_by_hand():
    counts = error_counts(OUTPUTS, REFERENCES)
    assert counts == Counts(edits=7, reference_symbols=14, wrong=3, total=4)
    assert counts.symbol_error_rate == 50.0
    assert counts.output_error_rate == 75.0


def test_no_outputs_count_nothing():
    counts = error_counts([], [])
    assert counts == Counts(edits=0, reference_symbols=0, wrong=0, total=0)
    assert counts.symbol_error_rate == counts.output_error_rate == 0.0


def test_rates_are_percent_of_sums():
    rate = symbol_error_rate([1, 0, 3, 3], [4, 2, 3, 5])
    assert (rate.value, rate.unit) == (50.0, "%")
    assert 0 <= rate.low < 50 < rate.high <= 100
    wrong = output_error_rate([1, 0, 3, 3])
    assert (wrong.value, wrong.unit) == (75.0, "%")
    assert wrong.low < 75 < wrong.high == 100.0


def test_exact_match_turns_the_interval_round():
    assert exact_match(Score(30.0, 25.0, 40.0, "%")) == Score(70.0, 60.0, 75.0, "%")


def test_no_errors_at_all():
    assert symbol_error_rate([0, 0], [3, 4]) == Score(0.0, 0.0, 0.0, "%")
    assert output_error_rate([0, 0]) == Score(0.0, 0.0, 0.0, "%")


def test_output_that_runs_on_passes_100_percent():
    assert error_counts([["A"] * 9], [[["A"]]]).symbol_error_rate == 800.0


@pytest.mark.parametrize(
    ("outputs", "references", "message"),
    [
        (
            [["K"], ["S"]],
            [[["K"]]],
            r"^error_counts: `references` must hold one entry per output, 2, got 1\. "
            r"Pair them by position\.$",
        ),
        (
            [["K"], ["S"]],
            [[["K"]], []],
            r"^error_counts: entry 2 of `references` must hold at least 1 reference, got 0\. "
            r"Give each source the outputs that are right for it\.$",
        ),
        (
            [["K"], ["S", "T"]],
            [[["K"]], ["S", "T"]],  # the level of several references forgotten
            r"^error_counts: entry 2 of `references` must be split into symbols, "
            r"got the text 'S'\. Split it, and put references in a tuple per source\.$",
        ),
        (
            ["K S"],
            [[["K", "S"]]],
            r"^error_counts: entry 1 of `outputs` must be split into symbols, got the text 'K S'\.",
        ),
    ],
)
def test_messages(outputs, references, message):
    with pytest.raises(DataError, match=message):
        error_counts(outputs, references)
