"""Words of running text, by hand; and nothing but white space is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.words import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's bad -- don't!", "It's bad - - don't !"),
        ("It 's bad , do n't", "It 's bad , do n't"),
        ("(really?) 3.5/10", "( really ? ) 3 . 5 / 10"),
        ("'quoted' words, you've", "' quoted ' words , you've"),
        ("naïve café — 好看", "naïve café — 好看"),
        ("l\u2019été", "l\u2019été"),
        ("  \t ", ""),
    ],
)
def test_by_hand(text, words):
    assert split_words(text) == words.split()


def test_folds_case():
    assert split_words("NOT Good", lowercase=True) == ["not", "good"]


@given(st.text(max_size=40))
@settings(derandomize=True, deadline=None)
def test_only_white_space_is_lost(text):
    assert "".join(split_words(text)) == "".join(text.split())


@given(st.text(st.characters(codec="utf-8"), max_size=40))
@settings(derandomize=True, deadline=None)
def test_splitting_what_is_split_changes_little(text):
    words = split_words(text)
    assert "".join(split_words(" ".join(words))) == "".join(words)
