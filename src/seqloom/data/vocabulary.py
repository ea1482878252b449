"""Symbols and their numbers, as stored in a model file.

The four specials have the numbers 0 to 3 in every vocabulary. They are numbers only: text that
spells one, such as a literal `<pad>`, is unknown like any other symbol never learned. Features of a
source (`tags.py`) have the numbers behind those of the symbols, so that the tag `V` and the letter
`V` are two. They are read before the text: a recurrent encoder that reads forward knows them at
every symbol (Kann & Schuetze 2016), and the symbols of two texts with equal tags have equal places.
Checked by `tests/data/test_vocabulary.py`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from ..errors import DataError, FormatError
from ..plain import JSON, shown
from .code_points import count_characters, numbers_of
from .levels import Level, SymbolCounts, blocks_of, count_words, join_symbols, split_text
from .subwords import SubwordSplitter, learn_subwords
from .tags import apart, check_tag, shown_tag, with_tags

PAD, BOS, EOS, UNK = 0, 1, 2, 3
SPECIALS = ("<pad>", "<bos>", "<eos>", "<unk>")
# Levels as model files name them; `pieces` are subwords that keep white space.
STORED: dict[str, tuple[Level, bool]] = {
    "characters": ("characters", False),
    "symbols": ("symbols", False),
    "subwords": ("subwords", False),
    "pieces": ("subwords", True),
}
UNKNOWN_SIGN = "⁇"  # U+2047, shown in place of UNK


@dataclass(frozen=True)
class Vocabulary:
    """A level, its symbols (the four specials first) and, for subwords, the merges.

    `spaces`: subwords keep white space, as a running text needs. `marks` is their rule for
    combining marks; models of the first releases have none. `features` are the tags of a source;
    a vocabulary that has some reads `text TAB tags`.
    """

    level: Level
    symbols: tuple[str, ...]
    merges: tuple[tuple[str, str], ...] = ()
    spaces: bool = False
    marks: bool = False
    features: tuple[str, ...] = ()

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        level: Level,
        *,
        subword_size: int = 8000,
        min_count: int = 1,
        spaces: bool = False,
        counts: SymbolCounts | None = None,
    ) -> "Vocabulary":
        """Learn the symbols of `texts`, by falling count and then by code point.

        Args:
            texts: What to learn from.
            level: What one symbol is.
            subword_size: Number of subwords to learn, the specials not counted. Subwords keep
                the order they were learned in.
            min_count: Symbols seen less often are unknown; for subwords this holds for
                characters, and for every subword that contains one.
            spaces: Subwords keep white space; characters always do.
            counts: Of the same texts, if they are counted: then these are read for subwords only.

        Raises:
            DataError: No symbol is seen `min_count` times.
            ConfigError, MissingExtraError: As `learn_subwords`.
        """
        if counts is None and level == "subwords":
            texts = list(texts)
        found = None if counts is None else counts.of_level(level)
        if found is None:
            found = Counter()
            for block in blocks_of(texts):
                found.update(count_words(block) if level == "symbols" else count_characters(block))
        merges: list[tuple[str, str]] = []
        if level == "subwords":
            learned, merges = learn_subwords(texts, subword_size, spaces=spaces)
            rare = {symbol for symbol, count in found.items() if count < min_count}
            symbols = [symbol for symbol in learned if rare.isdisjoint(symbol)]
        else:
            ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
            symbols = [symbol for symbol, count in ranked if count >= min_count]
        symbols = [symbol for symbol in symbols if symbol not in SPECIALS]
        if not symbols:
            raise DataError(
                f"Vocabulary.learn: no symbol of `texts` occurs at least {min_count} "
                f"times. Give more data or lower min_count."
            )
        kept = set(symbols)
        merges = [(a, b) for a, b in merges if kept.issuperset((a, b, a + b))]
        spaces = spaces and level == "subwords"
        return cls(level, SPECIALS + tuple(symbols), tuple(merges), spaces, marks=spaces)

    def extended(self, texts: Iterable[str], *, min_count: int = 1) -> "Vocabulary":
        """The vocabulary with the symbols of `texts` that it lacks; the others keep their numbers.

        New symbols come by falling count and then by code point. Subwords get characters only: the
        merges, and so the subwords of all texts that could be read before, stay.

        Args:
            texts: What to learn from.
            min_count: Symbols seen less often stay unknown.
        """
        counts = Counter(symbol for text in texts for symbol in self.split(text))
        new = [
            symbol
            for symbol, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if count >= min_count and symbol not in self._numbers and symbol not in SPECIALS
        ]
        return replace(self, symbols=self.symbols + tuple(new))

    def with_features(self, tags: Iterable[str], *, min_count: int = 1) -> "Vocabulary":
        """The same with the tags of all sources, by falling count and then by code point.

        Args:
            tags: Those of every source, one after another, or how often each occurs.
            min_count: Tags seen less often are unknown.
        Raises:
            DataError: No tag is seen `min_count` times.
        """
        ranked = sorted(Counter(tags).items(), key=lambda item: (-item[1], item[0]))
        kept = tuple(tag for tag, count in ranked if count >= min_count)
        if not kept:
            raise DataError(
                f"Vocabulary.with_features: no tag occurs at least {min_count} times. Give more "
                "data or lower min_count."
            )
        return replace(self, features=kept)

    def split(self, text: str) -> list[str]:
        """Split into symbols, known or not; tags come first and are shown as `<V>`."""
        if self.features:
            text, tags = apart(text)
            return [*map(shown_tag, tags), *self._split(text)]
        return self._split(text)

    def normal(self, text: str) -> str:
        """The text as all are spelled that `split` reads alike: with single spaces, if any."""
        if self.features:
            text, tags = apart(text)
            return with_tags(self._normal(text), tags)
        return self._normal(text)

    def encode(self, text: str) -> list[int]:
        """Return the numbers of the text's symbols: `UNK` if unknown; no `BOS` or `EOS` added."""
        number = self._numbers.get
        if self.features:
            text, tags = apart(text)
            of_tag = self._tag_numbers.get
            return [
                *(of_tag(tag, UNK) for tag in tags),
                *(number(symbol, UNK) for symbol in self._split(text)),
            ]
        return [number(symbol, UNK) for symbol in self._split(text)]

    def encode_many(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of texts as `encode` gives them, one after the other, and how many each has.

        Returns:
            Numbers, int32 `(M,)`; lengths, int32 `(N,)`.
        """
        if self.level == "characters" and not self.features:
            known = self.symbols[len(SPECIALS) :]
            lengths = np.fromiter(map(len, texts), np.int32, len(texts))
            return numbers_of(texts, known, len(SPECIALS), UNK), lengths
        rows = [self.encode(text) for text in texts]
        lengths = np.fromiter(map(len, rows), np.int32, len(rows))
        return np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum())), lengths

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`, leaving out `PAD`, `BOS` and `EOS`, with ⁇ for `UNK`."""
        shown = (*self.symbols[:UNK], UNKNOWN_SIGN, *self.symbols[UNK + 1 :])
        symbols, tags = [], []
        for i in ids:
            assert 0 <= i < len(self), f"id {i} is not one of {len(self)}"
            if i >= len(shown):
                tags.append(self.features[i - len(shown)])
            elif i not in (PAD, BOS, EOS):
                symbols.append(shown[i])
        text = self._joined(symbols)
        return with_tags(text, tags) if self.features else text

    def unknown(self, text: str) -> list[str]:
        """Return the different symbols of the text that have no number, in order of appearance."""
        if self.features:
            text, tags = apart(text)
            odd = [shown_tag(tag) for tag in dict.fromkeys(tags) if tag not in self._tag_numbers]
            return odd + self._unknown(text)
        return self._unknown(text)

    def __len__(self) -> int:
        return len(self.symbols) + len(self.features)

    def to_json(self) -> dict[str, JSON]:
        """Return plain lists and strings that `from_json` reads."""
        return {
            "level": self.stored_level,
            "symbols": list(self.symbols),
            "merges": [list(merge) for merge in self.merges],
            **({"marks": True} if self.marks else {}),
            **({"features": list(self.features)} if self.features else {}),
        }

    @classmethod
    def from_json(cls, data: object, *, of_source: bool = False) -> "Vocabulary":
        """Read what `to_json` wrote.

        Args:
            data: Plain values.
            of_source: It may have features.
        Raises:
            FormatError: Anything is missing, of the wrong type, or contradicts the rest.
        """
        maybe = {"marks", "features"} if of_source else {"marks"}
        if not isinstance(data, dict) or set(data) - maybe != {"level", "symbols", "merges"}:
            got = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
            raise _broken("data", "be an object with level, symbols and merges", got)
        stored, symbols, merges = data["level"], data["symbols"], data["merges"]
        if not isinstance(stored, str) or stored not in STORED:
            raise _broken("level", f"be one of {', '.join(STORED)}", shown(stored))
        level, spaces = STORED[stored]
        marks = data.get("marks", False)
        if not isinstance(marks, bool) or (marks and not spaces):
            raise _broken("marks", "be false, or true at the level pieces", repr(marks))
        _check_symbols(level, symbols, spaces)
        _check_merges(level, merges, set(symbols[len(SPECIALS) :]))
        features = data.get("features", [])
        if "features" in data:
            _check_features(features)
        pairs = tuple((a, b) for a, b in merges)
        return cls(level, tuple(symbols), pairs, spaces, marks, tuple(features))

    @property
    def stored_level(self) -> str:
        """The level as model files name it."""
        return "pieces" if self.spaces else self.level

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Numbers of the ordinary symbols: text can never reach a special through this."""
        first = len(SPECIALS)
        return {symbol: i for i, symbol in enumerate(self.symbols[first:], start=first)}

    @cached_property
    def _tag_numbers(self) -> dict[str, int]:
        return {tag: i for i, tag in enumerate(self.features, start=len(self.symbols))}

    def _split(self, text: str) -> list[str]:
        """Split a text without tags."""
        if self._splitter is not None:
            return self._splitter.split(text)
        return split_text(text, self.level)

    def _joined(self, symbols: list[str]) -> str:
        if self._splitter is not None:
            return self._splitter.join(symbols)
        return join_symbols(symbols, self.level)

    def _normal(self, text: str) -> str:
        return text if self.level == "characters" or self.spaces else " ".join(text.split())

    def _unknown(self, text: str) -> list[str]:
        return [s for s in dict.fromkeys(self._split(text)) if s not in self._numbers]

    @cached_property
    def _splitter(self) -> SubwordSplitter | None:
        if self.level != "subwords":
            return None
        known = self.symbols[len(SPECIALS) :]
        return SubwordSplitter(self.merges, known, spaces=self.spaces, marks=self.marks)


def _check_symbols(level: Level, symbols: object, spaces: bool) -> None:
    if not isinstance(symbols, list) or not all(isinstance(s, str) and s for s in symbols):
        raise _broken("symbols", "be a list of non-empty strings", shown(symbols))
    if tuple(symbols[: len(SPECIALS)]) != SPECIALS:
        raise _broken("symbols", f"start with {' '.join(SPECIALS)}", shown(symbols))
    if any("\ud800" <= character <= "\udfff" for character in "".join(symbols)):
        raise _broken("symbols", "be text that UTF-8 can say", shown(symbols))
    repeated = [symbol for symbol, count in Counter(symbols).items() if count > 1]
    if repeated:
        raise _broken("symbols", "all be different", f"{shown(repeated[0])} twice")
    for symbol in symbols[len(SPECIALS) :] if not spaces else ():
        if split_text(symbol, "characters" if level == "characters" else "symbols") != [symbol]:
            what = "one character" if level == "characters" else "free of white space"
            raise _broken("symbols", f"each be {what} at the level {level}", shown(symbol))


def _check_merges(level: Level, merges: object, symbols: set[str]) -> None:
    if not isinstance(merges, list) or not all(_is_pair(merge) for merge in merges):
        raise _broken("merges", "be a list of pairs of strings", shown(merges))
    if merges and level != "subwords":
        raise _broken("merges", f"be empty at the level {level}", f"{len(merges)} of them")
    for left, right in merges:
        if not symbols.issuperset((left, right, left + right)):
            raise _broken("merges", "join two symbols into a third", f"{left!r} and {right!r}")


def _check_features(features: object) -> None:
    if (
        not isinstance(features, list)
        or not features
        or not all(isinstance(tag, str) and check_tag(tag) for tag in features)
    ):
        raise _broken("features", "be a list of tags, texts without ; | and tabs", shown(features))
    if any("\ud800" <= character <= "\udfff" for character in "".join(features)):
        raise _broken("features", "be text that UTF-8 can say", shown(features))
    if len(set(features)) < len(features):
        raise _broken("features", "all be different", shown(features))


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) == 2
        and all(isinstance(part, str) for part in value)
    )


def _broken(name: str, rule: str, got: object) -> FormatError:
    return FormatError(
        f"Vocabulary.from_json: `{name}` must {rule}, got {got}. "
        f"The model file is damaged or of another version: get a fresh copy or train again."
    )
