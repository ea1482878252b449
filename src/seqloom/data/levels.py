"""What one symbol is: a character, a space-separated symbol, or a learned piece of a word.

Checked by `tests/data/test_levels.py`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, TypeVar

from .code_points import count_characters

Item = TypeVar("Item")
Level = Literal["characters", "symbols", "subwords"]

MAX_SYMBOLS = 1000
MOST_WORDS = 200_000  # different ones that are counted where most texts are one word
BLOCK = 20_000  # texts that are worked on together
MOST_ONCE, MANY_ONCE = 0.1, 0.25  # share of the symbols in the text that occur once in it
MOST_UNKNOWN = 0.25  # share of the validation's symbols


class SymbolCounts:
    """What levels are chosen by and vocabularies are learned from, of texts that come in blocks.

    Attributes:
        texts: How many there were.
        spaced: How many of them have several space-separated symbols.
        characters: How often each character occurred.
        words: How often each space-separated symbol occurred; `None` if they are too many to
            count, and most texts are one: then nothing asks for them.
    """

    def __init__(
        self,
        texts: Iterable[str] = (),
        *,
        all_words: bool = False,
        level: Level | None = None,
    ) -> None:
        """
        Args:
            texts: Counted at once.
            all_words: Count words however many they are.
            level: Count only what a vocabulary of this level is learned from; all if `None`.
        """
        self.texts = self.spaced = 0
        self._all_words, self._level = all_words or level == "symbols", level
        self.characters: Counter[str] = Counter()
        self.words: Counter[str] | None = Counter()
        for block in blocks_of(texts):
            self.add(block)

    def add(self, texts: Sequence[str]) -> None:
        """Count further texts."""
        self.texts += len(texts)
        self.spaced += _num_spaced(texts)
        if self._level != "symbols":
            self.characters.update(count_characters(texts))
        if self.words is not None and self._level in (None, "symbols"):
            self.words.update(count_words(texts))
            many = len(self.words) > MOST_WORDS and 2 * self.spaced < self.texts
            if many and not self._all_words:
                self.words = None

    def take_back(self, texts: Sequence[str]) -> None:
        """Uncount texts that were counted."""
        self.texts -= len(texts)
        self.spaced -= _num_spaced(texts)
        self.characters = self.characters - count_characters(texts)
        if self.words is not None:
            self.words = self.words - count_words(texts)

    def of_level(self, level: Level) -> Counter[str] | None:
        """The counts that a vocabulary of a level is learned from; `None` if there are none."""
        return self.words if level == "symbols" else self.characters


def count_words(texts: Sequence[str]) -> Counter[str]:
    """How often each space-separated symbol occurs."""
    return Counter(" ".join(texts).split())


def _num_spaced(texts: Sequence[str]) -> int:
    return sum(len(text.split(None, 1)) > 1 for text in texts)


def blocks_of(items: Iterable[Item], size: int | None = None) -> Iterator[list[Item]]:
    """Lists of so many, `BLOCK` if `None`; the last shorter."""
    left = iter(items)
    while block := list(islice(left, size or BLOCK)):
        yield block


def guess_level(texts: Iterable[str], valid: Iterable[str] = ()) -> tuple[Level, str]:
    """As `level_of`, for texts that are counted here."""
    return level_of(SymbolCounts(texts), valid)


def level_of(counts: SymbolCounts, valid: Iterable[str] = ()) -> tuple[Level, str]:
    """Choose a level from the look of the texts, and say in one short phrase why.

    Texts mostly without spaces are read by character; few different space-separated symbols
    (phones, the words of a small grammar) stay whole. Symbols that occur once foretell how many
    new ones come: their share is that of new symbols in a new text (Good 1953). Where these or the
    validation's unknown symbols are many (`lemma TAGS`), they do not stay whole.

    Args:
        counts: Of the training data.
        valid: Texts of the validation data.
    """
    words = counts.words
    if 2 * counts.spaced < counts.texts or counts.texts == 0 or words is None:
        return "characters", f"{counts.spaced:,} of {counts.texts:,} texts contain a space"
    once = sum(count == 1 for count in words.values()) / words.total()
    held_out = [symbol for text in valid for symbol in text.split()]
    unknown = sum(symbol not in words for symbol in held_out) / max(len(held_out), 1)
    if once > MANY_ONCE or (unknown > MOST_UNKNOWN and once > MOST_ONCE):
        return "characters", f"{100 * once:.0f} % of the words occur once, too many to learn whole"
    why = f"{len(words):,} different space-separated symbols"
    if once > MOST_ONCE:
        return "subwords", f"{100 * once:.0f} % of the words occur once"
    if unknown > MOST_UNKNOWN:
        return (
            "subwords",
            f"{100 * unknown:.0f} % of the validation's words are in no training text",
        )
    return ("symbols" if len(words) <= MAX_SYMBOLS else "subwords"), why


def split_text(text: str, level: Level) -> list[str]:
    """Split into code points, or at white space."""
    assert level != "subwords", "a SubwordSplitter splits into subwords"
    return list(text) if level == "characters" else text.split()


def join_symbols(symbols: Sequence[str], level: Level) -> str:
    """Undo `split_text`, with every run of white space between symbols as one space."""
    assert level != "subwords", "a SubwordSplitter joins subwords"
    return ("" if level == "characters" else " ").join(symbols)
