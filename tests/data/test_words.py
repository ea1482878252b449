"""Words of running text, by hand; and nothing but white space is lost."""

import re

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


MARKED = [
    "मुझे यह फिल्म बहुत पसंद",  # Hindi: vowel signs and virama
    "क्\u200dष द्\u200cव",  # with joiners
    "தமிழ் மொழி",  # Tamil
    "ภาษาไทย น้ำ",  # Thai
    "مُحَمَّد كِتَاب",  # Arabic with harakat
    "می\u200cخواهم",  # noqa: RUF001 - Persian: ZWNJ
    "בְּרֵאשִׁית בָּרָא",  # Hebrew points
    "cafe\u0301 nai\u0308ve l\u2019e\u0301te\u0301",  # decomposed
    "a\u20dd \u0301a",  # an enclosing mark; a mark without a letter
    "👩\u200d👩\u200d👧 👍🏽 🇩🇪 🏴\U000e0067\U000e0062\U000e007f ❤\ufe0f\u200d🔥",  # emoji
    "1\ufe0f\u20e3 #\ufe0f\u20e3",  # keycaps
]


@pytest.mark.parametrize("text", MARKED)
def test_marks_and_joiners_belong_to_the_word(text):
    assert split_words(text) == text.split()


def test_two_flags_are_two():
    assert split_words("🇩🇪🇫🇷!") == ["🇩🇪", "🇫🇷", "!"]
    assert split_words("नमस्ते, दुनिया।") == ["नमस्ते", ",", "दुनिया", "।"]


def test_the_rule_of_the_first_releases():
    """What `re` makes of it, where every mark stands alone."""
    for text in (*MARKED, "It's bad -- don't!"):
        want = re.findall(r"\w+(?:['\u2019]\w+)*|['\u2019]\w{1,2}\b|[^\w\s]", text)
        assert split_words(text, marks=False) == want
    assert split_words("यह फिल्म", marks=False) == ["यह", "फ", "ि", "ल", "्", "म"]


def test_folds_case():
    assert split_words("NOT Good", lowercase=True) == ["not", "good"]
    assert split_words("İyi", lowercase=True) == ["i\u0307yi"]  # which lower case takes apart


@given(st.text(max_size=40))
@settings(derandomize=True, deadline=None)
def test_only_white_space_is_lost(text):
    assert "".join(split_words(text)) == "".join(text.split())


@given(st.text(st.characters(codec="utf-8"), max_size=40))
@settings(derandomize=True, deadline=None)
def test_splitting_what_is_split_changes_little(text):
    words = split_words(text)
    assert "".join(split_words(" ".join(words))) == "".join(words)
