"""A text that a language model reads and writes in turn.

    push       reads on: what each symbol cost is added to `cost`
    write      draws symbols and reads them, as `Generator.predict` draws them
    iteration  writes until `length` symbols are written

The state is the network's and what follows the last symbol, so it does not grow. The native engine
writes behind a prompt without Python between two symbols: while nothing but that is asked for, its
symbols are handed out, and read here in blocks or when the state is asked for. Checked by
`tests/runtime/test_stream_answers.py`: against `score` and `predict`.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from ..data.text.text import encode_text
from ..data.text_pieces import TextPieces
from ..data.vocabulary import BOS
from ..decoding.continuation import Sampling, continuation, draw
from ..decoding.contract import check_numbers
from ..decoding.sampling import generator_after
from ..export.parts.generate import GenerateParts
from ..networks.language import RunningText
from ..shapes import Float
from .stream import Held, ModelStream, Streamed, array_of, arrays_of, number_of, tree_of

PIECE = 256  # symbols that are read at once


class LanguageStream(ModelStream, Iterator[str]):
    """A text so far; `Generator.stream` makes one.

    Attributes:
        cost: Of all symbols that were pushed, in nats; what was written costs nothing.
        symbols: How many were pushed.
        written: How many were written.
    """

    parts: GenerateParts
    network: RunningText

    def __init__(
        self, model: Streamed, prompt: str, length: int, sampling: Sampling, number: int
    ) -> None:
        """
        Args:
            model: A model of running text.
            prompt: What the text begins with; it may be empty.
            length: Symbols that iteration writes.
            sampling: How to draw.
            number: Of this text among those of the seed.
        """
        super().__init__(model)
        self.prompt, self.length, self.sampling, self.number = prompt, length, sampling, number
        self.reset()

    def reset(self) -> None:
        """Go back to the prompt, with draws from the first one on."""
        vocabulary = self.parts.vocabulary
        self.text = TextPieces(by_word=vocabulary.level != "characters", lowercase=False)
        self.state = self.network.initial_state(1)
        self.cost, self.symbols, self.written, self.draws = 0.0, 0, 0, 0
        self.random = generator_after([self.sampling.seed, self.number], 0)
        found, self.state = self.network.step(np.array([BOS]), self.state)
        self._next: np.ndarray = found[0]
        self._read(self.text.push(self.prompt))
        self._unread: list[int] = []  # of what was written
        self._ahead: Iterator[int] | None = None
        if not self.stepwise:
            prompt = vocabulary.encode(self.prompt)
            self._ahead = continuation(self.network, prompt, self.sampling, number=self.number)

    def push(self, text: str) -> Float[np.ndarray, " V"]:
        """Read on; return the log-probabilities of what follows, in nats.

        Of a model of subwords, symbols are read once white space follows their word.

        Raises:
            DivergedError: The network's weights are so large that its output is not a number.
        """
        self._catch_up()
        self._ahead = None
        self._read(self.text.push(text))
        return self._next

    def finish(self) -> Float[np.ndarray, " V"]:
        """Read the word that was begun; return as `push` does."""
        self._catch_up()
        self._read(self.text.finish())
        return self._next

    @property
    def log_probabilities(self) -> Float[np.ndarray, " V"]:
        """Of the symbol that follows, in nats."""
        self._catch_up()
        return self._next

    def write(self, length: int | None = None) -> Iterator[str]:
        """Continue the text from here, a symbol at a time; a word that was begun is read first.

        The stream is as far as the symbols that were taken.

        Args:
            length: Symbols to write; without end if `None`.
        """
        steps = itertools.count() if length is None else range(length)
        return (self._written() for _ in steps)

    def __next__(self) -> str:
        if self.written >= self.length:
            raise StopIteration
        return self._written()

    def held(self) -> Held:
        self._catch_up()
        drawn = self.sampling
        plain = {
            "text": self.text.to_json(),
            "cost": self.cost,
            "symbols": self.symbols,
            "written": self.written,
            "draws": self.draws,
            "length": self.length,
            "number": self.number,
            "seed": drawn.seed,
            "temperature": drawn.temperature,
            "top_k": drawn.top_k,
            "top_p": drawn.top_p,
        }
        arrays = {"next": self._next, **arrays_of("state", self.state)}
        return Held(plain, arrays)

    def take(self, held: Held) -> None:
        plain = held.plain
        self.sampling = Sampling(
            temperature=float(plain["temperature"]),
            top_k=None if plain["top_k"] is None else number_of(plain, "top_k"),
            top_p=float(plain["top_p"]),
            seed=number_of(plain, "seed"),
        )
        self.cost = float(plain["cost"])
        self.symbols, self.written = number_of(plain, "symbols"), number_of(plain, "written")
        self.length, self.number = number_of(plain, "length"), number_of(plain, "number")
        self.draws = number_of(plain, "draws")
        self.random = generator_after([self.sampling.seed, self.number], self.draws)
        self.text = TextPieces(by_word=self.text.by_word, lowercase=False)
        self.text.take(plain["text"])
        self._next = array_of("next", self._next, held.arrays)
        self._unread, self._ahead = [], None
        first = self.network.initial_state(1)
        self.state = tree_of("state", first, held.arrays)
        for array in arrays_of("state", self.state).values():
            size = len(self.parts.vocabulary)
            if array.dtype.kind == "i" and not ((array >= 0) & (array < size)).all():
                raise ValueError("its last symbols are not in the vocabulary")

    def _read(self, text: str) -> None:
        numbers = encode_text(self.parts.vocabulary, text).astype(np.int64)
        size = 1 if self.stepwise else PIECE
        for first in range(0, len(numbers), size):
            piece = numbers[first : first + size]
            found, self.state = self.network.forward(piece[None], self.state)
            before = np.concatenate([self._next[None], found[0, :-1]])
            for cost in check_numbers(before)[np.arange(len(piece)), piece].tolist():
                self.cost -= cost
            self._next = check_numbers(found[0, -1]).copy()
            self.symbols += len(piece)

    def _catch_up(self) -> None:
        """Read what was written."""
        if self._unread:
            found, self.state = self.network.forward(np.array([self._unread]), self.state)
            self._next, self._unread = found[0, -1].copy(), []

    def _written(self) -> str:
        if self.text.word:
            self._read(self.text.finish())
        if self._ahead is not None:
            symbol = next(self._ahead)
        else:
            symbol = draw(self.log_probabilities[None], self.sampling, self.random)
        self.draws += self.sampling.temperature > 0.0
        self.written += 1
        self._unread.append(symbol)
        if self._ahead is None or len(self._unread) == PIECE:
            self._catch_up()
        return self.parts.vocabulary.symbols[symbol]
