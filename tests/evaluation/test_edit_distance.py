"""Edit distance: Levenshtein's table, as in the textbook, is the oracle."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.errors import DataError, MissingExtraError
from seqloom.evaluation.edit_distance import Edit, best_reference, distance, edits

# Symbols of one and of several characters, so that counting characters shows.
PHONES = st.lists(st.sampled_from(["AH0", "AH1", "K", "S", "é", " "]), max_size=8)


def textbook(output, reference):
    """The whole table: cell (i, j) turns i symbols of the reference into j of the output."""
    table = [[0] * (len(output) + 1) for _ in range(len(reference) + 1)]
    for i in range(len(reference) + 1):
        for j in range(len(output) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
            else:
                differ = reference[i - 1] != output[j - 1]
                table[i][j] = min(
                    table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + differ
                )
    return table[-1][-1]


@pytest.mark.parametrize(
    ("output", "reference", "want"),
    [
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        (["K", "AH0", "T"], ["K", "AE1", "T", "S"], 2),
        (["AH0"], ["AH1"], 1),  # one symbol, not one character of three
        ([], ["K", "S"], 2),
        (["K", "S"], [], 2),
        ([], [], 0),
    ],
)
def test_distances_worked_by_hand(output, reference, want):
    assert distance(list(output), list(reference)) == want


@given(PHONES, PHONES)
def test_distance_is_the_textbooks(a, b):
    assert distance(a, b) == textbook(a, b)


@given(PHONES, PHONES, PHONES)
def test_distance_is_a_metric(a, b, c):
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


@given(PHONES, PHONES)
def test_edits_are_as_many_as_the_distance_and_make_the_output(output, reference):
    found = edits(output, reference)
    assert len(found) == distance(output, reference)
    left = list(reference)
    for edit in found:  # the multiset of symbols must come out right
        if edit.reference is not None:
            left.remove(edit.reference)
    left += [edit.output for edit in found if edit.output is not None]
    assert sorted(left) == sorted(output)
    for edit in found:
        sides = (edit.reference is None, edit.output is None)
        assert (
            sides
            == {
                "substitution": (False, False),
                "insertion": (True, False),
                "deletion": (False, True),
            }[edit.op]
        )


def test_edits_worked_by_hand():
    assert edits(["K", "AH0", "T"], ["K", "AE1", "T", "S"]) == [
        Edit("substitution", "AE1", "AH0"),
        Edit("deletion", "S", None),
    ]
    assert edits(["S", "T"], ["T"]) == [Edit("insertion", None, "S")]


def test_best_reference_counts_edits_per_symbol():
    # 1 edit of 2 symbols (50 %) against 2 edits of 5 (40 %)
    assert best_reference(list("abc"), [list("ac"), list("abxyc")]) == (1, 2)
    assert best_reference(list("abc"), [list("abxyc"), list("ac")]) == (0, 2)


def test_best_reference_breaks_ties_by_fewer_edits_then_by_order():
    # 2 of 4 and 1 of 2 are the same rate
    assert best_reference(list("ab"), [list("abcd"), list("ax")]) == (1, 1)
    assert best_reference(list("a"), [list("ab"), list("ac")]) == (0, 1)
    assert best_reference(list("ab"), [list("ab"), list("ab")]) == (0, 0)


def test_best_reference_takes_an_equal_one_anywhere():
    assert best_reference(["K"], [["S"], [], ["K"]]) == (2, 0)


def test_best_reference_with_empty_ones():
    assert best_reference([], [["K"], []]) == (1, 0)
    assert best_reference(["K"], [[]]) == (0, 1)


def test_no_reference_says_so():
    message = (
        r"^best_reference: `references` must hold at least 1 reference, got 0\. "
        r"Give each source the outputs that are right for it\.$"
    )
    with pytest.raises(DataError, match=message):
        best_reference(["K"], [])


def test_missing_rapidfuzz_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    message = (
        r"^edit_distance: `rapidfuzz` is not installed\. "
        r"Run: pip install 'seqloom\[train\]'$"
    )
    with pytest.raises(MissingExtraError, match=message):
        distance(["K"], ["S"])
