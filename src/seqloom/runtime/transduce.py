"""The task `transduce` at work: a text to another, with NumPy alone."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..data.tags import apart, source_text
from ..data.vocabulary import BOS, EOS
from ..decoding import Alignment, Hypothesis, LengthLimit, Search, decode
from ..errors import ConfigError, DataError
from ..export.parts.transduce import TransduceParts
from ..networks.pairs import RecurrentPairs, TransformerPairs
from .model import Model
from .pair_stream import PairStream
from .states import TextStates, text_states

# a text, or a text and its features
Source: TypeAlias = str | tuple[str, str | Sequence[str]]


@dataclass(frozen=True)
class Prediction:
    """One output.

    Attributes:
        text: The output.
        symbols: The output's symbols.
        score: What outputs are ranked by: the log-probability in nats, divided by the number of
            symbols (the end counted) to the power of the length penalty. Of an entry of the
            dictionary, its `log_probability`.
        log_probability: Of the whole output, in nats. Of an entry of the dictionary with n
            references, -ln n: they share a probability of 1.
        finished: False if the length limit cut the output off.
        origin: Whether the network gave it, or the dictionary of the model file (`exceptions`).
        share: Its probability divided by the sum over all outputs that the search found, or of the
            entry; `None` unless a `mass` was asked for.
    """

    text: str
    symbols: tuple[str, ...]
    score: float
    log_probability: float
    finished: bool
    origin: Literal["network", "exceptions"] = "network"
    share: float | None = None


class Transducer(Model):
    """A trained model of pairs, ready to predict."""

    parts: TransduceParts
    network: RecurrentPairs | TransformerPairs

    def predict(
        self,
        texts: Sequence[Source],
        *,
        beam: int | None = None,
        length_penalty: float | None = None,
        exceptions: bool = True,
    ) -> list[str]:
        """The best output for each text.

        Args:
            texts: Sources. For a model with features, `("walk", "V;PST")` or `"walk\\tV;PST"`.
            beam: Hypotheses kept; 1 is greedy; what the file says if `None`.
            length_penalty: See `Prediction.score`; what the file says if `None`.
            exceptions: Answer from the dictionary of the model file, if it has one, what stands
                there; the network answers the rest.
        Raises:
            DataError: A text is empty, or longer than the model reads.
        """
        best = self.predict_nbest(
            texts, beam=beam, length_penalty=length_penalty, exceptions=exceptions
        )
        return [predictions[0].text for predictions in best]

    def predict_nbest(
        self,
        texts: Sequence[Source],
        nbest: int | None = None,
        *,
        mass: float | None = None,
        beam: int | None = None,
        length_penalty: float | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float = 1.0,
        seed: int = 0,
        exceptions: bool = True,
    ) -> list[list[Prediction]]:
        """The `nbest` outputs for each text, the best first.

        What is searched for does not depend on the texts beside it; what is drawn depends on the
        text's place in the list, so that equal texts draw differently. A text of the dictionary
        has its references there, `nbest` of them if there are more, and the network is not asked;
        what is drawn comes from the network alone.

        Args:
            texts: Sources, as `predict` takes them.
            nbest: Outputs per source, at most so many with `mass`; 1, or with `mass` those of the
                beam, if `None`.
            mass: Only as many outputs as together have this share of the probability of all that
                the search found, at least one: see `Prediction.share`.
            beam: Hypotheses kept; what the file says, or `nbest` if that is more, if `None`.
            length_penalty: See `Prediction.score`; what the file says if `None`.
            temperature: Draw outputs at random instead of searching.
            top_k: When drawing, from the k likeliest symbols only.
            top_p: When drawing, from the likeliest symbols that have this share only.
            seed: When drawing.
            exceptions: See `predict`.
        Raises:
            DataError: A text is empty, or longer than the model reads.
            ConfigError: A setting is out of range.
        """
        if isinstance(texts, str):
            raise ConfigError("predict: `texts` is a single text. Put it in a list: [text].")
        if mass is not None and not 0.0 < mass <= 1.0:
            raise ConfigError(f"predict: `mass` must be above 0 and at most 1, got {mass:g}.")
        if mass is not None and temperature is not None:
            raise ConfigError("predict: `mass` must not come with a temperature. Drop one of them.")
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
        if beam is None:
            beam = max(usual.beam, nbest or 1)
        if nbest is None:
            nbest = 1 if mass is None else beam
        search = Search(
            beam=beam,
            nbest=nbest if mass is None else max(nbest, beam),
            length_penalty=usual.length_penalty if length_penalty is None else length_penalty,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
        )
        given = [source_text(text, f"text {i + 1}") for i, text in enumerate(texts)]
        sources = [self.encode(text, f"text {i + 1}") for i, text in enumerate(given)]
        looked_up = exceptions and temperature is None
        known = [self.known(text)[: search.nbest] if looked_up else [] for text in given]
        asked = [source for source, entry in zip(sources, known, strict=True) if not entry]
        found = iter(decode(self.runner, asked, self.limit, search))
        rows = (entry or [self._prediction(one) for one in next(found)] for entry in known)
        if mass is None:
            return list(rows)
        return [_within(row, mass)[:nbest] for row in rows]

    def stream(
        self,
        *,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float = 1.0,
        seed: int = 0,
    ) -> PairStream:
        """Write an output symbol by symbol: `push` takes the source, `write` gives its output.

        The output is that of `predict` with a beam of 1, or the first that `predict_nbest` draws
        for one text. The network gives it, whatever stands in the dictionary of the model file.

        Args:
            temperature: Draw at random; the likeliest symbol each time if `None`.
            top_k: When drawing, from the k likeliest symbols only.
            top_p: When drawing, from the likeliest symbols that have this share only.
            seed: When drawing.
        Raises:
            ConfigError: A setting is out of range.
        """
        if seed < 0:
            raise ConfigError(f"stream: `seed` must be at least 0, got {seed}.")
        search = Search(temperature=temperature, top_k=top_k, top_p=top_p, seed=seed)
        return PairStream(self, self.encode, self.limit, search)

    def known(self, text: str) -> list[Prediction]:
        """What the dictionary of the model file has for a text, in the order of its data."""
        if self.parts.exceptions is None:
            return []
        references = self.parts.exceptions.get(self.parts.source.normal(text))
        share = math.log(1 / max(1, len(references)))
        return [
            Prediction(
                text=reference,
                symbols=tuple(self.parts.target.split(reference)),
                score=share,
                log_probability=share,
                finished=True,
                origin="exceptions",
            )
            for reference in references
        ]

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
            DataError: It is empty or too long, or lacks the features that the model reads.
        """
        source = self.parts.source
        tags = apart(text)[1] if source.features else ()
        symbols = source.encode(text)
        if source.features and not tags:
            raise DataError(
                f"predict: {name} has no features, which this model reads. Write them behind the "
                f'source: walk<TAB>V;PST. In Python: ("walk", "V;PST").'
            )
        if len(symbols) == len(tags):
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

    def align(self, text: Source, output: str | None = None) -> Alignment:
        """Where the decoder looked while it wrote an output.

        Args:
            text: The source.
            output: An output to go through; the network's best one if `None`.
        Raises:
            ConfigError: The model has no such attention: its link is `context`, or it is a
                Transformer, whose attention has many heads and layers.
        """
        if not isinstance(self.network, RecurrentPairs) or self.network.attention is None:
            raise ConfigError(
                "align: this model's decoder has no attention over its source. Train a recurrent "
                "one with --set model.link=attention."
            )
        text = source_text(text, "text")
        source = self.encode(text)
        best = output if output is not None else self.predict([text], exceptions=False)[0]
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
            tags = len(vocabulary.features)
            more = f", {tags} of them features" if tags else ""
            yield side, f"{vocabulary.level}, vocabulary of {len(vocabulary)}{more}"
        yield "max_symbols", self.parts.max_symbols
        yield "length_ratio", self.parts.length_ratio
        if self.parts.exceptions is not None:
            yield "exceptions", len(self.parts.exceptions)

    def _prediction(self, hypothesis: Hypothesis) -> Prediction:
        target = self.parts.target
        return Prediction(
            text=target.decode(hypothesis.symbols),
            symbols=tuple(target.symbols[i] for i in hypothesis.symbols),
            score=hypothesis.score,
            log_probability=hypothesis.log_probability,
            finished=hypothesis.finished,
        )


def _within(outputs: list[Prediction], mass: float) -> list[Prediction]:
    """The first outputs that together have a share of the probability of all of them."""
    best = max(output.log_probability for output in outputs)
    odds = np.exp([output.log_probability - best for output in outputs])
    shares = odds / odds.sum()
    enough = int(np.searchsorted(np.cumsum(shares), mass * (1.0 - 1e-9))) + 1
    return [
        dataclasses.replace(output, share=float(share))
        for output, share in zip(outputs[:enough], shares, strict=False)
    ]
