"""Recordings as training wants them: log-mel frames at a few speeds, and their texts.

Frames are computed once; what is random (speed, gain, masks) is drawn when a batch is put together.
Checked by `tests/data/speech/test_recordings.py`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...progress import each
from ...shapes import Float, Int
from ..batching import shuffled
from ..cache import cached, digest_of_file, key_of
from ..hashes import sha256
from ..levels import Level
from ..ragged import Arrays
from ..seen import row_numbers
from .audio import Audio, AudioReader, audio_rate
from .augment import Masks, change_gain, change_speed, mask
from .log_mel import FeatureSetup, log_mel, stack_frames
from .manifest import Utterance

TOP_RATE = 16_000  # Hz: speech has little above 8 kHz
FEW_WORDS, OFTEN = 100, 20


class Normaliser(NamedTuple):
    """Mean and standard deviation of each mel over the training data."""

    mean: Float[np.ndarray, " mels"]
    scale: Float[np.ndarray, " mels"]

    @classmethod
    def learn(cls, recordings: Sequence[Float[np.ndarray, "_ mels"]]) -> "Normaliser":
        """Over all frames of all recordings; there is at least one frame."""
        count = sum(map(len, recordings))
        mean = sum(frames.sum(axis=0, dtype=np.float64) for frames in recordings) / count
        square = sum(((frames - mean) ** 2).sum(axis=0) for frames in recordings) / count
        # digital silence alone would give a scale of 0
        return cls(mean, np.maximum(np.sqrt(square), 1e-3))

    def __call__(
        self, frames: Float[np.ndarray, "frames mels"]
    ) -> Float[np.ndarray, "frames mels"]:
        """Frames of mean 0 and deviation 1, float32."""
        normal: np.ndarray = ((frames - self.mean) / self.scale).astype(np.float32)
        return normal


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is drawn anew whenever a training example is used.

    Attributes:
        gain_db: A recording is made up to that much louder or quieter.
        masks: What is hidden of it.
    """

    gain_db: float
    masks: Masks


class Heard(NamedTuple):
    """A padded batch: features `(B, T, F)`, zero behind the steps of each recording."""

    features: Float[np.ndarray, "B T F"]
    lengths: Int[np.ndarray, " B"]


@dataclass(frozen=True)
class SpeechSet:
    """Recordings and what is said in them.

    Attributes:
        setup: What the features are made of.
        utterances: The manifest's lines.
        frames: Log-mel frames of each recording, one array for each speed, as it is first; in a
            file where they are many.
        speeds: How many.
        sha256: Of names, texts and samples.
        numbers: Of the recordings' samples, see `data/seen.py`.
        notes: What is odd about some recordings, a line each; see `audio.Audio`.
    """

    setup: FeatureSetup
    utterances: tuple[Utterance, ...]
    frames: Arrays
    speeds: int
    sha256: str
    numbers: np.ndarray
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.utterances)

    @property
    def texts(self) -> list[str]:
        """What is said, white space as in the manifest."""
        return [utterance.text for utterance in self.utterances]

    @property
    def steps(self) -> Int[np.ndarray, " N"]:
        """Steps of the network of each recording as it is."""
        steps: np.ndarray = self.frames.lengths[:: self.speeds] // self.setup.stack
        return steps

    def frames_of(self, row: int, speed: int = 0) -> Float[np.ndarray, "frames mels"]:
        """A recording's frames at a speed; at its own if 0."""
        return self.frames[row * self.speeds + speed]

    @property
    def seconds_each(self) -> Float[np.ndarray, " N"]:
        """Of each recording, in whole steps."""
        seconds: np.ndarray = self.steps * self.setup.step_seconds
        return seconds

    @property
    def seconds(self) -> float:
        """Of all recordings together, in whole steps."""
        return float(self.seconds_each.sum())

    def only(self, rows: Sequence[int]) -> "SpeechSet":
        """Some of the recordings; the checksum stays that of all."""
        places = np.array(rows, np.int64)[:, None] * self.speeds + np.arange(self.speeds)
        return SpeechSet(
            self.setup,
            tuple(self.utterances[i] for i in rows),
            self.frames.only(places.ravel()),
            self.speeds,
            self.sha256,
            self.numbers,
            self.notes,
        )

    def collate(
        self,
        rows: Sequence[int],
        normal: Normaliser,
        changes: Changes | None = None,
        rng: np.random.Generator | None = None,
    ) -> Heard:
        """Gather recordings into one padded batch.

        Args:
            rows: Which.
            normal: Of the training data.
            changes: Change the sound, as drawn from `rng`; nothing is changed if `None`.
            rng: Draws the changes.
        """
        found = []
        for row in rows:
            if changes is None or rng is None:
                found.append(normal(self.frames_of(row)))
            else:
                found.append(self._changed(row, normal, changes, rng))
        return pad_features([stack_frames(frames, self.setup.stack) for frames in found])

    def _changed(
        self, row: int, normal: Normaliser, changes: Changes, rng: np.random.Generator
    ) -> np.ndarray:
        frames = self.frames_of(row, int(rng.integers(self.speeds)))
        if changes.gain_db:
            frames = change_gain(frames, rng.uniform(-changes.gain_db, changes.gain_db))
        per_second = 1000 / self.setup.hop_ms
        return mask(normal(frames), changes.masks, rng, frames_per_second=per_second)


def plan_speech(
    steps: Int[np.ndarray, " N"], *, batch_steps: int, seed: int, epoch: int
) -> list[Int[np.ndarray, " B"]]:
    """Divide the recordings of one epoch into batches of like length.

    Recordings are sorted by a length that is up to a tenth longer at random, so that neighbours
    change from epoch to epoch, and cut where a batch is full. The order of the batches is random.

    Args:
        steps: Steps of each recording.
        batch_steps: Most steps of a padded batch; a longer recording has a batch to itself.
        seed: Of the run.
        epoch: Counts from 0. The plan depends on `seed` and `epoch` and on nothing else.
    Returns:
        Row numbers of each batch; every row is in exactly one.
    """
    rows, rng = shuffled(len(steps), seed=seed, epoch=epoch)
    rows = rows[np.argsort(steps[rows] * rng.uniform(1.0, 1.1, len(rows)), kind="stable")]
    ends, first, longest = [], 0, 0
    for place, row in enumerate(rows):
        longest = max(longest, int(steps[row]))
        if place > first and (place - first + 1) * longest > batch_steps:
            ends.append(place)
            first, longest = place, int(steps[row])
    batches = np.split(rows, ends)
    return [batches[i] for i in rng.permutation(len(batches))]


def pad_features(recordings: Sequence[Float[np.ndarray, "_ F"]]) -> Heard:
    """Recordings of unlike length, at least one, as one batch."""
    lengths = np.array([len(x) for x in recordings], dtype=np.int64)
    width = recordings[0].shape[1]
    features = np.zeros((len(recordings), int(lengths.max()), width), np.float32)
    for i, x in enumerate(recordings):
        features[i, : len(x)] = x
    return Heard(features, lengths)


def read_speech(
    utterances: Sequence[Utterance], setup: FeatureSetup, *, speed_change: float = 0.0
) -> SpeechSet:
    """Read recordings and make their frames.

    Args:
        utterances: A manifest's lines.
        setup: What the features are made of.
        speed_change: Also keep each recording that much slower and faster, as a share; 0 does not.
    Raises:
        DataError: A file is absent, damaged or empty; the message names the manifest's line.
    """

    def key() -> str:
        files = {u.path: u.where for u in reversed(utterances)}
        digests = {
            path: digest_of_file(path, where)
            for path, where in each(files.items(), "checking recordings")
        }
        lines = ([u.name, u.text, u.start, u.end, digests[u.path]] for u in utterances)
        all_lines = sha256(f"{json.dumps(line)}\n" for line in lines)
        found = key_of("speech", (all_lines,), setup.to_json(), speed_change)
        assert found is not None, "files can be read again"
        return found

    def make() -> _Frames:
        return _frames(utterances, setup, speed_change)

    found = cached(key, make, (_Frames, Arrays))
    return SpeechSet(
        setup=setup,
        utterances=tuple(utterances),
        frames=found.frames,
        speeds=3 if speed_change else 1,
        sha256=found.sha256,
        numbers=found.numbers,
        notes=tuple(count_notes(utterances, found.odd)),
    )


class _Frames(NamedTuple):
    """What is made of recordings, see `SpeechSet`; `odd`: the notes on each."""

    frames: Arrays
    sha256: str
    numbers: np.ndarray
    odd: list[tuple[str, ...]]


def _frames(utterances: Sequence[Utterance], setup: FeatureSetup, speed_change: float) -> _Frames:
    digest, odd = hashlib.sha256(), list[tuple[str, ...]]()
    numbers = [np.array([], "<u4")]
    speeds = [1 - speed_change, 1 + speed_change] if speed_change else []

    def frames() -> Iterator[np.ndarray]:
        for u, audio in zip(
            utterances, read_recordings(utterances, setup.sample_rate), strict=True
        ):
            digest.update(f"{u.name}\t{u.text}\n".encode("utf-8", "surrogatepass"))
            digest.update(audio.samples.tobytes())
            numbers.extend(row_numbers([audio.samples.tobytes()]))
            odd.append(audio.notes)
            yield log_mel(audio.samples, setup)
            for factor in speeds:
                yield log_mel(change_speed(audio.samples, factor, setup.sample_rate), setup)

    kept = Arrays.of(frames(), setup.mels)
    return _Frames(kept, digest.hexdigest(), np.concatenate(numbers), odd)


def read_recordings(utterances: Iterable[Utterance], rate: int) -> Iterator[Audio]:
    """What each line of a manifest means, read when asked for; parts in order cost one pass.

    Args:
        utterances: The lines.
        rate: Samples per second of the result.
    Raises:
        DataError: See `AudioReader.read`; the message names the manifest's line.
    """
    with AudioReader(rate) as reader:
        for u in each(utterances, "reading recordings"):
            yield reader.read(u.path, start=u.start, end=u.end, where=u.where)


def count_notes(utterances: Sequence[Utterance], notes: Sequence[tuple[str, ...]]) -> list[str]:
    """A line for each kind of oddity: how many recordings have it, and which is the first.

    Args:
        utterances: Lines of a manifest.
        notes: Of the recording of each.
    """
    lines = []
    for kind in sorted({kind for found in notes for kind in found}):
        rows = [row for row, found in enumerate(notes) if kind in found]
        first = utterances[rows[0]]
        lines.append(
            f"note: {len(rows):,} of {len(notes):,} recordings: {kind}; "
            f"the first is `{first.name}` ({first.where})"
        )
    return lines


def usual_rate(utterances: Sequence[Utterance]) -> int:
    """The sample rate that most recordings have, at most 16 kHz.

    Raises:
        DataError: A file is absent or no audio.
    """
    files = Counter(u.path for u in utterances)
    first = {u.path: u.where for u in reversed(utterances)}
    rates = Counter[int]()
    for path, count in each(files.items(), "opening recordings"):
        rates[audio_rate(path, first[path])] += count
    return min(TOP_RATE, max(rates, key=lambda rate: (rates[rate], rate)))


def guess_text_level(texts: Sequence[str]) -> tuple[Level, str]:
    """Choose what one symbol of a transcript is, and say in one short phrase why.

    A closed set of words that are all heard often (digits, commands) stays whole; everything else
    is spelled, so that words never heard can be written.
    """
    words = [word for text in texts for word in text.split()]
    different = len(set(words))
    why = f"{different:,} different words, {len(words) / max(1, different):.0f} times each"
    few = 0 < different <= FEW_WORDS and len(words) >= OFTEN * different
    return ("symbols" if few else "characters"), why
