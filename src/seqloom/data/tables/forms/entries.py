"""Dictionaries of pronunciation written, in the forms that `dictionaries.py` reads.

    mfa        word TAB phones, or word TAB probability TAB phones: 1 for the best of a word, and
               the others in proportion, at least 0.01, as MFA trains them
    lexicon    word, a blank, phones
    cmudict    word, two blanks, phones; the second of a word is `word(2)`

Checked by `tests/data/tables/forms/test_entries.py`: reading gives what was written.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ....errors import DataError
from .dictionaries import VARIANT

WRITTEN = ("mfa", "lexicon", "cmudict")
LEAST = 0.01  # a probability that MFA accepts


class Spoken(NamedTuple):
    """A pronunciation: phones with blanks between them, and its log-probability in nats."""

    phones: str
    log_probability: float


def dictionary_lines(
    form: str, entries: Iterable[tuple[str, Sequence[Spoken]]], *, probabilities: bool = False
) -> Iterator[str]:
    """The lines of a dictionary, with their ends; of a word that comes again, the first is kept.

    Args:
        form: One of `WRITTEN`.
        entries: Words, each with its pronunciations, the best first.
        probabilities: Of `mfa`: write them.
    Raises:
        DataError: A word or its phones cannot be written so that they are read again.
    """
    seen: set[str] = set()
    for word, spoken in entries:
        if word in seen or not word:
            continue
        seen.add(word)
        _check(form, word)
        different = {one.phones: one for one in reversed(spoken)}
        best = max((one.log_probability for one in spoken), default=0.0)
        kept = [one for one in spoken if different[one.phones] is one]
        for number, one in enumerate(kept, start=1):
            if not one.phones or (form == "cmudict" and " #" in f" {one.phones}"):
                raise DataError(
                    f"{form}: the pronunciation {one.phones!r} of {word!r} cannot be written. "
                    "Write another form, e.g. tsv."
                )
            yield _line(form, word, number, one, best, probabilities)


def _line(form: str, word: str, number: int, one: Spoken, best: float, probabilities: bool) -> str:
    if form == "cmudict":
        return f"{word if number == 1 else f'{word}({number})'}  {one.phones}\n"
    if form == "lexicon":
        return f"{word} {one.phones}\n"
    if not probabilities:
        return f"{word}\t{one.phones}\n"
    share = max(LEAST, math.exp(one.log_probability - best))
    return f"{word}\t{min(share, 1.0):.4g}\t{one.phones}\n".replace("\t1\t", "\t1.0\t")


def _check(form: str, word: str) -> None:
    """Refuse a word that would be read as something else."""
    comment = form == "cmudict" and (word.startswith(";;;") or "#" in word)
    variant = form == "cmudict" and VARIANT.fullmatch(word)
    if word.split() != [word] or comment or variant:
        why = "has a blank in it" if word.split() != [word] else "means something else there"
        raise DataError(
            f"{form}: the word {word[:60]!r} {why}. Leave it out, or write another form, e.g. tsv."
        )
