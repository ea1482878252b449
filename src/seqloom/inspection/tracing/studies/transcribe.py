"""A recording and its transcript, for a trace: the loss is -log p of the transcript.

Of a CTC model that is the sum over all paths (`reference/ctc.py`), of an attention model over the
transcript's symbols and its end, as for pairs. Inputs are steps of features, standardised over the
training data: left out, a tenth of a second at a time, they are 0, the mean.
"""

import abc
import itertools
import math
from pathlib import Path

import numpy as np

from ....config.transcribe import ListenConfig, ModelConfig
from ....data.vocabulary import EOS
from ....decoding import Considered, LengthLimit, decode_recorded
from ....decoding.ctc import ctc_align, ctc_best
from ....errors import ConfigError, DataError
from ....export.parts.transcribe import TranscribeParts
from ....networks.ops import Ops
from ....networks.recognisers import CTC, PyramidListener
from ....reference import ctc
from ....runtime.numpy_ops import PLAIN
from ....runtime.transcribe import Sound, Transcriber
from ...facts import Facts
from ...trace import Named
from ..study import Answer, Study, kind_of
from .outputs import along, output_arrays

MOST_STEPS = 4000  # every state of every step is kept, and CTC's table of steps and symbols
_LEFT_OUT_SECONDS = 0.1


class SoundStudy(Study):
    """What both kinds of recogniser share."""

    numbers = True

    def __init__(
        self, config: ModelConfig, parts: TranscribeParts, features: np.ndarray, *, name: str
    ) -> None:
        """
        Args:
            config: The network's settings.
            parts: What the features are made of, and the vocabulary.
            features: What the network reads, `(T, F)`.
            name: Of the recording.
        """
        self.features = features
        self.kind = kind_of(config)
        self.input, self.parts = name, parts
        self.num_inputs = len(features)
        step = parts.features.step_seconds
        self.together = max(1, math.ceil(_LEFT_OUT_SECONDS / step))
        self.seconds = step
        self.labels = {
            "source": self._times(len(features), 1),
            "feature": tuple(str(k + 1) for k in range(features.shape[1])),
            "vocabulary": tuple(parts.text.symbols),
        }

    def ask(self, ops: Ops, rows: int = 1) -> Answer:
        return self.answer(np.repeat(self.features[None], rows, axis=0), ops)

    def without(self, spans: list[slice]) -> np.ndarray:
        x_BTF = np.repeat(self.features[None], len(spans), axis=0)
        for x_TF, span in zip(x_BTF, spans, strict=True):
            x_TF[span] = 0.0
        return self.answer(x_BTF, PLAIN).value

    @abc.abstractmethod
    def answer(self, x_BTF: np.ndarray, ops: Ops) -> Answer:
        """What the network says of some features."""

    def _times(self, steps: int, width: int) -> tuple[str, ...]:
        """When each step begins, in seconds."""
        return tuple(f"{k * width * self.seconds:.2f}" for k in range(steps))


class CTCStudy(SoundStudy):
    """A recording and a transcript that is the sum of its paths."""

    def __init__(
        self,
        config: ModelConfig,
        network: CTC,
        parts: TranscribeParts,
        features: np.ndarray,
        *,
        symbols: tuple[int, ...] | None,
        beam: int,
        name: str,
    ) -> None:
        """
        Args:
            config: The network's settings.
            network: The network.
            parts: Features and vocabulary.
            features: What it reads.
            symbols: The transcript; the best one, when first asked, if `None`.
            beam: Transcripts kept while that is searched for.
            name: Of the recording.
        Raises:
            ConfigError: The recording has fewer steps than the transcript needs.
        """
        super().__init__(config, parts, features, name=name)
        self.network, self.symbols, self.beam = network, symbols, beam
        needed = symbols or ()
        repeats = sum(a == b for a, b in itertools.pairwise(needed))
        if len(needed) + repeats > len(features):
            raise ConfigError(
                f"trace: `target` must fit into the recording's {len(features)} steps, got "
                f"{len(needed)} symbols. Give a shorter one."
            )

    def output(self, answer: Answer) -> str:
        return self.parts.text.decode(self.symbols or ())

    def arrays(self, answer: Answer) -> dict[str, Named]:
        names = self.parts.text.symbols
        self.labels["target"] = tuple(names[k] for k in self.symbols or ())
        return {
            "input/values": Named(self.features, ("source", "feature")),
            "output/log_probabilities": Named(answer.said[0], ("source", "vocabulary")),
        }

    def facts(self, answer: Answer) -> Facts:
        return {"begins": [int(t) for t in ctc_align(answer.said[0], self.symbols or ())]}

    def answer(self, x_BTF: np.ndarray, ops: Ops) -> Answer:
        lengths = np.full(len(x_BTF), len(self.features))
        found = self.network.on(ops).forward(x_BTF, lengths)
        said = ops.numbers(found)
        if self.symbols is None:
            self.symbols = ctc_best(said[0], self.beam).symbols
        value, gradient = ctc.log_probability(said, lengths, self.symbols)
        return Answer(value, [(found, gradient)], said)


class ListenStudy(SoundStudy):
    """A recording and a transcript that was written symbol by symbol."""

    def __init__(
        self,
        config: ListenConfig,
        network: PyramidListener,
        parts: TranscribeParts,
        features: np.ndarray,
        *,
        symbols: list[int],
        name: str,
        beam: list[dict[str, object]] | None = None,
    ) -> None:
        """Takes what `CTCStudy` takes; `symbols` with EOS if they ended.

        `beam` is what the search for them looked at, if they were searched for.
        """
        super().__init__(config, parts, features, name=name)
        self.network, self.target = network, np.array(symbols, np.int64)
        self.beam = beam or []
        self.labels["target"] = tuple(parts.text.symbols[k] for k in symbols)
        steps = len(features)
        for depth in range(1, config.pyramid_layers + 1):
            steps = (steps + 1) // 2
            self.labels[f"source.{depth}"] = self._times(steps, 2**depth)
        self.top = f"source.{config.pyramid_layers}" if config.pyramid_layers else "source"

    def output(self, answer: Answer) -> str:
        return self.parts.text.decode(self.target.tolist())

    def arrays(self, answer: Answer) -> dict[str, Named]:
        read = Named(self.features, ("source", "feature"))
        return {"input/values": read, **output_arrays(answer, self.target)}

    def facts(self, answer: Answer) -> Facts:
        return {"beam": self.beam} if self.beam else {}

    def steps_of(self, layer: str) -> str:
        name, _, depth = layer.removesuffix(".reverse").partition(".")
        if name == "decoder":
            return "target"
        return "source" if depth == "0" else f"source.{depth}"

    def attention_dims(self, name: str) -> tuple[str, ...]:
        return ("target", self.top)

    def answer(self, x_BTF: np.ndarray, ops: Ops) -> Answer:
        lengths = np.full(len(x_BTF), len(self.features))
        return along(self.network, x_BTF, lengths, self.target, ops)


def study(model: Transcriber, x: Sound, target: str | None = None) -> SoundStudy:
    """A recording and the transcript to explain.

    Raises:
        DataError: `x` is refused as `predict` refuses it, or is too long for a trace.
        ConfigError: The recording has fewer steps than the transcript needs.
    """
    heard = model.features(model.hear(x, "sound 1").samples)
    parts, config = model.parts, model.file.model
    if len(heard) > MOST_STEPS:
        raise DataError(
            f"trace: the recording has {len(heard):,} steps, but a trace holds at most "
            f"{MOST_STEPS:,} ({MOST_STEPS * parts.features.step_seconds:g} s). Cut out "
            "a part, e.g. with: ffmpeg -ss START -t SECONDS -i IN OUT.wav"
        )
    name = f"{len(heard)} steps of sound" if isinstance(x, np.ndarray) else Path(x).name
    symbols = None if target is None else parts.text.encode(target)
    search = model.search(None, None)
    if isinstance(model.network, CTC):
        given = None if symbols is None else tuple(symbols)
        return CTCStudy(
            config, model.network, parts, heard, symbols=given, beam=search.beam, name=name
        )
    rows: list[Considered] = []
    if symbols is None:
        limit = LengthLimit(parts.length_ratio)
        [best], rows = decode_recorded(model.network, heard, limit, search)
        symbols = [*best.symbols, *([EOS] if best.finished else [])]
    else:
        symbols = [*symbols, EOS]
    beam = [row.to_json(parts.text.symbols) for row in rows]
    return ListenStudy(config, model.network, parts, heard, symbols=symbols, name=name, beam=beam)
