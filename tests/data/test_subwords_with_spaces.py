"""Subwords that keep spaces: joining undoes cutting; the library's own encoding is the oracle."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.subwords import SubwordSplitter, cut, learn_subwords
from seqloom.data.vocabulary import SPECIALS, UNK, Vocabulary
from seqloom.errors import ConfigError, FormatError

quick = settings(derandomize=True, deadline=None, max_examples=150)
TEXT = (
    "the cat sat on the mat.\n\nThe cat -- that cat! -- sat  there:\n\tthen the other sat.\r\n" * 5
)


def test_cut_by_hand():
    assert cut("To be,\n or  not -- 'tis") == [
        *("To", " be", ",", "\n", " or", " ", " not", " --", " '", "tis"),
    ]
    assert cut("a\r\n\tb") == ["a", "\r", "\n", "\t", "b"]
    assert [len(c) for c in cut("x" * 250)] == [100, 100, 50]
    assert cut("") == []


def test_marks_and_joiners_belong_to_the_word():
    assert cut("यह फिल्म, क्\u200dष!") == ["यह", " फिल्म", ",", " क्\u200dष", "!"]
    assert cut("ne\u0301 👩\u200d👧! \u0301") == ["ne\u0301", " 👩\u200d👧!", " \u0301"]
    assert cut("यह फि", marks=False) == ["यह", " फ", "ि"]


def test_subwords_join_across_a_vowel_sign():
    text = "यह फिल्म बहुत बुरी थी\n" * 5
    vocabulary = Vocabulary.learn([text], "subwords", subword_size=40, spaces=True)
    assert " फिल्म" in vocabulary.symbols
    assert vocabulary.decode(vocabulary.encode(text)) == text
    stored = vocabulary.to_json()
    assert Vocabulary.from_json(stored) == vocabulary
    assert stored.pop("marks") is True
    old = Vocabulary.from_json(stored)  # as the first releases wrote and read them
    assert old.split(" फिल्म") == [" फ", "ि", "ल", "्", "म"]
    with pytest.raises(FormatError, match="`marks` must be false, or true at the level pieces"):
        Vocabulary.from_json({**stored, "marks": 1})


@given(text=st.text())
@quick
def test_cutting_loses_nothing(text):
    assert "".join(cut(text)) == text
    splitter = SubwordSplitter([("a", "b"), (" ", "ab")], ["a", "b", " ", "ab", " ab"], spaces=True)
    assert splitter.join(splitter.split(text)) == text


def test_known_text_comes_back_exactly():
    vocabulary = Vocabulary.learn([TEXT], "subwords", subword_size=60, spaces=True)
    assert len(vocabulary) <= 64
    assert any(len(symbol) > 2 and symbol.startswith(" ") for symbol in vocabulary.symbols[4:])
    assert vocabulary.decode(vocabulary.encode(TEXT)) == TEXT
    other = "the mat\n\n  sat"
    assert vocabulary.decode(vocabulary.encode(other)) == other
    assert vocabulary.encode("the Q")[-1] == UNK
    again = Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json())))
    assert again == vocabulary


def test_encoding_is_the_library_s():
    from tokenizers import Tokenizer, models, trainers

    tokenizer = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(vocab_size=70, min_frequency=2, show_progress=False)
    tokenizer.train_from_iterator(cut(TEXT), trainer)
    symbols, merges = learn_subwords([TEXT], 70, spaces=True)
    assert sorted(symbols) == sorted(tokenizer.get_vocab())
    splitter = SubwordSplitter(merges, symbols, spaces=True)
    for text in (TEXT, "that other mat", "hat\n e ee"):
        for chunk in cut(text):
            assert splitter.split(chunk) == tokenizer.encode(chunk).tokens


def test_too_small_a_size_says_so():
    with pytest.raises(ConfigError) as error:
        learn_subwords([TEXT], 5, spaces=True)
    found = len(set(TEXT))
    assert str(error.value) == (
        f"learn_subwords: `size` must be at least {found}, the number of different characters, "
        "got 5. Raise it, or use the level characters."
    )


def test_a_subword_may_hold_white_space_and_a_special_is_none():
    vocabulary = Vocabulary("subwords", (*SPECIALS, " ", "\n", "a", " a"), spaces=True)
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    learned = Vocabulary.learn(["<pad> <pad> <pad>"], "subwords", subword_size=100, spaces=True)
    assert learned.symbols.count("<pad>") == 1
    assert learned.decode(learned.encode("<pad>")) == "<pad>"
