"""An output that an encoder-decoder writes symbol by symbol, once its source is whole.

The source comes in pieces and is read when `write` begins. A saved state holds the source, the
output so far and the decoder's state; the encoder reads the source again when it is loaded, since
what an engine makes of a source is its own. Checked by `tests/runtime/test_stream_answers.py`:
against `predict` with a beam of 1, and `predict_nbest` with a temperature.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..decoding.contract import forbid
from ..decoding.decode import LengthLimit, Search
from ..decoding.sampling import generator_after, narrowed, pick
from ..errors import ConfigError
from ..export.parts.transduce import TransduceParts
from .stream import (
    Held,
    ModelStream,
    Streamed,
    arrays_of,
    number_of,
    numbers_below,
    text_of,
    tree_of,
)


class PairStream(ModelStream):
    """A source, then its output; `Transducer.stream` makes one.

    Attributes:
        source: The text so far.
        symbols: Numbers of the output's symbols so far.
        log_probability: Of the output so far, its end counted, in nats.
        finished: False until the output has come to its end, or to its length limit.
    """

    parts: TransduceParts

    def __init__(
        self,
        model: Streamed,
        encode: Callable[[str], list[int]],
        limit: LengthLimit,
        search: Search,
    ) -> None:
        """
        Args:
            model: A model of pairs.
            encode: A source to the numbers of its symbols.
            limit: Most symbols of an output.
            search: Greedy, or with a temperature.
        """
        super().__init__(model)
        self.encode, self.limit, self.search = encode, limit, search
        self.reset()

    def reset(self) -> None:
        self.source = ""
        self.symbols: list[int] = []
        self.log_probability, self.finished, self.draws = 0.0, False, 0
        self.state: Any = None
        self.memory: Any = None
        self.most = 0

    def push(self, text: str) -> str:
        """Take more of the source; return the source so far.

        Raises:
            ConfigError: The output has begun.
        """
        if self.memory is not None:
            raise ConfigError(
                "stream: the source must be whole before its output begins. Call reset() for the "
                "next one."
            )
        self.source += text
        return self.source

    def finish(self) -> str:
        """Write the output to its end; return it.

        Raises:
            DataError: See `write`.
        """
        for _ in self.write():
            pass
        return self.text

    def write(self, length: int | None = None) -> Iterator[str]:
        """Symbols of the output, as they are found; the stream is as far as those taken.

        Args:
            length: Symbols at most; to the output's end if `None`.
        Raises:
            DataError: The source is empty, or longer than the model reads.
        """
        self._begin()
        return self._symbols(length)

    @property
    def text(self) -> str:
        """The output so far."""
        return self.parts.target.decode(self.symbols)

    def held(self) -> Held:
        search = self.search
        plain = {
            "source": self.source,
            "begun": self.memory is not None,
            "symbols": list(self.symbols),
            "log_probability": self.log_probability,
            "finished": self.finished,
            "draws": self.draws,
            "temperature": search.temperature,
            "top_k": search.top_k,
            "top_p": search.top_p,
            "seed": search.seed,
        }
        return Held(plain, arrays_of("state", self.state))

    def take(self, held: Held) -> None:
        self.reset()
        plain = held.plain
        self.search = Search(
            temperature=None if plain["temperature"] is None else float(plain["temperature"]),
            top_k=None if plain["top_k"] is None else number_of(plain, "top_k"),
            top_p=float(plain["top_p"]),
            seed=number_of(plain, "seed"),
        )
        self.source = text_of(plain, "source")
        self.symbols = list(numbers_below(plain["symbols"], len(self.parts.target)))
        self.log_probability = float(plain["log_probability"])
        self.finished, self.draws = plain["finished"] is True, number_of(plain, "draws")
        if plain["begun"] is True:
            self._begin()
            self.state = tree_of("state", self.state, held.arrays)

    def _begin(self) -> None:
        """Read the source, if it was not yet."""
        if self.memory is None:
            source = np.array([self.encode(self.source)])
            lengths = np.array([source.shape[1]])
            self.state, self.memory = self.network.start(source, lengths)
            self.most = int(self.limit(lengths)[0])

    def _symbols(self, length: int | None) -> Iterator[str]:
        end = None if length is None else len(self.symbols) + length
        while not self.finished and (end is None or len(self.symbols) < end):
            self._step()
            if not self.finished:
                yield self.parts.target.symbols[self.symbols[-1]]

    def _step(self) -> None:
        """One more symbol, or the end."""
        last = np.array([self.symbols[-1] if self.symbols else BOS])
        found, self.state = self.network.step(last, self.state, self.memory)
        allowed, search = forbid(found), self.search
        if search.temperature is None:
            symbol = int(allowed.argmax(axis=1)[0])
        else:
            q_BV = narrowed(
                allowed, temperature=search.temperature, top_k=search.top_k, top_p=search.top_p
            )
            random = generator_after([search.seed, 0, 0], self.draws)
            symbol = int(pick(q_BV, np.array([random.random()]))[0])
            self.draws += 1
        if len(self.symbols) >= self.most:
            symbol = EOS
        self.log_probability += float(allowed[0, symbol])
        if symbol == EOS:
            self.finished = True
        else:
            self.symbols.append(symbol)
