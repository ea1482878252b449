"""How good a recogniser is: word and character error rates, error by length, confusions."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...data.given import given
from ...data.seen import row_numbers
from ...data.speech.audio import Audio
from ...data.speech.manifest import Utterance, read_manifest
from ...data.speech.recordings import count_notes, read_recordings
from ...extras import require
from ...plain import JSON
from ...runtime.transcribe import Transcriber, Transcript
from ..flattered import seen_by
from ..model_evaluation import ModelEvaluation, Notes, said
from ..transcripts import SpeechEvaluation, evaluate_transcripts

if TYPE_CHECKING:
    from rich.console import Console

TOGETHER = 64  # recordings that are in memory at once


@dataclass(frozen=True, kw_only=True, repr=False)
class TranscribeEvaluation(ModelEvaluation):
    """What an evaluation of a recogniser found.

    Attributes:
        scores: Error rates, and `rows`, every transcript beside what was said.
    """

    scores: SpeechEvaluation

    def measured(self) -> dict[str, JSON]:
        return self.scores.to_json()

    def print_on(self, console: "Console") -> None:
        from ..transcript_report import print_transcripts

        print_transcripts(self.scores, console)

    def headline(self) -> str:
        scores = self.scores
        rates = {"word": scores.word_error_rate, "character": scores.character_error_rate}
        return ", ".join(said(f"{name} error rate", rate) for name, rate in rates.items())

    def write_outputs(self, path: str | Path) -> None:
        """Write every recording's text and transcript as a TSV; see `SpeechEvaluation`."""
        self.scores.write_outputs(path)


def evaluate(
    model: Transcriber,
    data: object,
    *,
    beam: int | None = None,
    length_penalty: float | None = None,
    say: Callable[[str], object] | None = None,
) -> TranscribeEvaluation:
    """Score a model's transcripts.

    Args:
        model: The model.
        data: Recordings and texts, as `train` takes them.
        beam: Of the search; what the file says if `None`.
        length_penalty: Of an attention model; what the file says if `None`.
        say: Told each note at once.
    Raises:
        DataError: The manifest or a recording breaks a rule.
    """
    require("evaluate", "rapidfuzz", "soundfile")
    notes, name = Notes(say), given(data).name
    utterances = read_manifest(data)
    search = model.search(beam, length_penalty)
    transcripts: list[Transcript] = []
    numbers: list[np.ndarray] = []
    heard = recordings(model, utterances)
    while sounds := list(itertools.islice(heard, TOGETHER)):
        numbers += row_numbers(sound.samples.tobytes() for sound in sounds)
        transcripts += model.recognise(sounds, search, text_only=True)
    scores = evaluate_transcripts(
        [_name(u) for u in utterances],
        [transcript.seconds for transcript in transcripts],
        [transcript.text for transcript in transcripts],
        [u.text for u in utterances],
    )
    for line in count_notes(utterances, [transcript.notes for transcript in transcripts]):
        notes(line)
    unknown = sorted({s for u in utterances for s in model.parts.text.unknown(u.text)})
    if unknown:
        notes(
            f"note: {len(unknown)} symbols of the texts were never seen in training: "
            f"{' '.join(unknown[:10])}"
        )
    known = seen_by(model.file, numbers, name, "recordings", notes)
    return TranscribeEvaluation(
        model=model.name, data=name, notes=tuple(notes.lines), seen=known, scores=scores
    )


def recordings(model: Transcriber, utterances: list[Utterance]) -> Iterator[Audio]:
    """Recordings of a manifest at the model's rate, none too long for it."""
    found = read_recordings(utterances, model.parts.features.sample_rate)
    return (model.fitting(audio, u.where) for audio, u in zip(found, utterances, strict=True))


def _name(u: Utterance) -> str:
    """The file, and the part of it that is meant."""
    if not u.start and u.end is None:
        return u.name
    return f"{u.name} {u.start:g}-{'' if u.end is None else f'{u.end:g}'} s"
