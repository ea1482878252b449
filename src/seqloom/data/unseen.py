"""What is said of symbols that the model never saw in training: once, for the first input with any.

Checked by `tests/cli/test_unknown.py`.
"""

import sys
from collections.abc import Callable

MOST_SHOWN = 10


class Unseen:
    """Finds the unknown symbols of inputs, and says so of the first that has some.

    Attributes:
        inputs: Those with some, each once, in order of appearance.
    """

    def __init__(
        self, unknown: Callable[[str], list[str]], say: Callable[[str], object] | None = None
    ) -> None:
        """
        Args:
            unknown: The different symbols of a text that have no number.
            say: Told the note; it goes to standard error if there is none.
        """
        self._unknown, self._said = unknown, False
        self._say = say or _on_standard_error
        self.inputs: dict[str, None] = {}

    def of(self, text: str, name: str) -> list[str]:
        """The unknown symbols of a text, which a note calls `name`."""
        symbols = self._unknown(text)
        if symbols:
            self.inputs[text] = None
        if symbols and not self._said:
            self._said = True
            self._say(f"note: {name} has {self._words(symbols)}{self._case(text)}")
        return symbols

    def _words(self, symbols: list[str]) -> str:
        shown = " ".join(repr(symbol)[1:-1] for symbol in symbols[:MOST_SHOWN])
        more = " ..." if len(symbols) > MOST_SHOWN else ""
        count = f"{len(symbols)} different symbols" if len(symbols) > 1 else "a symbol"
        were = "were" if len(symbols) > 1 else "was"
        return f"{count} that {were} never seen in training and read as unknown: {shown}{more}"

    def _case(self, text: str) -> str:
        for folded, case in ((text.lower(), "lower"), (text.upper(), "upper")):
            if folded != text and not self._unknown(folded):
                return f". The model knows them in {case} case: {repr(folded)[1:-1][:80]}"
        return ""


def _on_standard_error(line: str) -> None:
    print(line, file=sys.stderr)
