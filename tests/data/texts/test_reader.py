"""From text to numbers: levels, case, the cut of long texts, and the way through a model file."""

import json

import pytest

from seqloom.data.texts.reader import TextReader, guess_text_level
from seqloom.data.vocabulary import UNK
from seqloom.errors import FormatError

TEXTS = ["Good film!", "a Bad film", "good, not bad"]


def reader(level="words", *, lowercase=True, max_symbols=9, **options):
    return TextReader.learn(TEXTS, level, lowercase=lowercase, max_symbols=max_symbols, **options)


def test_words_fold_case_and_stand_apart_from_punctuation():
    found = reader()
    assert found.symbols("GOOD, bad!") == ["good", ",", "bad", "!"]
    assert set(found.vocabulary.symbols[4:]) == {"good", "film", "!", "a", "bad", ",", "not"}
    assert found.encode("film ugly") == [found.vocabulary.symbols.index("film"), UNK]
    assert found.unknown("an ugly film") == ["an", "ugly"]


def test_case_is_kept_where_asked():
    assert reader(lowercase=False).symbols("Good film") == ["Good", "film"]
    assert reader(lowercase=False).unknown("gOOD") == ["gOOD"]


def test_characters_and_subwords():
    assert reader("characters").symbols("Bad A") == list("bad a")
    found = reader("subwords", subword_size=40)
    assert "".join(found.symbols("Good film")) == "▁good▁film"


def test_a_long_text_keeps_its_start_and_its_end():
    found = reader("characters", max_symbols=5)
    assert found.symbols("abcdefgh") == list("abcgh")
    assert found.length("abcdefgh") == 8
    assert len(found.encode("abcdefgh")) == 5
    assert reader("characters", max_symbols=2).symbols("abc") == list("ac")
    assert found.symbols("abcde") == list("abcde")


def test_numbers_are_those_of_the_symbols():
    found = reader(max_symbols=3)
    text = "not a good film , a bad film"
    symbols = found.vocabulary.symbols
    assert [symbols[i] for i in found.encode(text)] == found.symbols(text) == ["not", "a", "film"]


@pytest.mark.parametrize("level", ["words", "characters", "subwords"])
def test_comes_back_from_json(level):
    found = reader(level, lowercase=False, subword_size=40)
    assert TextReader.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_words_of_an_old_model_file_have_no_marks():
    found = TextReader.learn(["यह फिल्म"], "words", lowercase=True, max_symbols=9)
    assert found.symbols("फिल्म!") == ["फिल्म", "!"]
    stored = found.to_json()
    assert stored.pop("marks") is True
    old = TextReader.from_json(stored)
    assert old.symbols("फिल्म!") == ["फ", "ि", "ल", "्", "म", "!"]
    assert "marks" not in old.to_json()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": "syllables"}, "`level` must be one of words, characters, subwords, got 'syll"),
        ({"lowercase": 1}, "`lowercase` must be true or false, got 1"),
        ({"max_symbols": 0}, "`max_symbols` must be a whole number from 1 to 5,000, got 0"),
        ({"level": "characters"}, "`vocabulary` must have the level characters, got symbols"),
        ({"marks": 1}, "`marks` must be false, or true at the level words, got 1"),
        ({"more": 1}, "`reader` must be an object with level, lowercase, max_symbols, vocabulary"),
    ],
)
def test_damaged_json_is_refused(change, message):
    data = {**reader().to_json(), **change}
    with pytest.raises(FormatError) as caught:
        TextReader.from_json(data)
    assert message in str(caught.value)


def test_level_is_guessed_by_spaces():
    assert guess_text_level(TEXTS) == ("words", "3 of 3 texts contain a space")
    assert guess_text_level(["abc", "de", "f g"])[0] == "characters"
    assert guess_text_level([])[0] == "characters"
