"""Patterns symbol by symbol, written out."""

import pytest

from seqloom.errors import ConfigError
from seqloom.inspection.patterns import NAMED, is_binary, pattern_values


def marks(name, text):
    return "".join(str(int(v)) for v in pattern_values(name, text))


@pytest.mark.parametrize(
    ("name", "text", "want"),
    [
        ("inside-quotes", 'He said "no" to', "000000000110000"),
        ("inside-quotes", "“a” «b» ”c", "0100010000"),
        ("in-brackets", "a(b[c]d)e)f(g", "0010101000001"),
        ("line-length", "ab\ncde\n", "0120123"),
        ("position", "abc", "012"),
        ("vowel", "Ideal y", "1011000"),
        ("capital", "aBC d", "01100"),
        ("/ab+/", "xabbyab", "0111011"),
    ],
)
def test_characters(name, text, want):
    assert marks(name, text) == want


def test_words_stand_with_spaces_between_them():
    words = ["He", "said", '"not', "so", 'bad"', "Ann"]
    assert pattern_values("inside-quotes", words).tolist() == [0, 0, 1, 1, 1, 0]
    assert pattern_values("/not so/", words).tolist() == [0, 0, 1, 1, 0, 0]
    assert pattern_values("capital", words).tolist() == [1, 0, 0, 0, 0, 1]
    assert pattern_values("line-length", words).tolist() == [0, 3, 8, 13, 16, 21]


def test_empty_symbols_and_empty_texts():
    assert pattern_values("vowel", []).tolist() == []
    assert pattern_values("vowel", ["", "a"]).tolist() == [0, 1]


def test_kinds():
    assert {name for name in [*NAMED, "position"] if not is_binary(name)} == {
        "line-length",
        "position",
    }
    assert is_binary("/x/")


def test_errors_say_what_there_is():
    with pytest.raises(ConfigError, match=r"`pattern` must be one of inside-quotes,.*got vowels"):
        pattern_values("vowels", "ab")
    with pytest.raises(ConfigError, match=r"`/a\(/` must be a regular expression, got: missing"):
        pattern_values("/a(/", "ab")
