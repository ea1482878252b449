"""`Transducer`: texts to texts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .base import SeqloomEstimator, check_lengths, texts_of


class Transducer(SeqloomEstimator):
    """A model of pairs: spelling to phones, lemma to form.

    Every parameter is the setting of that name in docs/settings.md, task `transduce`; `None` is its
    default. `cell` is that of encoder and decoder. `settings` takes all others by section.

    Attributes:
        model_: The trained model, as `seqloom.load` gives it.
        model_file_: The bytes of its file.
    """

    TASK = "transduce"

    def __init__(
        self,
        *,
        epochs: float | None = None,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int | None = None,
        architecture: str | None = None,
        cell: str | None = None,
        encoder_layers: int | None = None,
        decoder_layers: int | None = None,
        bidirectional: bool | None = None,
        link: str | None = None,
        attention: str | None = None,
        hidden_size: int | None = None,
        embedding_size: int | None = None,
        dropout: float | None = None,
        source_level: str | None = None,
        target_level: str | None = None,
        batch_symbols: int | None = None,
        valid_fraction: float | None = None,
        learning_rate: float | None = None,
        weight_decay: float | None = None,
        label_smoothing: float | None = None,
        beam: int | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.epochs = epochs
        self.minutes = minutes
        self.steps = steps
        self.seed = seed
        self.architecture = architecture
        self.cell = cell
        self.encoder_layers = encoder_layers
        self.decoder_layers = decoder_layers
        self.bidirectional = bidirectional
        self.link = link
        self.attention = attention
        self.hidden_size = hidden_size
        self.embedding_size = embedding_size
        self.dropout = dropout
        self.source_level = source_level
        self.target_level = target_level
        self.batch_symbols = batch_symbols
        self.valid_fraction = valid_fraction
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.beam = beam
        self.settings = settings

    def fit(self, X: object, y: object) -> "Transducer":
        """Train; a part of the sources is held out for validation.

        Args:
            X: N sources: a list, an array or a column of a frame. A source may occur with several
                targets.
            y: N targets, likewise.
        Raises:
            ConfigError: A parameter is out of range or none of the architecture.
            DataError: X or y holds something else than texts.
        """
        sources, targets = texts_of(X), texts_of(y, "y")
        check_lengths(sources, targets)
        self._train({"source": sources, "target": targets})
        return self

    def predict(self, X: object) -> np.ndarray:
        """The best output for each source, `(N,)` of texts."""
        model: Any = self.model_
        return np.array(model.predict(texts_of(X)), dtype=object)

    def score(self, X: object, y: object) -> float:
        """Share of the sources whose output equals the target, from 0 to 1."""
        wanted = texts_of(y, "y")
        found = self.predict(X)
        check_lengths(wanted, found)
        return float(np.mean([a == b for a, b in zip(found, wanted, strict=True)]))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
