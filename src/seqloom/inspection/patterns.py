"""What a text is at each of its symbols: patterns that a unit may follow.

    inside-quotes   1 between double quotes, “ ” and « » among them; the marks themselves count as 0
    in-brackets     1 within ( [ {, likewise
    line-length     characters since the last line break
    position        place in the sequence, from 0
    vowel           1 at a e i o u
    capital         1 at a capital letter
    /REGEX/         1 at what a regular expression matches, e.g. /not|never/

The first six answer what Karpathy, Johnson & Li, "Visualizing and Understanding Recurrent
Networks", 2015 (section 4.2) found in single cells. A symbol of several characters has the largest
value of its characters (line-length: that of its first).

Checked by `tests/inspection/test_patterns.py`.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from ..errors import ConfigError
from ..shapes import Float

_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_QUOTES = {"“": True, "«": True, "”": False, "»": False}


def pattern_values(name: str, symbols: Sequence[str]) -> Float[np.ndarray, " T"]:
    """The pattern at each symbol.

    Args:
        name: A name of the list above, or a regular expression between slashes.
        symbols: Characters, or words, which are taken to stand with a space between them.
    Raises:
        ConfigError: No such pattern, or no regular expression.
    """
    if name == "position":
        return np.arange(len(symbols), dtype=np.float64)
    joiner = "" if all(len(symbol) <= 1 for symbol in symbols) else " "
    by_character = _by_character(name)(joiner.join(symbols))
    ends = np.cumsum([len(symbol) + len(joiner) for symbol in symbols]).astype(int)
    values = np.zeros(len(symbols))
    for place, (symbol, end) in enumerate(zip(symbols, ends, strict=True)):
        own = by_character[end - len(joiner) - len(symbol) : end - len(joiner)]
        if len(own):
            values[place] = own[0] if name == "line-length" else max(own)
    return values


def check_pattern(name: str) -> None:
    """Raises:
    ConfigError: No such pattern, or no regular expression.
    """
    if name != "position":
        _by_character(name)


def is_binary(name: str) -> bool:
    """True for patterns of 0 and 1."""
    return name not in ("line-length", "position")


def _by_character(name: str) -> Callable[[str], list[float]]:
    if name in NAMED:
        return NAMED[name]
    if len(name) > 2 and name[0] == name[-1] == "/":
        try:
            expression = re.compile(name[1:-1])
        except re.error as error:
            raise ConfigError(
                f"patterns: `{name}` must be a regular expression, got: {error}."
            ) from error
        return lambda text: _matches(expression, text)
    raise ConfigError(
        f"patterns: `pattern` must be one of {', '.join([*NAMED, 'position'])} or a regular "
        f"expression between slashes, got {name}. For example: /not|never/."
    )


def _matches(expression: re.Pattern[str], text: str) -> list[float]:
    values = [0.0] * len(text)
    for match in expression.finditer(text):
        values[match.start() : match.end()] = [1.0] * (match.end() - match.start())
    return values


def _inside_quotes(text: str) -> list[float]:
    inside, values = False, []
    for character in text:
        is_mark = character == '"' or character in _QUOTES
        values.append(0.0 if is_mark else float(inside))
        if is_mark:
            inside = _QUOTES.get(character, not inside)
    return values


def _in_brackets(text: str) -> list[float]:
    depth, values = 0, []
    for character in text:
        depth = max(0, depth + _BRACKETS.get(character, 0))
        values.append(float(depth > 0 and character not in _BRACKETS))
    return values


def _line_length(text: str) -> list[float]:
    since, values = 0, []
    for character in text:
        values.append(float(since))
        since = 0 if character == "\n" else since + 1
    return values


NAMED: dict[str, Callable[[str], list[float]]] = {
    "inside-quotes": _inside_quotes,
    "in-brackets": _in_brackets,
    "line-length": _line_length,
    "vowel": lambda text: [float(c in "aeiouAEIOU") for c in text],
    "capital": lambda text: [float(c.isupper()) for c in text],
}
