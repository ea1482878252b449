"""Subwords by byte-pair encoding: learned with the `tokenizers` library, applied without it.

    "To be,\n or" -> "▁To" "▁be," "▁or"               words of a sentence: spaces are forgotten
    "To be,\n or" -> "To" " be" "," "\n" " or"       chunks of a running text: spaces are kept

Merges never cross the border of a word or a chunk.

Source: Sennrich, Haddow & Birch 2016, "Neural Machine Translation of Rare Words with Subword
Units", section 3.2; for chunks Radford et al. 2019 (GPT-2), section 2.2.
Differs: a word's beginning is marked (`▁word`, as in SentencePiece), not its end. Symbols are code
points, not bytes, so a character never seen in training is unknown; white space beyond the one
space before a chunk stands alone, symbol by symbol.
Checked by `tests/data/test_subwords.py` and `test_subwords_with_spaces.py`: the library's own
encoding is the oracle, and joining undoes splitting.

A model file holds the symbols and the merges, so predicting needs the few lines here and no
compiled library.
"""

import heapq
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from ..errors import ConfigError
from ..extras import missing_extra
from .words import JOINERS, LETTER, MARK, SIGN, find_all

WORD_MARK = "▁"
MAX_CACHED_WORDS = 100_000
_CHUNK = re.compile(rf" ?{LETTER}+| ?{SIGN}(?:{SIGN}|[{MARK}{JOINERS}])*|\s")
_WITHOUT_MARKS = re.compile(r" ?\w+| ?[^\s\w]+|\s")  # models of the first releases
_LONGEST = 100  # characters of a chunk: merging takes the square of that in time
_BATCH = 10_000  # words or chunks handed to the library at once


def mark_words(text: str) -> list[str]:
    """Split at white space and put the mark before each word.

    A mark that the text itself contains counts as white space, so that joining is exact.
    """
    return [WORD_MARK + word for word in text.replace(WORD_MARK, " ").split()]


def cut(text: str, *, marks: bool = True) -> list[str]:
    """Cut into words with the space before them, runs of signs, and white space.

    Args:
        text: A text.
        marks: Combining marks and joiners belong to the word, as in `words.py`; else to no word.
    """
    return [
        chunk[i : i + _LONGEST]
        for chunk in find_all(_CHUNK if marks else _WITHOUT_MARKS, text)
        for i in range(0, len(chunk), _LONGEST)
    ]


def learn_subwords(
    texts: Iterable[str], size: int, *, spaces: bool = False
) -> tuple[list[str], list[tuple[str, str]]]:
    """Learn which neighbouring symbols to merge, most frequent pair first.

    The result depends on the texts alone, not on threads or the order of the texts.

    Args:
        texts: What to learn from.
        size: Number of symbols to end with; fewer if no pair is left that occurs twice.
        spaces: Keep white space: merge within chunks, else within words.

    Returns:
        The symbols (characters by code point, then merged ones as learned), and the merges.

    Raises:
        ConfigError: `size` is below the number of different characters.
        MissingExtraError: `tokenizers` is not installed.
    """
    try:
        from tokenizers import Tokenizer, models, trainers
    except ModuleNotFoundError as error:
        raise missing_extra("learn_subwords", error) from error

    tokenizer = Tokenizer(models.BPE())  # without a pre-tokenizer each text of the list is a word
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, show_progress=False)
    words = (word for text in texts for word in (cut(text) if spaces else mark_words(text)))
    tokenizer.train_from_iterator(iter(lambda: list(itertools.islice(words, _BATCH)), []), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    symbols = sorted(model["vocab"], key=model["vocab"].__getitem__)
    if len(symbols) > size:
        raise ConfigError(
            f"learn_subwords: `size` must be at least {len(symbols):,}, the number of different "
            f"characters, got {size:,}. Raise it, or use the level characters."
        )
    return symbols, [_merge_pair(merge) for merge in model["merges"]]


class SubwordSplitter:
    """Splits texts by replaying the merges.

    Args:
        merges: Pairs of neighbours to join, the first learned first.
        symbols: Only merges whose result is among these are used.
        spaces: White space is kept.
        marks: Of chunks: see `cut`.
    """

    def __init__(
        self,
        merges: Sequence[tuple[str, str]],
        symbols: Iterable[str],
        *,
        spaces: bool = False,
        marks: bool = True,
    ) -> None:
        known = set(symbols)
        self._ranks = {pair: i for i, pair in enumerate(merges) if "".join(pair) in known}
        self._cache: dict[str, tuple[str, ...]] = {}
        self._spaces, self._marks = spaces, marks

    def split(self, text: str) -> list[str]:
        """Split into subwords; a character never seen in training stands alone."""
        return list(itertools.chain.from_iterable(self._split_words(text)))

    def join(self, symbols: Iterable[str]) -> str:
        """Undo `split`: exactly if white space is kept, else with every run of it as one space."""
        text = "".join(symbols)
        return text if self._spaces else text.replace(WORD_MARK, " ").strip()

    def _split_words(self, text: str) -> Iterator[tuple[str, ...]]:
        for word in cut(text, marks=self._marks) if self._spaces else mark_words(text):
            parts = self._cache.get(word)
            if parts is None:
                parts = self._split_word(word)
                if len(self._cache) < MAX_CACHED_WORDS:
                    self._cache[word] = parts
            yield parts

    def _split_word(self, word: str) -> tuple[str, ...]:
        """Merge the earliest learned pair, the leftmost of equals, until none is left.

        A heap of pairs over a chain of parts: time n log n for n characters, where a search
        for the best pair at each merge would take their square.
        """
        rank = self._ranks.get
        parts = list(word)
        after, before = list(range(1, len(parts) + 1)), list(range(-1, len(parts) - 1))
        heap = [
            (found, i, *pair)
            for i, pair in enumerate(itertools.pairwise(parts))
            if (found := rank(pair)) is not None
        ]
        heapq.heapify(heap)
        while heap:
            _, i, left, right = heapq.heappop(heap)
            j = after[i]
            if parts[i] != left or j == len(parts) or parts[j] != right:
                continue  # one of the two was merged with another since
            parts[i], parts[j] = left + right, ""
            after[i] = after[j]
            if after[i] < len(parts):
                before[after[i]] = i
            for at in (before[i], i):
                if at >= 0 and after[at] < len(parts):
                    pair = parts[at], parts[after[at]]
                    if (found := rank(pair)) is not None:
                        heapq.heappush(heap, (found, at, *pair))
        return tuple(filter(None, parts))


def _merge_pair(merge: str | list[str]) -> tuple[str, str]:
    """Read one merge: `["a", "b"]`; in `tokenizers` before 0.20 `"a b"`, with spaces in parts."""
    if not isinstance(merge, str):
        left, right = merge
    else:
        place = merge.index(" ", 1)  # the separator: a chunk's own space stands first in it
        left, right = merge[:place], merge[place + 1 :]
    return left, right
