"""Speech to text with a model file: whole recordings, or a stream of sound, with NumPy alone.

Arrays need no package; files are read by soundfile and resampled by soxr (extra `speech`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.speech.audio import Audio, checked, noted, read_audio, resample
from ..data.speech.log_mel import log_mel, stack_frames
from ..data.speech.recordings import pad_features
from ..decoding import LengthLimit, Search, decode
from ..decoding.ctc import ctc_align, ctc_best, ctc_greedy, ctc_greedy_starts
from ..errors import ConfigError, DataError
from ..export.parts.transcribe import TranscribeParts
from ..networks.recognisers import CTC, PyramidListener
from ..parallel import mapped
from ..shapes import Float
from .model import Model
from .speech_stream import SpeechStream, samples_of

Sound = str | Path | np.ndarray
# symbols; their log-probability, and the steps in which they begin, where known
Decoded = tuple[tuple[int, ...], float | None, tuple[int, ...] | None]
BATCH_STEPS = 4000  # padded steps of recordings that are worked on together


@dataclass(frozen=True)
class Transcript:
    """What was heard in one recording.

    Attributes:
        text: The transcript.
        symbols: Its symbols.
        starts: When each of them begins, in seconds; `None` from an attention model, and where only
            the text was wanted.
        seconds: Length of the recording.
        log_probability: Of the transcript, in nats; `None` where only the text was wanted.
        notes: What is odd about the recording, a phrase each; see `data.speech.audio.Audio`.
    """

    text: str
    symbols: tuple[str, ...]
    starts: tuple[float, ...] | None
    seconds: float
    log_probability: float | None
    notes: tuple[str, ...] = ()


class Transcriber(Model):
    """A trained recogniser of speech."""

    parts: TranscribeParts
    network: CTC | PyramidListener

    def predict(
        self,
        sounds: Sequence[Sound],
        *,
        beam: int | None = None,
        length_penalty: float | None = None,
        sample_rate: int | None = None,
    ) -> list[str]:
        """The transcript of each recording.

        Args:
            sounds: Audio files, or arrays of samples: one channel, from -1 to 1 or int16.
            beam: Transcripts kept; 1 is greedy; what the file says if `None`.
            length_penalty: Of an attention model; what the file says if `None`.
            sample_rate: Hz of the arrays; the model's if `None`. Files know their own.
        Raises:
            DataError: A file is absent, damaged or empty, or an array is not one channel.
            ConfigError: A setting is out of range.
            MissingExtraError: A file is given, or another rate, and the extra is not installed.
        """
        found = self.transcribe(
            sounds,
            beam=beam,
            length_penalty=length_penalty,
            sample_rate=sample_rate,
            text_only=True,
        )
        return [transcript.text for transcript in found]

    def transcribe(
        self,
        sounds: Sequence[Sound],
        *,
        beam: int | None = None,
        length_penalty: float | None = None,
        sample_rate: int | None = None,
        text_only: bool = False,
    ) -> list[Transcript]:
        """As `predict`, with symbols, times and probabilities.

        Args:
            text_only: Leave out times and probabilities, whose cost grows with length squared.
        """
        if isinstance(sounds, str | Path | np.ndarray):
            raise ConfigError("predict: `sounds` is a single recording. Put it in a list: [sound].")
        search = self.search(beam, length_penalty)
        heard = [self.hear(s, f"sound {n}", sample_rate) for n, s in enumerate(sounds, start=1)]
        return self.recognise(heard, search, text_only=text_only)

    def stream(self, *, beam: int | None = None) -> SpeechStream:
        """Transcribe sound while it comes in: `push(samples)` gives the text so far.

        Args:
            beam: Transcripts kept; what the file says if `None`.
        Raises:
            ConfigError: The model is no CTC model of one direction.
        """
        network = self.network
        if not isinstance(network, CTC) or self.file.model.bidirectional:
            raise ConfigError(
                "stream: streaming needs a unidirectional CTC model; this one reads the whole "
                "recording. Train one with --set model.bidirectional=false."
            )
        return SpeechStream(self, self.search(beam, None).beam)

    def hear(self, sound: Sound, where: str, sample_rate: int | None = None) -> Audio:
        """A recording at the model's rate.

        Args:
            sound: An audio file or an array.
            where: What an error message calls it.
            sample_rate: Hz of an array; the model's if `None`.
        Raises:
            DataError: See `predict`; an attention model also refuses what is too long for it.
        """
        rate = self.parts.features.sample_rate
        if isinstance(sound, np.ndarray):
            what = f"predict: {where}"
            samples = checked(samples_of(sound, what), what)
            audio = Audio(resample(samples, sample_rate or rate, rate, "predict"), noted(samples))
        else:
            audio = read_audio(Path(sound), rate, where="predict")
        return self.fitting(audio, where if isinstance(sound, np.ndarray) else f"`{sound}`")

    def fitting(self, audio: Audio, what: str) -> Audio:
        """The recording, if it is not too long for the model.

        Raises:
            DataError: An attention model was trained on shorter recordings only.
        """
        rate, most = self.parts.features.sample_rate, self.parts.max_seconds
        seconds = len(audio.samples) / rate
        if isinstance(self.network, PyramidListener) and seconds > most:
            raise DataError(
                f"predict: {what} must be at most {most:g} s long for this attention model, got "
                f"{seconds:.1f} s. Cut it into pieces, or train a ctc model."
            )
        return audio

    def recognise(
        self, recordings: Sequence[Audio], search: Search, *, text_only: bool = False
    ) -> list[Transcript]:
        """Transcripts of recordings at the model's rate; the work behind `predict`."""
        setup, text = self.parts.features, self.parts.text
        features = [self.features(audio.samples) for audio in recordings]
        decoded = self._decode(features, search, text_only)
        found = []
        for audio, (symbols, total, frames) in zip(recordings, decoded, strict=True):
            starts = None if frames is None else tuple(t * setup.step_seconds for t in frames)
            found.append(
                Transcript(
                    text=text.decode(symbols),
                    symbols=tuple(text.symbols[i] for i in symbols),
                    starts=starts,
                    seconds=len(audio.samples) / setup.sample_rate,
                    log_probability=total,
                    notes=audio.notes,
                )
            )
        return found

    def features(self, samples: Float[np.ndarray, " samples"]) -> Float[np.ndarray, "T F"]:
        """What the network reads of samples at the model's rate."""
        setup = self.parts.features
        return stack_frames(self.parts.normal(log_mel(samples, setup)), setup.stack)

    def _decode(self, features: list[np.ndarray], search: Search, text_only: bool) -> list[Decoded]:
        """The best transcript of each recording."""
        network = self.runner
        if isinstance(network, PyramidListener):
            limit = LengthLimit(self.parts.length_ratio)
            best = [found[0] for found in decode(network, features, limit, search)]
            return [(h.symbols, h.log_probability, None) for h in best]
        found: dict[int, Decoded] = {}
        batches = list(_batches([len(x) for x in features]))

        def recognised(rows: list[int]) -> list[Decoded]:
            said = network.forward(*pad_features([features[row] for row in rows]))
            return [
                _decoded(log_probs[: len(features[row])], search.beam, text_only)
                for row, log_probs in zip(rows, said, strict=True)
            ]

        for rows, decoded in zip(batches, mapped(recognised, batches, self.threads), strict=True):
            found |= dict(zip(rows, decoded, strict=True))
        return [found[row] for row in range(len(features))]

    def search(self, beam: int | None, length_penalty: float | None) -> Search:
        """How transcripts are searched for; what the file says where `None`.

        Raises:
            ConfigError: A setting is out of range.
        """
        usual = self.file.decoding
        penalty = usual.length_penalty if length_penalty is None else length_penalty
        if not 0.0 <= penalty <= 10.0:
            raise ConfigError(f"predict: `length_penalty` must be from 0 to 10, got {penalty:g}.")
        return Search(beam=(usual.beam or 1) if beam is None else beam, length_penalty=penalty)

    def describe_parts(self) -> Iterator[tuple[str, object]]:
        """Name and value of what the task holds besides its network."""
        parts = self.parts
        yield "text", f"{parts.text.level}, vocabulary of {len(parts.text)}"
        yield from parts.features.to_json().items()
        yield "step_ms", round(1000 * parts.features.step_seconds, 3)
        yield "max_seconds", parts.max_seconds
        yield "length_ratio", parts.length_ratio


def _decoded(log_probs: Float[np.ndarray, "T V"], beam: int, text_only: bool) -> Decoded:
    """The best transcript of a CTC network's output."""
    if text_only and beam == 1:
        return ctc_greedy(log_probs), None, None
    best = ctc_best(log_probs, beam)
    if text_only:
        return best.symbols, best.log_probability, None
    greedy = beam == 1
    starts = ctc_greedy_starts(log_probs) if greedy else ctc_align(log_probs, best.symbols)
    return best.symbols, best.log_probability, starts


def _batches(steps: list[int]) -> Iterator[list[int]]:
    """Rows of like length, as many together as `BATCH_STEPS` allows, one at least."""
    rows: list[int] = []
    for row in sorted(range(len(steps)), key=lambda row: steps[row]):
        if rows and (len(rows) + 1) * steps[row] > BATCH_STEPS:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
