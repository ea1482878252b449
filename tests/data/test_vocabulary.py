"""Vocabularies: round trips, specials out of reach of text, and every way a file can be wrong."""

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqloom.data.vocabulary import BOS, EOS, PAD, SPECIALS, UNK, Vocabulary
from seqloom.errors import DataError, FormatError

LEVELS = ("characters", "symbols", "subwords")
TEXTS = ["the cat sat on the mat", "that rat sat", "b a b", "x<pad> y<pad> <pad> <unk> <bos> <eos>"]
quick = settings(derandomize=True, deadline=None, max_examples=80)


@pytest.fixture(scope="module", params=LEVELS)
def vocabulary(request):
    return Vocabulary.learn(TEXTS, request.param, subword_size=60)


def test_symbols_by_falling_count_then_code_point():
    got = Vocabulary.learn(iter(["b a b", "c a é c"]), "symbols")
    assert got.symbols == (*SPECIALS, "a", "b", "c", "é")
    assert Vocabulary.learn(["cbbca"], "characters").symbols == (*SPECIALS, "b", "c", "a")


@pytest.mark.parametrize("text", [t for t in TEXTS if "<" not in t])
def test_known_text_survives(vocabulary, text):
    ids = vocabulary.encode(text)
    assert min(ids) > UNK
    assert vocabulary.decode(ids) == text
    assert vocabulary.unknown(text) == []
    assert len(vocabulary) == len(vocabulary.symbols) > max(ids)


@given(text=st.text() | st.lists(st.sampled_from([*SPECIALS, "x", " "])).map("".join))
@example(text="<pad>")
@example(text="x<pad> <unk>")
@quick
def test_text_never_becomes_a_special(vocabulary, text):
    ids = vocabulary.encode(text)
    assert {PAD, BOS, EOS}.isdisjoint(ids)
    missing = vocabulary.unknown(text)
    assert [s for s, i in zip(vocabulary.split(text), ids, strict=True) if i == UNK] == [
        s for s in vocabulary.split(text) if s in missing
    ]
    assert vocabulary.symbols.count("<pad>") == 1


def test_special_spelled_out_is_read_in_subwords_where_there_are_some():
    vocabulary = Vocabulary.learn(TEXTS, "subwords", subword_size=60)
    assert vocabulary.decode(vocabulary.encode("x<pad> <eos>")) == "x<pad> <eos>"


@given(text=st.text())
@quick
def test_an_extended_vocabulary_knows_the_new_text_and_reads_the_old_as_before(vocabulary, text):
    grown = vocabulary.extended([text])
    assert grown.symbols[: len(vocabulary)] == vocabulary.symbols
    assert grown.unknown(text) == [s for s in grown.unknown(text) if s in SPECIALS]
    assert len(grown) == len(vocabulary) + len(set(vocabulary.unknown(text)) - set(SPECIALS))
    for known in TEXTS:
        assert grown.encode(known) == vocabulary.encode(known)
    assert Vocabulary.from_json(grown.to_json()) == grown


def test_new_symbols_come_by_falling_count_and_then_by_code_point():
    vocabulary = Vocabulary.learn(["a b"], "symbols")
    grown = vocabulary.extended(["z c a z", "d c e"])
    assert grown.symbols[len(vocabulary) :] == ("c", "z", "d", "e")
    assert vocabulary.extended(["z c a z", "d c e"], min_count=2).symbols[-2:] == ("c", "z")


def test_decode_leaves_out_specials_and_shows_unknown():
    vocabulary = Vocabulary.learn(["a b"], "symbols")
    a, b = vocabulary.encode("a b")
    assert vocabulary.decode([BOS, a, UNK, b, EOS, PAD, PAD]) == "a ⁇ b"
    assert vocabulary.decode(iter([])) == ""
    assert vocabulary.encode("b z a z") == [b, UNK, a, UNK]
    assert vocabulary.unknown("z y a z") == ["z", "y"]


@pytest.mark.parametrize("wrong", [-1, 6])
def test_decode_refuses_a_number_it_does_not_have(wrong):
    with pytest.raises(AssertionError, match=f"id {wrong} is not one of 6"):
        Vocabulary.learn(["a b"], "symbols").decode([wrong])


def test_min_count_makes_the_rare_unknown():
    texts = ["aab aab zab", "ab"]
    assert Vocabulary.learn(texts, "symbols", min_count=2).symbols == (*SPECIALS, "aab")
    subwords = Vocabulary.learn(texts * 1, "subwords", subword_size=50, min_count=2)
    assert not any("z" in s for s in subwords.symbols)
    assert subwords.split("zab aab") == ["▁", "z", "ab", "▁aab"]
    assert subwords.unknown("zab aab") == ["z"]


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_to_learn_says_so(level):
    message = (
        "Vocabulary.learn: no symbol of `texts` occurs at least 2 times. "
        "Give more data or lower min_count."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        Vocabulary.learn([], level, min_count=2)


def test_json_round_trip(vocabulary):
    text = json.dumps(vocabulary.to_json())
    again = Vocabulary.from_json(json.loads(text))
    assert again == vocabulary
    assert again.encode("a that cat") == vocabulary.encode("a that cat")


GOOD = {"level": "characters", "symbols": [*SPECIALS, "a", "b"], "merges": []}
SUBWORDS = {"level": "subwords", "symbols": [*SPECIALS, "a", "b", "ab"], "merges": [["a", "b"]]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "`data` must be an object with level, symbols and merges, got NoneType."),
        ({"level": "symbols"}, "`data` must be an object with level, symbols and merges, got ['le"),
        ({**GOOD, "x": 1}, "`data` must be an object with level, symbols and merges, got ['level'"),
        (
            {**GOOD, "level": "words"},
            "`level` must be one of characters, symbols, subwords, pieces, got 'words'.",
        ),
        ({**GOOD, "level": ["symbols"]}, "`level` must be one of characters, symbols, subwords, p"),
        ({**GOOD, "symbols": "abc"}, "`symbols` must be a list of non-empty strings, got 'abc'."),
        ({**GOOD, "symbols": [*SPECIALS, 7]}, "`symbols` must be a list of non-empty strings, got"),
        (
            {**GOOD, "symbols": [*SPECIALS, ""]},
            "`symbols` must be a list of non-empty strings, got",
        ),
        (
            {**GOOD, "symbols": ["a", "b"]},
            "`symbols` must start with <pad> <bos> <eos> <unk>, got ['a', 'b'].",
        ),
        ({**GOOD, "symbols": [*SPECIALS, "a", "a"]}, "`symbols` must all be different, got 'a' tw"),
        (
            {**GOOD, "symbols": [*SPECIALS, "a", "<pad>"]},
            "`symbols` must all be different, got '<pad>' twice.",
        ),
        (
            {**GOOD, "symbols": [*SPECIALS, "ab"]},
            "`symbols` must each be one character at the level characters, got 'ab'.",
        ),
        (
            {**GOOD, "level": "symbols", "symbols": [*SPECIALS, "a b"]},
            "`symbols` must each be free of white space at the level symbols, got 'a b'.",
        ),
        ({**SUBWORDS, "merges": None}, "`merges` must be a list of pairs of strings, got None."),
        ({**SUBWORDS, "merges": ["ab"]}, "`merges` must be a list of pairs of strings, got ['ab']"),
        ({**SUBWORDS, "merges": [["a"]]}, "`merges` must be a list of pairs of strings, got [['a'"),
        ({**GOOD, "merges": [["a", "b"]]}, "`merges` must be empty at the level characters, got 1"),
        (
            {**SUBWORDS, "merges": [["b", "a"]]},
            "`merges` must join two symbols into a third, got 'b' and 'a'.",
        ),
    ],
)
def test_malformed_json_says_what_is_wrong(data, message):
    with pytest.raises(FormatError, match=re.escape(f"Vocabulary.from_json: {message}")) as caught:
        Vocabulary.from_json(data)
    assert str(caught.value).endswith(
        " The model file is damaged or of another version: get a fresh copy or train again."
    )
    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(SPECIALS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(
    base=st.sampled_from([GOOD, SUBWORDS]),
    key=st.sampled_from(sorted(GOOD)),
    value=json_values | st.lists(st.text(max_size=2)).map(lambda more: [*SPECIALS, *more]),
)
@quick
def test_any_json_gives_a_vocabulary_or_our_error(base, key, value):
    try:
        vocabulary = Vocabulary.from_json({**base, key: value})
    except FormatError:
        return
    assert vocabulary.symbols[: len(SPECIALS)] == SPECIALS
    assert vocabulary.to_json() == {**base, key: value}
