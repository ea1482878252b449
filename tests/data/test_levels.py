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
        (["a b", "c"], ("symbols", "3 different space-separated symbols")),
        ([" cat ", "dog\n"], ("characters", "0 of 2 texts contain a space")),
        ([], ("characters", "0 of 0 texts contain a space")),
        (
            [f"{i} {i + 1}" for i in range(999)],
            ("symbols", "1,000 different space-separated symbols"),
        ),
        (
            [f"{i} {i + 1}" for i in range(1000)],
            ("subwords", "1,001 different space-separated symbols"),
        ),
    ],
)
def test_guess_at_the_borders(texts, want):
    assert guess_level(iter(texts)) == want


@given(text=st.text())
@quick
def test_joining_undoes_splitting(text):
    assert join_symbols(split_text(text, "characters"), "characters") == text
    assert join_symbols(split_text(text, "symbols"), "symbols") == " ".join(text.split())


def test_splits_as_documented():
    assert split_text("né s", "characters") == ["n", "é", " ", "s"]
    assert split_text(" AH0  B\tC ", "symbols") == ["AH0", "B", "C"]
