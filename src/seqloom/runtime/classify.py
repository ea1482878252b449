"""The task `classify` at work: a text to its label, with NumPy alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.texts.batches import TextSet, by_length
from ..decoding.contract import check_numbers
from ..errors import ConfigError, DataError
from ..export.parts.classify import ClassifyParts
from ..networks.classifiers import Classifying, RecurrentClassifier
from ..parallel import mapped
from ..progress import progress
from ..shapes import Float
from .class_stream import ClassStream
from .model import Model
from .states import TextStates, text_states

BATCH_TEXTS = 64


@dataclass(frozen=True)
class Attended:
    """What a model read of a text, and how much each symbol weighed; the weights sum to 1.

    Attributes:
        label: The model's answer.
        symbols: T of them, as read: long texts are cut.
        weights: `(T,)`.
    """

    label: str
    symbols: tuple[str, ...]
    weights: np.ndarray


class Classifier(Model):
    """A trained classifier, ready to predict."""

    parts: ClassifyParts
    network: Classifying

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of `predict_proba`."""
        return self.parts.labels

    @property
    def attends(self) -> bool:
        """True if the model has weights to show: its pool is attention."""
        return getattr(self.file.model, "pool", None) == "attention"

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The most probable label of each text.

        Raises:
            DataError: A text has no symbols.
        """
        best = self.predict_proba(texts).argmax(axis=1)
        return [self.labels[i] for i in best]

    def predict_proba(self, texts: Sequence[str]) -> Float[np.ndarray, "N C"]:
        """Probabilities of `labels` for each text; they do not depend on the texts beside it.

        Raises:
            DataError: A text has no symbols.
            DivergedError: The network's weights are so large that its output is not a number.
        """
        if isinstance(texts, str):
            raise ConfigError("predict: `texts` is a single text. Put it in a list: [text].")
        encoded = [self.encode(text, f"text {i + 1}") for i, text in enumerate(texts)]
        data = TextSet(encoded, [0] * len(encoded))
        found = np.zeros((len(encoded), len(self.labels)), np.float32)

        def classify(rows: np.ndarray) -> np.ndarray:
            batch = data.collate(rows)
            answers = self.runner.read(batch.symbols, batch.lengths)
            probabilities: np.ndarray = np.exp(check_numbers(answers.log_probabilities))
            return probabilities

        size = min(BATCH_TEXTS, -(-len(texts) // self.threads))
        batches = by_length(data.lengths, max(1, size))
        with progress("classifying", len(texts)) as step:
            for rows, said in zip(batches, mapped(classify, batches, self.threads), strict=True):
                found[rows] = said
                step(len(rows))
        return found

    def stream(self) -> ClassStream:
        """Classify a text while it comes in: `push(text)` gives the probabilities so far.

        Raises:
            ConfigError: The network is no recurrent one of one direction.
        """
        if not isinstance(self.network, RecurrentClassifier) or self.network.config.bidirectional:
            raise ConfigError(
                "stream: streaming needs a unidirectional recurrent classifier; this one reads the "
                "whole text. Train one with --architecture recurrent --set "
                "model.bidirectional=false."
            )
        return ClassStream(self)

    def attend(self, text: str) -> Attended:
        """Which symbols decided: the weights of the attention over the states.

        Raises:
            ConfigError: The model has no such weights.
            DataError: The text has no symbols.
        """
        if not self.attends:
            raise ConfigError(
                "attend: this model has no attention. Train with --set model.pool=attention."
            )
        symbols = self.encode(text)
        found = self.runner.read(np.array([symbols]), np.array([len(symbols)]))
        assert found.weights is not None
        return Attended(
            label=self.labels[int(found.log_probabilities[0].argmax())],
            symbols=tuple(self.parts.reader.symbols(text)),
            weights=found.weights[0],
        )

    def encode_states(self, texts: Sequence[str]) -> TextStates:
        """The states of the encoder's last layer, one for each symbol, and a vector for each text.

        Args:
            texts: The texts; long ones are cut.
        Returns:
            States `(T, H)`, and what the pool makes of them, which the classes are read from.
        Raises:
            ConfigError: The network has no state for each symbol: it is fully-connected.
            DataError: A text has no symbols.
        """
        if self.file.model.architecture == "fully-connected":
            raise ConfigError(
                "encode_states: this network is fully-connected and has no states. Train another "
                "architecture."
            )

        def read(symbols: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            found = self.network.encode(symbols, lengths)
            assert found.states is not None
            return found.states, found.pooled

        return text_states(texts, self.encode, self.parts.reader.symbols, read)

    def encode(self, text: str, name: str = "text") -> list[int]:
        """Symbol numbers of a text.

        Args:
            text: The text.
            name: What an error message calls it.
        Raises:
            DataError: It has no symbols.
        """
        symbols = self.parts.reader.encode(text)
        if not symbols:
            raise DataError(f"predict: {name} has no symbols.")
        return symbols

    def describe_parts(self) -> Iterator[tuple[str, object]]:
        reader, labels = self.parts.reader, self.parts.labels
        yield "labels", ", ".join(labels[:20]) + (", ..." if len(labels) > 20 else "")
        case = ", lower case" if reader.lowercase else ""
        yield "text", f"{reader.level}{case}, vocabulary of {len(reader.vocabulary)}"
        yield "max_symbols", reader.max_symbols
