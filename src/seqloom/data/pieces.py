"""Pieces: subwords for running text, which keep every space and line break.

    "To be,\n or" -> "To" " be" "," "\n" " or"       chunks, within which pairs are merged

Source: Sennrich, Haddow & Birch 2016 for the merging; Radford et al. 2019 (GPT-2), section 2.2, for
cutting the text into chunks that a merge never crosses.
Differs: symbols are code points, not bytes, so a character never seen in training is unknown; white
space beyond a word's one leading space stands alone, symbol by symbol.
Checked by `tests/data/test_pieces.py`: joining undoes cutting for any text.

`subwords.py` splits at white space and forgets it, which is right for pairs of sentences and wrong
for a text that is to be continued.
"""

import itertools
import json
import re
from collections.abc import Iterable, Sequence

from ..errors import ConfigError
from ..extras import missing_extra
from .subwords import SubwordSplitter
from .words import JOINERS, LETTER, MARK, SIGN, find_all

_CHUNK = re.compile(rf" ?{LETTER}+| ?{SIGN}(?:{SIGN}|[{MARK}{JOINERS}])*|\s")
_WITHOUT_MARKS = re.compile(r" ?\w+| ?[^\s\w]+|\s")  # models of the first releases
_LONGEST = 100  # characters of a chunk: merging takes the square of that in time
_BATCH = 10_000  # chunks handed to the library at once


def cut(text: str, *, marks: bool = True) -> list[str]:
    """Cut into words with the space before them, runs of signs, and white space.

    Args:
        text: Any text.
        marks: Combining marks and joiners belong to the word, as in `words.py`; else to no word.
    """
    return [
        chunk[i : i + _LONGEST]
        for chunk in find_all(_CHUNK if marks else _WITHOUT_MARKS, text)
        for i in range(0, len(chunk), _LONGEST)
    ]


def learn_pieces(texts: Iterable[str], size: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Learn which neighbouring symbols of a chunk to merge, most frequent pair first.

    Args:
        texts: What to learn from.
        size: Number of symbols to end with; fewer if no pair is left that occurs twice.
    Returns:
        The symbols (characters by code point, then merged ones as learned), and the merges.
    Raises:
        ConfigError: `size` is below the number of different characters.
        MissingExtraError: `tokenizers` is not installed.
    """
    try:
        from tokenizers import Tokenizer, models, trainers
    except ModuleNotFoundError as error:
        raise missing_extra("learn_pieces", error) from error

    tokenizer = Tokenizer(models.BPE())  # without a pre-tokenizer each text of the list is a word
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, show_progress=False)
    chunks = (chunk for text in texts for chunk in cut(text))
    tokenizer.train_from_iterator(iter(lambda: list(itertools.islice(chunks, _BATCH)), []), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    symbols = sorted(model["vocab"], key=model["vocab"].__getitem__)
    if len(symbols) > size:
        raise ConfigError(
            f"learn_pieces: `size` must be at least {len(symbols):,}, the number of different "
            f"characters, got {size:,}. Raise it, or use the level characters."
        )
    return symbols, [_pair(merge) for merge in model["merges"]]


class PieceSplitter(SubwordSplitter):
    """Splits running text by replaying the merges within each chunk.

    Args:
        merges: Pairs of neighbours to join, the first learned first.
        symbols: Only merges whose result is among these are used.
        marks: As of `cut`.
    """

    def __init__(
        self, merges: Sequence[tuple[str, str]], symbols: Iterable[str], *, marks: bool = True
    ) -> None:
        super().__init__(merges, symbols)
        self._marks = marks

    def words(self, text: str) -> list[str]:
        """The chunks of a text."""
        return cut(text, marks=self._marks)

    def join(self, symbols: Iterable[str]) -> str:
        """Undo `split`, exactly."""
        return "".join(symbols)


def _pair(merge: str | list[str]) -> tuple[str, str]:
    """Read one merge: `["a", "b"]`; in `tokenizers` before 0.20 `"a b"`, with spaces in parts."""
    if not isinstance(merge, str):
        left, right = merge
    else:
        place = merge.index(" ", 1)  # the separator: a chunk's own space stands first in it
        left, right = merge[:place], merge[place + 1 :]
    return left, right
