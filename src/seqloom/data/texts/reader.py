"""From a text to the numbers that a classifier reads, by one rule in training and in prediction.

A level says what one symbol is: a word (`words.py`), a character, or a subword. Texts longer than
`max_symbols` are cut: their first half and their last half are kept, since a review says what it is
about at its start and what it thinks at its end. Stored whole in a model file.
Checked by `tests/data/texts/test_reader.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, cast, get_args

import numpy as np

from ...errors import FormatError
from ...plain import JSON, shown
from ...shapes import Bool, Int
from ..levels import Level, SymbolCounts
from ..vocabulary import Vocabulary
from ..words import split_words

Symbol = TypeVar("Symbol", str, int)
TextLevel = Literal["words", "characters", "subwords"]
# Thai, Lao, Burmese, Khmer, kana, Chinese characters
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
LEVELS: dict[str, Level] = {
    "words": "symbols",
    "characters": "characters",
    "subwords": "subwords",
}


def guess_text_level(texts: Iterable[str]) -> tuple[TextLevel, str]:
    """Words if most texts have a space in them, else characters; and why.

    Scripts that put no space between words are read by character, whatever spaces there are.
    """
    return level_of_looks(np.array([look_of(text) for text in texts], np.int64).reshape(-1, 3))


def look_of(text: str) -> tuple[bool, int, int]:
    """Whether a space is in the text, its letters of scripts without spaces, and all letters."""
    unspaced = 0 if text.isascii() else len(_UNSPACED.findall(text))
    return len(text.split(None, 1)) > 1, unspaced, sum(map(str.isalpha, text))


def level_of_looks(looks: Int[np.ndarray, "N 3"]) -> tuple[TextLevel, str]:
    """As `guess_text_level`, by what `look_of` says of each text."""
    num_texts = len(looks)
    num_spaced, unspaced, letters = looks.sum(axis=0, dtype=np.int64).tolist()
    if 2 * unspaced > letters:
        return "characters", "the script puts no spaces between words"
    why = f"{num_spaced:,} of {num_texts:,} texts contain a space"
    return ("words" if 2 * num_spaced >= num_texts and num_texts else "characters"), why


@dataclass(frozen=True)
class TextReader:
    """How a text is read.

    Attributes:
        level: What one symbol is.
        lowercase: Case is folded first.
        max_symbols: Longer texts are cut to so many symbols.
        vocabulary: The symbols that have a number.
        marks: The rule of `words` for combining marks; models of the first releases have none.
    """

    level: TextLevel
    lowercase: bool
    max_symbols: int
    vocabulary: Vocabulary
    marks: bool = False

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        level: TextLevel,
        *,
        lowercase: bool,
        max_symbols: int,
        min_count: int = 1,
        subword_size: int = 8000,
        counts: SymbolCounts | None = None,
    ) -> "TextReader":
        """Learn the vocabulary of `texts`; arguments and errors as `Vocabulary.learn`.

        With `counts`, the texts are what `pretokenize` returned.
        """
        if counts is None:
            texts = (pretokenize(text, level, lowercase) for text in texts)
        vocabulary = Vocabulary.learn(
            texts,
            LEVELS[level],
            subword_size=subword_size,
            min_count=min_count,
            counts=counts,
        )
        return cls(level, lowercase, max_symbols, vocabulary, marks=level == "words")

    def extended(
        self, prepared: Iterable[str], min_count: int, max_symbols: int | None
    ) -> "TextReader":
        """The reader with further symbols, see `Vocabulary.extended`.

        Args:
            prepared: Texts as `prepared` returns them.
            min_count: Symbols seen less often stay unknown.
            max_symbols: Another length to cut to, if any.
        """
        vocabulary = self.vocabulary.extended(prepared, min_count=min_count)
        return replace(self, vocabulary=vocabulary, max_symbols=max_symbols or self.max_symbols)

    def symbols(self, text: str) -> list[str]:
        """The symbols that are read of a text, known or not."""
        return self.cut(self.vocabulary.split(self.prepared(text)))

    def encode(self, text: str) -> list[int]:
        """The numbers of `symbols(text)`, `UNK` for one that has none."""
        return self.cut(self.vocabulary.encode(self.prepared(text)))

    def length(self, text: str) -> int:
        """Symbols of the whole text, before any cut."""
        return len(self.vocabulary.split(self.prepared(text)))

    def unknown(self, text: str) -> list[str]:
        """The different symbols of the text that have no number, in order of appearance."""
        return self.vocabulary.unknown(self.prepared(text))

    def prepared(self, text: str) -> str:
        """The text as the vocabulary splits it."""
        return pretokenize(text, self.level, self.lowercase, self.marks)

    def cut(self, symbols: list[Symbol]) -> list[Symbol]:
        """The symbols that are read of a whole text's."""
        if len(symbols) <= self.max_symbols:
            return symbols
        tail = self.max_symbols // 2
        return symbols[: self.max_symbols - tail] + symbols[len(symbols) - tail :]

    def is_read(self, lengths: Int[np.ndarray, " N"]) -> Bool[np.ndarray, " M"] | None:
        """Which symbols of whole texts, one behind the other, `cut` keeps; `None` if all.

        Args:
            lengths: Of the texts.
        """
        if int(lengths.max(initial=0)) <= self.max_symbols:
            return None
        tail = self.max_symbols // 2
        whole = np.repeat(lengths, lengths)
        starts = np.cumsum(lengths, dtype=np.int64) - lengths
        places = np.arange(len(whole)) - np.repeat(starts, lengths)
        short = whole <= self.max_symbols
        kept: np.ndarray = short | (places < self.max_symbols - tail) | (places >= whole - tail)
        return kept

    def to_json(self) -> dict[str, JSON]:
        """Plain values that `from_json` reads."""
        return {
            "level": self.level,
            "lowercase": self.lowercase,
            "max_symbols": self.max_symbols,
            "vocabulary": self.vocabulary.to_json(),
            **({"marks": True} if self.marks else {}),
        }

    @classmethod
    def from_json(cls, data: object) -> "TextReader":
        """Read what `to_json` wrote.

        Raises:
            FormatError: Anything is missing, of the wrong type, or contradicts the rest.
        """
        keys = {"level", "lowercase", "max_symbols", "vocabulary"}
        if not isinstance(data, dict) or set(data) - {"marks"} != keys:
            got = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
            raise _broken("reader", f"be an object with {', '.join(sorted(keys))}", got)
        level, lowercase, most = data["level"], data["lowercase"], data["max_symbols"]
        if level not in get_args(TextLevel):
            raise _broken("level", f"be one of {', '.join(get_args(TextLevel))}", shown(level))
        if not isinstance(lowercase, bool):
            raise _broken("lowercase", "be true or false", shown(lowercase))
        if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= 5_000:
            raise _broken("max_symbols", "be a whole number from 1 to 5,000", shown(most))
        vocabulary = Vocabulary.from_json(data["vocabulary"])
        if vocabulary.stored_level != LEVELS[level]:
            raise _broken("vocabulary", f"have the level {LEVELS[level]}", vocabulary.stored_level)
        marks = data.get("marks", False)
        if not isinstance(marks, bool) or (marks and level != "words"):
            raise _broken("marks", "be false, or true at the level words", shown(marks))
        return cls(cast(TextLevel, level), lowercase, most, vocabulary, marks)


def pretokenize(text: str, level: TextLevel, lowercase: bool, marks: bool = True) -> str:
    """The text as the vocabulary splits it: words between spaces, or as it is."""
    if level == "words":
        return " ".join(split_words(text, lowercase=lowercase, marks=marks))
    return text.lower() if lowercase else text


def _broken(name: str, rule: str, got: object) -> FormatError:
    return FormatError(
        f"TextReader.from_json: `{name}` must {rule}, got {got}. "
        f"The model file is damaged or of another version: get a fresh copy or train again."
    )
