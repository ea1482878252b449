"""Text and JSON that are safe to print, whatever they hold."""

import json
import sys
import unicodedata

import pytest

from seqloom.errors import ConfigError
from seqloom.plain import printable, shown, to_json

KINDS = {"Cc", "Cs", "Zl", "Zp"}  # of Unicode's categories
UNSAFE = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in KINDS]


def test_every_unsafe_character_is_escaped_and_no_other():
    safe = "".join(sorted(set(map(chr, range(sys.maxunicode + 1))) - set(UNSAFE)))
    assert printable(safe) == safe
    for c in UNSAFE:
        assert printable(f"a{c}b") not in (f"a{c}b", "ab"), hex(ord(c))


@pytest.mark.parametrize(
    ("text", "line", "lines"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc\r\nd\re", r"a\nb\tc\r\nd\re", "a\nb\tc\r\nd\\re"),
        ("\x9b2J\x85\u2028", r"\x9b2J\x85\u2028", r"\x9b2J\x85\u2028"),
        ("é क्षि 👩‍👩‍👧 ⁇", "é क्षि 👩‍👩‍👧 ⁇", "é क्षि 👩‍👩‍👧 ⁇"),
        ("\ud800", r"\ud800", r"\ud800"),
    ],
)
def test_printable(text, line, lines):
    assert printable(text) == line
    assert printable(text, lines=True) == lines


def test_json_is_json_safe_to_print_and_reads_back():
    text = "-".join(UNSAFE) + 'é"\\'
    value = {text: [text, 1, 0.5, True, None], "deep": [{"n": [float("nan")]}, (float("inf"),)]}
    for indent in (None, 2):
        out = to_json(value, indent=indent)
        assert printable(out, lines=True) == out
        assert json.loads(out, parse_constant=pytest.fail) == {
            text: [text, 1, 0.5, True, None],
            "deep": [{"n": [None]}, [None]],
        }
    assert to_json("é") == '"é"'


def test_shown_is_short_and_on_one_line():
    assert shown("a\x1b\n") == r"'a\x1b\n'"
    assert shown("x" * 100) == "'" + "x" * 56 + "..."
    assert shown(10**5000) == "a very large int"


def test_errors_are_one_line_safe_to_print():
    error = ConfigError("config: `a\x1b[2J\nb` must be known.")
    assert str(error) == r"config: `a\x1b[2J\nb` must be known."
    assert repr(error).startswith("ConfigError(")
