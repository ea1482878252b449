"""Dictionaries written: reading gives what was written; what cannot be read again is refused."""

import math

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from seqloom.data.tables.forms.entries import WRITTEN, Spoken, dictionary_lines
from seqloom.data.tables.source import part_of
from seqloom.errors import DataError

ENTRIES = [
    ("read", [Spoken("R IY D", math.log(0.6)), Spoken("R EH D", math.log(0.3))]),
    ("cat", [Spoken("K AE T", -0.1)]),
]
SYMBOL = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1)
PRONUNCIATIONS = st.lists(
    st.lists(SYMBOL, min_size=1, max_size=3), min_size=1, max_size=3, unique_by=tuple
)


def lines(form, entries=ENTRIES, **how):
    return "".join(dictionary_lines(form, entries, **how))


def test_what_is_written():
    assert lines("mfa") == "read\tR IY D\nread\tR EH D\ncat\tK AE T\n"
    assert lines("mfa", probabilities=True) == (
        "read\t1.0\tR IY D\nread\t0.5\tR EH D\ncat\t1.0\tK AE T\n"
    )
    assert lines("lexicon") == "read R IY D\nread R EH D\ncat K AE T\n"
    assert lines("cmudict") == "read  R IY D\nread(2)  R EH D\ncat  K AE T\n"


def test_probabilities_are_at_least_what_mfa_reads():
    entries = [("a", [Spoken("A", 0.0), Spoken("B", -50.0)])]
    assert lines("mfa", entries, probabilities=True) == "a\t1.0\tA\na\t0.01\tB\n"


def test_a_word_and_a_pronunciation_stand_once():
    twice = [*ENTRIES, ("cat", [Spoken("K A T", 0.0)]), ("", [Spoken("X", 0.0)])]
    assert lines("lexicon", twice) == lines("lexicon")
    same = [("a", [Spoken("A", -1.0), Spoken("B", -2.0), Spoken("A", -3.0)])]
    assert lines("cmudict", same) == "a  A\na(2)  B\n"


@pytest.mark.parametrize(
    ("form", "probabilities"), [*((form, False) for form in WRITTEN), ("mfa", True)]
)
@settings(max_examples=60, deadline=None)
@drawn(st.dictionaries(SYMBOL, PRONUNCIATIONS, max_size=4))
def test_reading_gives_what_was_written(tmp_path_factory, form, probabilities, words):
    entries = [
        (word, [Spoken(" ".join(phones), -float(i)) for i, phones in enumerate(found)])
        for word, found in words.items()
    ]
    path = tmp_path_factory.mktemp("dictionary") / "words.dict"
    try:
        text = lines(form, entries, probabilities=probabilities)
    except DataError:
        if form != "cmudict":  # where `#` and `(2)` mean something else
            raise
        return
    path.write_text(text, encoding="utf-8", newline="")
    if not entries:
        return
    part = part_of(str(path), form)
    found = [(cells[0], cells[-1]) for _, cells in part.read()]
    assert found == [(word, one.phones) for word, spoken in entries for one in spoken]
    if form == "mfa" and probabilities:
        for (_, cells), i in zip(
            part.read(), [i for _, spoken in entries for i in range(len(spoken))], strict=True
        ):
            assert cells[1] == pytest.approx(max(0.01, math.exp(-i)), rel=1e-3)


@pytest.mark.parametrize("form", WRITTEN)
def test_a_word_with_a_blank_is_refused(form):
    with pytest.raises(DataError, match=f"{form}: the word 'new york' has a blank in it"):
        lines(form, [("new york", [Spoken("N", 0.0)])])


@pytest.mark.parametrize("word", ["a(2)", ";;;a", "#a"])
def test_words_that_mean_something_else_in_cmudict(word):
    with pytest.raises(DataError, match="means something else there"):
        lines("cmudict", [(word, [Spoken("N", 0.0)])])
    assert lines("lexicon", [(word, [Spoken("N", 0.0)])]) == f"{word} N\n"
