r"""Running text to words: punctuation apart, contractions kept as they are written.

    "It's bad -- don't!"   ->   It's  bad  -  -  don't  !
    "It 's bad , do n't"   ->   It  's  bad  ,  do  n't         (text that is split already)
    "मुझे यह पसंद"           ->   मुझे  यह  पसंद                   (with their vowel signs)

A word is letters, digits, underscores, combining marks (Unicode's Mn, Mc, Me) and joiners (ZWJ,
ZWNJ) with apostrophes inside, or an apostrophe with up to two letters after it ('s, 've) at its own
place. Anything else that is no white space stands alone, together with what modifies it: marks,
skin tones, and signs that a joiner ties to it; two regional indicators are one flag. Models of the
first releases split at marks and joiners (`marks=False`). Checked by `tests/data/test_words.py`.
"""

import re
from unicodedata import category

MARK = "\u0300"  # stands for every combining mark in `shadow`
JOINERS = "\u200c\u200d"
LETTER = rf"[\w{MARK}{JOINERS}]"
SIGN = rf"[^\w\s{MARK}{JOINERS}]"
_FLAG = "[\U0001f1e6-\U0001f1ff]"
_MODIFIER = f"[{MARK}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"  # marks, skin tones, tags
_WORD = re.compile(
    rf"{LETTER}+(?:['\u2019]{LETTER}+)*|['\u2019]{LETTER}{{1,2}}(?!{LETTER})"
    rf"|(?:{_FLAG}{_FLAG}|{SIGN})(?:{_MODIFIER}|[{JOINERS}]{SIGN}?)*"
)
_WITHOUT_MARKS = re.compile(r"\w+(?:['\u2019]\w+)*|['\u2019]\w{1,2}\b|[^\w\s]")


def split_words(text: str, *, lowercase: bool = False, marks: bool = True) -> list[str]:
    """Split running text into words.

    Args:
        text: A text.
        lowercase: Fold case first.
        marks: Combining marks and joiners belong to the word; else each stands alone.
    """
    if lowercase:
        text = text.lower()
    return find_all(_WORD if marks else _WITHOUT_MARKS, text)


def find_all(pattern: re.Pattern[str], text: str) -> list[str]:
    """What a pattern finds where every combining mark is `MARK`, as it stands in the text."""
    if text.isascii():
        return pattern.findall(text)
    return [text[slice(*found.span())] for found in pattern.finditer(text.translate(_SHADOW))]


class _Shadow(dict[int, int]):
    """Maps every combining mark to `MARK`: `re` has no class for them."""

    def __missing__(self, code: int) -> int:
        self[code] = ord(MARK) if category(chr(code)).startswith("M") else code
        return self[code]


_SHADOW = _Shadow()
