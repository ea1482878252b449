"""What one symbol is: a character, a space-separated symbol, or a learned piece of a word.

`pieces` are the subwords of running text (`pieces.py`): they keep white space.

Checked by `tests/data/test_levels.py`.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

Level = Literal["characters", "symbols", "subwords", "pieces"]
LEVELS: tuple[Level, ...] = ("characters", "symbols", "subwords", "pieces")
LEARNED: tuple[Level, ...] = ("subwords", "pieces")  # by merging, with a splitter of their own

MAX_SYMBOLS = 1000


def guess_level(texts: Iterable[str]) -> tuple[Level, str]:
    """Choose a level from the look of the texts, and say in one short phrase why.

    Texts mostly without spaces are read by character; few different space-separated symbols
    (phones, the words of a small grammar) stay whole; everything else is learned as subwords.
    """
    num_texts = num_spaced = 0
    symbols: set[str] = set()
    for text in texts:
        parts = text.split()
        num_texts += 1
        num_spaced += len(parts) > 1
        symbols.update(parts)
    if 2 * num_spaced < num_texts or num_texts == 0:
        return "characters", f"{num_spaced:,} of {num_texts:,} texts contain a space"
    why = f"{len(symbols):,} different space-separated symbols"
    return ("symbols" if len(symbols) <= MAX_SYMBOLS else "subwords"), why


def split_text(text: str, level: Level) -> list[str]:
    """Split into code points, or at white space."""
    assert level not in LEARNED, "a SubwordSplitter splits into subwords"
    return list(text) if level == "characters" else text.split()


def join_symbols(symbols: Sequence[str], level: Level) -> str:
    """Undo `split_text`, with every run of white space between symbols as one space."""
    assert level not in LEARNED, "a SubwordSplitter joins subwords"
    return ("" if level == "characters" else " ").join(symbols)
