"""The held-out test of the task `transcribe`: word errors on recordings held out.

A hash of the recording's name decides, as it stands in the user's manifest, which recordings test
and, among the others, which validate. The baseline knows no sound: it says the most frequent
transcript of the training data, which is what a recogniser must beat to hear anything at all.
Checked by `tests/comparison/test_held_out.py`.
"""

import json
import posixpath
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...data.speech.manifest import Utterance, read_manifest, split_by_recording
from ...data.speech.recordings import read_recordings
from ...errors import DataError
from ...evaluation.edit_distance import distance
from ...evaluation.measure import Measure
from ...extras import require
from ...runtime.model import Model
from ...runtime.transcribe import Transcriber
from ..records import Settings, Spec, section, test_file
from .files import write_lines
from .held_out import TEST_FRACTION, Answers, ExampleScores, HeldOut, TaskBaseline

if TYPE_CHECKING:
    from ...training.work import Work


VALID_FRACTION = 0.05  # the task's own default


class TranscribeHeldOut(HeldOut):
    """Recordings held out."""

    measure = Measure("word_error", "word error", "%", 2, scale=100.0)
    length_unit = "words"

    @classmethod
    def hold_out(
        cls, data: str, test: str | None, settings: Settings, folder: Path
    ) -> tuple[Spec, list[str]]:
        heard = read_manifest(data)
        if test is None:
            train, held_out = split_by_recording(heard, TEST_FRACTION)
        else:
            held_out = read_manifest(test)
            known = {u.path.resolve() for u in held_out}
            train = [u for u in heard if u.path.resolve() not in known]
        if not train:
            raise DataError(
                f"compare: every recording of `{data}` is in `{test}` too. "
                "Leave out --test, and a part of the data is held out."
            )
        share = section(settings, "data").get("valid_fraction", VALID_FRACTION)
        assert isinstance(share, int | float), "checked"
        train, valid = split_by_recording(train, share)
        files = len({posixpath.normpath(u.name) for u in held_out})
        line = f"test: {files:,} recordings of {test or data}, which no network is trained on"
        return {
            "train": _write(folder / "train.jsonl", train),
            "valid": _write(folder / "valid.jsonl", valid),
            "test": _write(folder / "test.jsonl", held_out),
            "settings": {},
        }, [line]

    @classmethod
    def complete(cls, spec: Spec, work: "Work") -> Spec:
        from ...training.tasks.transcribe import Transcribe  # torch

        assert isinstance(work, Transcribe), "of this task"
        setup, most = work.data.train.setup, work.config.data.max_seconds
        heard = read_recordings(read_manifest(test_file(spec)), setup.sample_rate)
        longest = most * setup.sample_rate
        kept = [i for i, audio in enumerate(heard) if len(audio.samples) <= longest]
        if not kept:
            raise DataError(
                f"compare: `{spec['test']}` must have a recording of at most {most:g} s, got "
                "none. Raise data.max_seconds."
            )
        return {**spec, "kept": kept}

    def __init__(self, spec: Spec) -> None:
        require("compare", "rapidfuzz", "soundfile", "soxr")
        utterances = read_manifest(test_file(spec))
        self.utterances: list[Utterance] = [utterances[i] for i in spec["kept"]]
        self.train = spec["train"]
        self.lengths = [float(len(u.text.split())) for u in self.utterances]

    def answers(self, model: Model, rows: Sequence[int]) -> Answers:
        assert isinstance(model, Transcriber), "of this task"
        rate = model.parts.features.sample_rate
        chosen = [self.utterances[row] for row in rows]
        return model.predict([audio.samples for audio in read_recordings(chosen, rate)])

    def score(self, rows: Sequence[int], answers: Answers) -> ExampleScores:
        said = [self.utterances[row].text.split() for row in rows]
        edits = [distance(a.split(), words) for a, words in zip(answers, said, strict=True)]
        return ExampleScores([float(n) for n in edits], [float(len(words)) for words in said])

    def baselines(self) -> list[TaskBaseline]:
        return [TaskBaseline("most-frequent", "most frequent transcript", self._most_frequent)]

    def _most_frequent(self) -> Callable[[Sequence[int]], list[str]]:
        texts = Counter(" ".join(u.text.split()) for u in read_manifest(self.train))
        text = texts.most_common(1)[0][0]
        return lambda rows: [text] * len(rows)


def _write(path: Path, utterances: Sequence[Utterance]) -> str:
    """Write a manifest that names every file by its whole path."""
    return write_lines(path, (json.dumps(_line(u), ensure_ascii=False) for u in utterances))


def _line(u: Utterance) -> dict[str, object]:
    found: dict[str, object] = {"audio": str(u.path.resolve()), "text": u.text}
    if u.start or u.end is not None:
        found["start"] = u.start
    return found if u.end is None else {**found, "end": u.end}
