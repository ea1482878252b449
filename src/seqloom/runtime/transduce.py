"""The task `transduce` at work: a text to another, with NumPy alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..decoding import Alignment, Hypothesis, LengthLimit, Search, decode
from ..errors import ConfigError, DataError
from ..export.parts.transduce import TransduceParts
from ..networks.pairs import RecurrentPairs, TransformerPairs
from .model import Model
from .states import TextStates, text_states


@dataclass(frozen=True)
class Prediction:
    """One output.

    Attributes:
        text: The output.
        symbols: The output's symbols.
        score: What outputs are ranked by: the log-probability in nats, divided by the number of
            symbols (the end counted) to the power of the length penalty.
        log_probability: Of the whole output, in nats.
        finished: False if the length limit cut the output off.
    """

    text: str
    symbols: tuple[str, ...]
    score: float
    log_probability: float
    finished: bool


class Transducer(Model):
    """A trained model of pairs, ready to predict."""

    parts: TransduceParts
    network: RecurrentPairs | TransformerPairs

    def predict(
        self, texts: Sequence[str], *, beam: int | None = None, length_penalty: float | None = None
    ) -> list[str]:
        """The best output for each text.

        Args:
            texts: Sources.
            beam: Hypotheses kept; 1 is greedy; what the file says if `None`.
            length_penalty: See `Prediction.score`; what the file says if `None`.
        Raises:
            DataError: A text is empty, or longer than the model reads.
        """
        best = self.predict_nbest(texts, beam=beam, length_penalty=length_penalty)
        return [predictions[0].text for predictions in best]

    def predict_nbest(
        self,
        texts: Sequence[str],
        nbest: int = 1,
        *,
        beam: int | None = None,
        length_penalty: float | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float = 1.0,
        seed: int = 0,
    ) -> list[list[Prediction]]:
        """The `nbest` outputs for each text, the best first.

        What is searched for does not depend on the texts beside it; what is drawn depends on the
        text's place in the list, so that equal texts draw differently.

        Args:
            texts: Sources.
            nbest: Outputs per source.
            beam: Hypotheses kept; what the file says, or `nbest` if that is more, if `None`.
            length_penalty: See `Prediction.score`; what the file says if `None`.
            temperature: Draw outputs at random instead of searching.
            top_k: When drawing, from the k likeliest symbols only.
            top_p: When drawing, from the likeliest symbols that have this share only.
            seed: When drawing.
        Raises:
            DataError: A text is empty, or longer than the model reads.
            ConfigError: A setting is out of range.
        """
        if isinstance(texts, str):
            raise ConfigError("predict: `texts` is a single text. Put it in a list: [text].")
        if temperature is not None and beam is not None:
            raise ConfigError(
                f"predict: `beam` must not come with a temperature, got {beam}. Drop one of them."
            )
        if seed < 0:
            raise ConfigError(f"predict: `seed` must be at least 0, got {seed}.")
        if length_penalty is not None and not 0.0 <= length_penalty <= 10.0:
            raise ConfigError(
                f"predict: `length_penalty` must be from 0 to 10, got {length_penalty:g}."
            )
        usual = self.file.decoding
        search = Search(
            beam=max(usual.beam, nbest) if beam is None else beam,
            nbest=nbest,
            length_penalty=usual.length_penalty if length_penalty is None else length_penalty,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
        )
        sources = [self.encode(text, f"text {i + 1}") for i, text in enumerate(texts)]
        found = decode(self.network, sources, self.limit, search)
        return [[self._prediction(hypothesis) for hypothesis in row] for row in found]

    @property
    def limit(self) -> LengthLimit:
        """How long an output may be: no longer than the longest that training takes."""
        return LengthLimit(self.parts.length_ratio, most=self.parts.max_symbols)

    def encode(self, text: str, name: str = "text") -> list[int]:
        """Symbol numbers of a source.

        Args:
            text: The source.
            name: What an error message calls it.
        Raises:
            DataError: It is empty or too long.
        """
        symbols = self.parts.source.encode(text)
        if not symbols:
            raise DataError(f"predict: {name} has no symbols.")
        if len(symbols) > self.parts.max_symbols:
            raise DataError(
                f"predict: {name} must have at most {self.parts.max_symbols} symbols, got "
                f"{len(symbols)}. Cut it into pieces, or train with a larger data.max_symbols."
            )
        return symbols

    def encode_states(self, texts: Sequence[str]) -> TextStates:
        """The states of the encoder's last layer, one for each symbol, and a vector for each text.

        Args:
            texts: Sources.
        Returns:
            States `(T, H)`, and a vector of each source: of a recurrent encoder its last states,
            which the decoder begins with; of a Transformer the mean of the states.
        Raises:
            DataError: A text is empty, or longer than the model reads.
        """
        split = self.parts.source.split
        return text_states(texts, self.encode, split, self.network.encode)

    def align(self, text: str, output: str | None = None) -> Alignment:
        """Where the decoder looked while it wrote an output.

        Args:
            text: The source.
            output: An output to go through; the best one if `None`.
        Raises:
            ConfigError: The model has no such attention: its link is `context`, or it is a
                Transformer, whose attention has many heads and layers.
        """
        if not isinstance(self.network, RecurrentPairs) or self.network.attention is None:
            raise ConfigError(
                "align: this model's decoder has no attention over its source. Train a recurrent "
                "one with --set model.link=attention."
            )
        source = self.encode(text)
        best = output if output is not None else self.predict([text])[0]
        target = self.parts.target.encode(best)
        network = self.network
        state, memory = network.start(np.array([source]), np.array([len(source)]))
        rows = []
        for symbol in [BOS, *target]:
            _, state = network.step(np.array([symbol]), state, memory)
            assert state.weights is not None
            rows.append(state.weights[0])
        return Alignment(
            source=tuple(self.parts.source.split(text)),
            output=(*self.parts.target.split(best), self.parts.target.symbols[EOS]),
            weights=np.stack(rows),
        )

    def describe_parts(self) -> Iterator[tuple[str, object]]:
        for side, vocabulary in (("source", self.parts.source), ("target", self.parts.target)):
            yield side, f"{vocabulary.level}, vocabulary of {len(vocabulary)}"
        yield "max_symbols", self.parts.max_symbols
        yield "length_ratio", self.parts.length_ratio

    def _prediction(self, hypothesis: Hypothesis) -> Prediction:
        target = self.parts.target
        return Prediction(
            text=target.decode(hypothesis.symbols),
            symbols=tuple(target.symbols[i] for i in hypothesis.symbols),
            score=hypothesis.score,
            log_probability=hypothesis.log_probability,
            finished=hypothesis.finished,
        )
