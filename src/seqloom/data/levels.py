"""What one symbol is: a character, a space-separated symbol, or a learned piece of a word.

Checked by `tests/data/test_levels.py`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

Level = Literal["characters", "symbols", "subwords"]

MAX_SYMBOLS = 1000
MOST_ONCE, MANY_ONCE = 0.1, 0.25  # share of the symbols in the text that occur once in it
MOST_UNKNOWN = 0.25  # share of the validation's symbols


def guess_level(texts: Iterable[str], valid: Iterable[str] = ()) -> tuple[Level, str]:
    """Choose a level from the look of the texts, and say in one short phrase why.

    Texts mostly without spaces are read by character; few different space-separated symbols
    (phones, the words of a small grammar) stay whole. Symbols that occur once foretell how many
    new ones come: their share is that of new symbols in a new text (Good 1953). Where these or the
    validation's unknown symbols are many (`lemma TAGS`), they do not stay whole.

    Args:
        texts: Of the training data.
        valid: Of the validation data.
    """
    num_texts = num_spaced = 0
    counts: Counter[str] = Counter()
    for text in texts:
        parts = text.split()
        num_texts += 1
        num_spaced += len(parts) > 1
        counts.update(parts)
    if 2 * num_spaced < num_texts or num_texts == 0:
        return "characters", f"{num_spaced:,} of {num_texts:,} texts contain a space"
    once = sum(count == 1 for count in counts.values()) / counts.total()
    held_out = [symbol for text in valid for symbol in text.split()]
    unknown = sum(symbol not in counts for symbol in held_out) / max(len(held_out), 1)
    if once > MANY_ONCE or (unknown > MOST_UNKNOWN and once > MOST_ONCE):
        return "characters", f"{100 * once:.0f} % of the words occur once, too many to learn whole"
    why = f"{len(counts):,} different space-separated symbols"
    if once > MOST_ONCE:
        return "subwords", f"{100 * once:.0f} % of the words occur once"
    if unknown > MOST_UNKNOWN:
        return (
            "subwords",
            f"{100 * unknown:.0f} % of the validation's words are in no training text",
        )
    return ("symbols" if len(counts) <= MAX_SYMBOLS else "subwords"), why


def split_text(text: str, level: Level) -> list[str]:
    """Split into code points, or at white space."""
    assert level != "subwords", "a SubwordSplitter splits into subwords"
    return list(text) if level == "characters" else text.split()


def join_symbols(symbols: Sequence[str], level: Level) -> str:
    """Undo `split_text`, with every run of white space between symbols as one space."""
    assert level != "subwords", "a SubwordSplitter joins subwords"
    return ("" if level == "characters" else " ").join(symbols)
