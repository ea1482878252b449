"""Levels: the rule at its borders, and splitting undone by joining."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.levels import guess_level, join_symbols, split_text

quick = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.mark.parametrize(
    ("texts", "want"),
    [
        (["cat", "dog"], ("characters", "0 of 2 texts contain a space")),
        (["a b", "c", "d"], ("characters", "1 of 3 texts contain a space")),
        (["a b", "c"] * 2, ("symbols", "3 different space-separated symbols")),
        ([" cat ", "dog\n"], ("characters", "0 of 2 texts contain a space")),
        ([], ("characters", "0 of 0 texts contain a space")),
        (
            [f"{i} {i + 1}" for i in range(999)] * 2,
            ("symbols", "1,000 different space-separated symbols"),
        ),
        (
            [f"{i} {i + 1}" for i in range(1000)] * 2,
            ("subwords", "1,001 different space-separated symbols"),
        ),
    ],
)
def test_guess_at_the_borders(texts, want):
    assert guess_level(iter(texts)) == want


def test_symbols_that_occur_once_are_no_inventory():
    """`lemma TAGS`: what comes next is a new lemma."""
    lemmas = [f"lemma{i} N;PL" for i in range(100)]
    assert guess_level(lemmas) == (
        *("characters", "50 % of the words occur once, too many to learn whole"),
    )
    some = ["a b c d e f g", *lemmas[:2]] * 6 + lemmas[2:12]  # 10 of 76, among many that come again
    assert guess_level(some) == ("subwords", "12 % of the words occur once")


def test_validation_symbols_that_are_unknown_count():
    known = ["a b", "b a"] * 20
    assert guess_level(known, ["a b"])[0] == "symbols"
    assert guess_level(known, ["a x", "b y", "a z"]) == (
        *("subwords", "50 % of the validation's words are in no training text"),
    )


@given(text=st.text())
@quick
def test_joining_undoes_splitting(text):
    assert join_symbols(split_text(text, "characters"), "characters") == text
    assert join_symbols(split_text(text, "symbols"), "symbols") == " ".join(text.split())


def test_splits_as_documented():
    assert split_text("né s", "characters") == ["n", "é", " ", "s"]
    assert split_text(" AH0  B\tC ", "symbols") == ["AH0", "B", "C"]
