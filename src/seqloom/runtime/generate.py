"""The task `generate` at work: a text to its continuation, with NumPy alone."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..data.vocabulary import BOS
from ..decoding import Sampling, continuation
from ..decoding.perplexity import TextScore, score_text
from ..errors import ConfigError, DataError
from ..export.parts.generate import GenerateParts
from ..networks.language import RunningText
from .language_stream import LanguageStream
from .model import Model
from .states import TextStates, text_states

PIECE = 256  # symbols that are read at once


class Generator(Model):
    """A trained model of running text."""

    parts: GenerateParts
    network: RunningText

    def stream(
        self,
        prompt: str = "",
        *,
        length: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        number: int = 0,
    ) -> LanguageStream:
        """Read and continue a text; as an iterator, it gives the symbols that continue a prompt.

        What the caller does not give is what the file says.

        Args:
            prompt: What the text begins with; it may be empty.
            length: Symbols to add when it is iterated over.
            temperature: Below 1 sharpens the distribution, above 1 flattens it; 0 takes the
                likeliest symbol each time.
            top_k: Draw from the k likeliest symbols only.
            top_p: Draw from the likeliest symbols that have this share only; 1 is all of them.
            seed: Of the draws.
            number: Of this text among those of the seed.
        Raises:
            ConfigError: A setting is out of range.
        """
        length, sampling = self._settings(length, temperature, top_k, top_p, seed)
        return LanguageStream(self, prompt, length, sampling, number)

    def continued(
        self,
        prompt: str = "",
        *,
        length: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        number: int = 0,
    ) -> Iterator[str]:
        """The symbols that a `stream` of the same arguments writes, faster, without its state.

        Raises:
            ConfigError: A setting is out of range.
        """
        length, sampling = self._settings(length, temperature, top_k, top_p, seed)
        vocabulary = self.parts.vocabulary
        symbols = continuation(self.runner, vocabulary.encode(prompt), sampling, number=number)
        return (vocabulary.symbols[symbol] for symbol in itertools.islice(symbols, length))

    def _settings(
        self,
        length: int | None,
        temperature: float | None,
        top_k: int | None,
        top_p: float | None,
        seed: int,
    ) -> tuple[int, Sampling]:
        """What the caller gave, else what the file says."""
        usual = self.file.decoding
        length = usual.length if length is None else length
        if length < 0:
            raise ConfigError(f"generate: `length` must be at least 0, got {length}.")
        return length, Sampling(
            temperature=usual.temperature if temperature is None else temperature,
            top_k=usual.top_k if top_k is None else top_k,
            top_p=usual.top_p if top_p is None else top_p,
            seed=seed,
        )

    def predict(self, texts: Sequence[str], *, seed: int = 0, **options: Any) -> list[str]:
        """The continuation of each text, without the text itself.

        Args:
            texts: Prompts; equal ones draw differently.
            seed: Of the draws.
            **options: `length`, `temperature`, `top_k`, `top_p`, as `stream` has them.
        Raises:
            ConfigError: A setting is out of range.
        """
        if isinstance(texts, str):
            raise ConfigError("predict: `texts` is a single text. Put it in a list: [text].")
        return [
            "".join(self.continued(text, seed=seed, number=number, **options))
            for number, text in enumerate(texts)
        ]

    def score(self, text: str) -> TextScore:
        """How well the model foretells a text, its memory carried from beginning to end.

        Raises:
            DataError: The text is empty.
        """
        return score_text(self.runner, self.parts.vocabulary, text)

    def encode_states(self, texts: Sequence[str]) -> TextStates:
        """What the output layer reads: a state for each symbol, and a vector for each text.

        Args:
            texts: The texts; each is read from its beginning.
        Returns:
            States `(T, H)` after each symbol, which know what is before and nothing that follows;
            the last of them as the text's vector.
        Raises:
            DataError: A text is empty.
        """
        vocabulary = self.parts.vocabulary

        def encode(text: str, name: str) -> list[int]:
            if not text:
                raise DataError(f"encode_states: {name} is empty.")
            return vocabulary.encode(text)

        return text_states(texts, encode, vocabulary.split, self._read)

    def _read(self, symbols: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """States after each symbol of padded texts, and the last of each text."""
        B, T = symbols.shape
        state = self.network.initial_state(B)
        _, state = self.network.read(np.full((B, 1), BOS), state)
        pieces = []
        for first in range(0, T, PIECE):
            found, state = self.network.read(symbols[:, first : first + PIECE], state)
            pieces.append(found)
        states = np.concatenate(pieces, axis=1)
        return states, states[np.arange(B), lengths - 1]

    def describe_parts(self) -> Iterator[tuple[str, object]]:
        vocabulary = self.parts.vocabulary
        yield "symbols", f"{vocabulary.level}, vocabulary of {len(vocabulary)}"
