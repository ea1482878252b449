"""Audio files to samples: mono, float32 from -1 to 1, at the rate that is asked for.

soundfile reads (WAV, FLAC, Ogg, MP3 and what else libsndfile knows), soxr resamples; both come with
the extra `speech`. What is odd about a recording and does not forbid to use it is said in its
notes. Checked by `tests/data/speech/test_audio.py`.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import DataError
from ...extras import missing_extra
from ...shapes import Float
from .sound_file import SHORTER, SoundFile

MOST_SAMPLES = 2**27  # of one recording in memory, 512 MiB: 2.3 hours at 16 kHz
ROUNDING = 0.01  # seconds that an end may lie behind the recording's: times are rounded
SILENCE = 1e-4  # of full scale, -80 dB
CANCELLED = 0.01  # power of the mix by the mean power of its channels, -20 dB
FULL_SCALES = 100.0  # samples beyond this are integers in a file of floats

SILENT = "silent, no sample above -80 dB"
CANCELS = "channels cancel each other when mixed: the loudest one was used alone"
BEYOND = "samples beyond full scale"


class Audio(NamedTuple):
    """A recording in memory.

    Attributes:
        samples: Mono, float32.
        notes: What is odd about it, a phrase each: `SHORTER`, `SILENT`, `CANCELS`, `BEYOND`.
    """

    samples: Float[np.ndarray, " samples"]
    notes: tuple[str, ...] = ()


def audio_rate(path: Path, where: str) -> int:
    """Samples per second of a file.

    Args:
        path: The file.
        where: What an error message starts with, e.g. the manifest's line.
    Raises:
        DataError: It is absent or no audio.
        MissingExtraError: soundfile is not installed.
    """
    with SoundFile(path, where) as file:
        return file.rate


def read_audio(
    path: Path, rate: int, *, start: float = 0.0, end: float | None = None, where: str
) -> Audio:
    """Read a file, or a part of it, as mono at a rate; see `AudioReader.read`."""
    with AudioReader(rate) as reader:
        return reader.read(path, start=start, end=end, where=where)


class AudioReader:
    """Reads recordings one after the other; parts of a file, if in order, in one pass over it."""

    def __init__(self, rate: int) -> None:
        """
        Args:
            rate: Samples per second of what is read; a file's may be another.
        """
        self.rate = rate
        self._file: SoundFile | None = None

    def __enter__(self) -> "AudioReader":
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def read(
        self, path: Path, *, start: float = 0.0, end: float | None = None, where: str
    ) -> Audio:
        """Read a file, or a part of it.

        Args:
            path: The file.
            start: Where to begin, in seconds.
            end: Where to stop, in seconds; the file's end if `None`.
            where: What an error message starts with.
        Raises:
            DataError: The file is absent, no audio, damaged, empty, too long, shorter than `start`
                or `end`, or holds what is no sample.
            MissingExtraError: soundfile or soxr is not installed.
        """
        part = _Excerpt(self._open(path, start, where), self.rate, start, end, where)
        notes = part.notes()
        if part.cancels:
            file = self._open(path, start, where)
            part = _Excerpt(file, self.rate, start, end, where, int(np.argmax(part.powers)))
        return Audio(part.samples(), notes)

    def _open(self, path: Path, start: float, where: str) -> SoundFile:
        """The file, at `start` or before."""
        file = self._file
        if file is not None and file.path == path and file.place <= round(start * file.rate):
            file.where = where
            return file
        self.__exit__()
        self._file = SoundFile(path, where)
        return self._file


class _Excerpt:
    """A part of a file, mixed and resampled, and what is measured in it."""

    def __init__(
        self,
        file: SoundFile,
        rate: int,
        start: float,
        end: float | None,
        where: str,
        channel: int | None = None,
    ) -> None:
        """
        Args:
            file: The file, at the part's beginning or before.
            rate: Samples per second of the result.
            start: Where to begin, in seconds.
            end: Where to stop, in seconds.
            where: What an error message starts with.
            channel: The only one to use; all are mixed if `None`.
        """
        self.file, self.what = file, f"{where}: `{file.path}`"
        self.peak, self.count = 0.0, 0
        self.mixed, self.powers = 0.0, np.zeros(1)
        self.found = io.BytesIO()
        first = round(start * file.rate)
        last = None if end is None else round(end * file.rate)
        resampler = _Resampler(file.rate, rate, where)
        file.skip_to(first)
        for block in file.blocks(last):
            self._measure(block, mono := _mono(block, channel))
            self._keep(resampler(mono))
        self._keep(resampler(np.zeros(0, np.float32), last=True))
        self._check(first, last)

    @property
    def cancels(self) -> bool:
        """Whether little is left when the channels are mixed."""
        return self.peak >= SILENCE and self.mixed < CANCELLED * float(self.powers.mean())

    def samples(self) -> Float[np.ndarray, " samples"]:
        """The part at the rate that was asked for."""
        return np.frombuffer(self.found.getbuffer(), np.float32)

    def notes(self) -> tuple[str, ...]:
        """What is odd about it."""
        found = {
            SHORTER: self.file.shorter,
            SILENT: self.peak < SILENCE,
            CANCELS: self.cancels,
            # decoders overshoot by their nature; a file of floats was written so
            BEYOND: self.file.floats and self.peak > 1,
        }
        return tuple(note for note, true in found.items() if true)

    def _measure(self, block: np.ndarray, mono: np.ndarray) -> None:
        self.count += len(block)
        self.peak = max(self.peak, float(np.abs(block).max()))
        self.powers = self.powers + np.einsum("tc,tc->c", block, block, dtype=np.float64)
        self.mixed += float(np.einsum("t,t->", mono, mono, dtype=np.float64))
        scaled(checked(mono, self.what), self.what)

    def _keep(self, samples: np.ndarray) -> None:
        self.found.write(samples.astype(np.float32, copy=False).tobytes())
        if self.found.tell() > 4 * MOST_SAMPLES:
            raise DataError(
                f"{self.what} is longer than {MOST_SAMPLES:,} samples, the most that a recording "
                "may have. Cut it into pieces, or give start and end in a manifest."
            )

    def _check(self, first: int, last: int | None) -> None:
        """Refuse what is empty or ends early."""
        rate, end = self.file.rate, self.file.place
        if end == 0:
            raise DataError(f"{self.what} has no samples. Delete its line, or record it again.")
        if self.count == 0:
            raise DataError(
                f"{self.what} ends at {end / rate:.3f} s, but a part from {first / rate:g} s on is "
                "asked for. Correct its start."
            )
        if last is not None and last - end > ROUNDING * rate:
            raise DataError(
                f"{self.what} ends at {end / rate:.3f} s, but a part until {last / rate:g} s is "
                "asked for. Correct its end."
            )


def checked(samples: Float[np.ndarray, " samples"], what: str) -> Float[np.ndarray, " samples"]:
    """The samples, if they are at least one and all numbers.

    Raises:
        DataError: They are not.
    """
    if samples.size == 0:
        raise DataError(f"{what} has no samples.")
    if not np.isfinite(samples).all():
        raise DataError(f"{what} holds NaN or infinity among its samples. Write it again.")
    return samples


def scaled(samples: Float[np.ndarray, " samples"], what: str) -> Float[np.ndarray, " samples"]:
    """The samples, if full scale can be 1.

    Raises:
        DataError: They go so far beyond it that they must be integers of another scale.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if FULL_SCALES < peak < np.inf:
        raise DataError(
            f"{what} has samples up to {peak:g}, but full scale is 1. Divide them, by 32768 if "
            "they were 16-bit integers."
        )
    return samples


def noted(samples: Float[np.ndarray, " samples"]) -> tuple[str, ...]:
    """What is odd about an array of samples."""
    peak = float(np.abs(samples).max(initial=0.0))
    return ((SILENT,) if peak < SILENCE else ()) + ((BEYOND,) if peak > 1 else ())


def resample(
    samples: Float[np.ndarray, " samples"], rate: float, wanted: float, where: str
) -> Float[np.ndarray, " more"]:
    """Samples at another rate; as they are if it is the same.

    Raises:
        MissingExtraError: soxr is not installed.
    """
    return _Resampler(rate, wanted, where)(samples, last=True)


class _Resampler:
    """Samples in pieces to another rate: what soxr gives for the whole, however it is cut."""

    def __init__(self, rate: float, wanted: float, where: str) -> None:
        self.resample: Callable[..., np.ndarray] | None = None
        if rate == wanted:
            return
        try:
            import soxr
        except ModuleNotFoundError as error:
            raise missing_extra(where, error) from error
        self.resample = soxr.ResampleStream(rate, wanted, 1, dtype="float32").resample_chunk

    def __call__(self, samples: np.ndarray, *, last: bool = False) -> np.ndarray:
        if self.resample is None:
            return samples
        return np.asarray(self.resample(samples, last=last), dtype=np.float32)


def _mono(block: Float[np.ndarray, "frames channels"], channel: int | None) -> np.ndarray:
    mixed: np.ndarray = block.mean(axis=1, dtype=np.float32)
    return mixed if channel is None else np.ascontiguousarray(block[:, channel])
