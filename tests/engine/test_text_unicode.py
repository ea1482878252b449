"""Every code point in C as in this Python: lower case, white space, words, the parts of a word."""

import unicodedata
from itertools import pairwise

import pytest

from seqloom.data.texts.reader import TextReader
from seqloom.data.vocabulary import SPECIALS, Vocabulary
from seqloom.data.words import split_words
from seqloom.engine.library import available
from seqloom.engine.text import NativeVocabulary, vocabulary_block

from .characters import CODES, HERE, IN_C

pytestmark = pytest.mark.skipif(not available(), reason="the native engine was not built")

BLOCK = 20_000  # code points in one text
AROUND = (
    *("{}b", "a{}", " {} "),  # before and behind a word, alone
    *("'{}", "'a{}", "a'{}", "'ab{}"),  # with an apostrophe
    *("!{}", "!\u200d{}", "!{}{}", "\U0001f1e6{}"),  # behind a sign
)


def reader(level="words", *, lowercase=False, marks=False):
    vocabulary = Vocabulary("symbols" if level == "words" else level, (*SPECIALS, "x"))
    return NativeVocabulary(vocabulary_block(TextReader(level, lowercase, 9, vocabulary, marks)))


def texts(form, codes=CODES):
    """Code points in that form, in texts that are not too long, a line each."""
    for first in range(0, len(codes), BLOCK):
        block = codes[first : first + BLOCK]
        yield "\n".join(form.replace("{}", chr(code)) for code in block)


def edges():
    """Where a run of characters of one kind begins and ends; and what rules name."""

    def kind(code):
        char = chr(code)
        return unicodedata.category(char)[0], char.isalnum(), char.isspace()

    found = {0x2018, 0x2019, 0x200C, 0x200D, *range(0x1F1E5, 0x1F201), *range(0x1F3FA, 0x1F401)}
    found |= {*range(128), *range(0xE001F, 0xE0081)}
    for before, code in pairwise(CODES):
        if kind(before) != kind(code):
            found |= {before, code}
    return sorted(found & set(CODES))


def test_all_are_compared_that_both_know():
    assert len(CODES) > (1_100_000 if HERE == IN_C else 90_000)


@pytest.mark.parametrize("form", ["{}", "A{}\u03a3", "{}\u03a3", "A\u03a3{}B", "A\u03a3{}"])
def test_lower_case(form):
    native = reader("characters", lowercase=True)
    for text in texts(form):
        assert native.normal(text) == text.lower()


def test_white_space():
    native = NativeVocabulary(vocabulary_block(Vocabulary("symbols", (*SPECIALS, "x"))))
    for text in texts("a{}b"):
        assert native.normal(text) == " ".join(text.split())


@pytest.mark.parametrize("marks", [False, True])
@pytest.mark.parametrize("form", ["{}", "a{}b"])
def test_words(form, marks):
    native = reader(marks=marks)
    for text in texts(form):
        assert native.normal(text) == " ".join(split_words(text, marks=marks))


@pytest.mark.parametrize("marks", [False, True])
def test_words_around(marks):
    """Every character beside which the rules may change, in every place of a word."""
    native = reader(marks=marks)
    for form in AROUND:
        for text in texts(form, edges()):
            assert native.normal(text) == " ".join(split_words(text, marks=marks)), form
