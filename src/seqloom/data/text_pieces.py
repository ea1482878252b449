"""A text that comes in pieces, and the part of it whose symbols no further piece can change.

    words, subwords     up to the last white space: words never reach across it
    characters          all of it; in lower case, but for a capital sigma that may end its word

A capital sigma has another lower case at the end of a word, so it waits for what follows.
Checked by `tests/data/test_text_pieces.py`: the parts, however a text is cut, have the symbols of
the whole.
"""

import re

from ..plain import JSON

_SPACE = re.compile(r"\s")
_SIGMA = "\u03a3"


class TextPieces:
    """Hands out the complete part of a text.

    Attributes:
        word: What waits for the end of its word, in lower case if the text is read so.
        sigma: What waits for the end of a sigma, as it came.
        cased: Whether a sigma that came next would have a letter before it.
    """

    def __init__(self, *, by_word: bool, lowercase: bool) -> None:
        """
        Args:
            by_word: A symbol may be longer than a character.
            lowercase: Case is folded.
        """
        self.by_word, self.lowercase = by_word, lowercase
        self.word: tuple[str, ...] = ()
        self.sigma, self.cased = "", False

    def push(self, text: str) -> str:
        """Take a piece; return what is now complete and was not returned before."""
        return self._whole(self._lower(text) if self.lowercase else text)

    def finish(self) -> str:
        """What is left: the text ends, or a new one begins."""
        text = self._lower("", last=True) if self.lowercase else ""
        found = "".join((*self.word, text))
        self.word, self.cased = (), False
        return found

    def to_json(self) -> dict[str, JSON]:
        """What is carried on, as plain values."""
        return {"word": "".join(self.word), "sigma": self.sigma, "cased": self.cased}

    def take(self, data: JSON) -> None:
        """Carry on what `to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        kinds = {"word": str, "sigma": str, "cased": bool}
        if not isinstance(data, dict) or {n: type(v) for n, v in data.items()} != kinds:
            raise ValueError("the text that waits is none")
        word: str = data["word"]
        self.word, self.sigma, self.cased = (word,) if word else (), data["sigma"], data["cased"]

    def _whole(self, text: str) -> str:
        """Text up to its last white space."""
        if not self.by_word:
            return text
        last = max((found.start() for found in _SPACE.finditer(text)), default=None)
        if last is None:
            self.word = (*self.word, text) if text else self.word
            return ""
        done = "".join((*self.word, text[:last]))
        self.word = (text[last:],)
        return done

    def _lower(self, text: str, *, last: bool = False) -> str:
        """The lower case of as much as is decided."""
        before, text = "a" if self.cased else "", self.sigma + text
        lower = (before + text).lower()
        # a letter behind it would change the last sigma, so that must wait
        wait = not last and _SIGMA in text and (before + text + "a").lower()[:-1] != lower
        at = text.rindex(_SIGMA) if wait else len(text)
        self.sigma = text[at:]
        self.cased = (before + text[:at] + _SIGMA).lower().endswith("\u03c2")
        return lower[len(before) : len(lower) - len(self.sigma.lower())]
