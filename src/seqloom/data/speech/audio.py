"""Audio files to samples: mono, float32 from -1 to 1, at the rate that is asked for.

soundfile reads (WAV, FLAC, Ogg and what else libsndfile knows), soxr resamples; both come with the
extra `speech`. Checked by `tests/data/speech/test_audio.py`.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from ...extras import missing_extra
from ...shapes import Float


def audio_rate(path: Path, where: str) -> int:
    """Samples per second of a file.

    Args:
        path: The file.
        where: What an error message starts with, e.g. the manifest's line.
    Raises:
        DataError: It is absent or no audio.
        MissingExtraError: soundfile is not installed.
    """
    return int(_open(path, where).samplerate)


def read_audio(
    path: Path, rate: int, *, start: float = 0.0, end: float | None = None, where: str
) -> Float[np.ndarray, " samples"]:
    """Read a file, or a part of it, as mono at a rate.

    Args:
        path: The file.
        rate: Samples per second of the result; the file's may be another.
        start: Where to begin, in seconds.
        end: Where to stop, in seconds; the file's end if `None`.
        where: What an error message starts with.
    Raises:
        DataError: The file is absent, no audio, empty, or shorter than `start` or `end`.
        MissingExtraError: soundfile or soxr is not installed.
    """
    file = _open(path, where)
    with file:
        first, last = round(start * file.samplerate), file.frames
        if end is not None:
            last = round(end * file.samplerate)
        seconds = file.frames / file.samplerate
        if file.frames == 0:
            raise DataError(f"{where}: `{path}` must have at least 1 sample, got an empty file.")
        if first >= file.frames or last > file.frames + 1:
            wrong = f"end={end:g}" if end is not None and last > file.frames else f"start={start:g}"
            raise DataError(f"{where}: `{path}` must reach {wrong} s, got {seconds:.3f} s.")
        file.seek(first)
        try:
            samples = file.read(last - first, dtype="float32", always_2d=True)
        except RuntimeError as error:  # soundfile.LibsndfileError
            raise _broken(path, where, error) from None
        given = int(file.samplerate)
    mono = samples.mean(axis=1, dtype=np.float32)
    return resample(checked(mono, f"{where}: `{path}`"), given, rate, where)


def checked(samples: Float[np.ndarray, " samples"], what: str) -> Float[np.ndarray, " samples"]:
    """The samples, if they are at least one and all numbers.

    Raises:
        DataError: They are not.
    """
    if samples.size == 0:
        raise DataError(f"{what} must have at least 1 sample, got none.")
    if not np.isfinite(samples).all():
        raise DataError(f"{what} must hold numbers, got NaN or infinity. Write the file again.")
    return samples


def resample(
    samples: Float[np.ndarray, " samples"], rate: float, wanted: float, where: str
) -> Float[np.ndarray, " more"]:
    """Samples at another rate; as they are if it is the same.

    Raises:
        MissingExtraError: soxr is not installed.
    """
    if rate == wanted:
        return samples
    try:
        import soxr
    except ModuleNotFoundError as error:
        raise missing_extra(where, error) from error
    return np.asarray(soxr.resample(samples, rate, wanted), dtype=np.float32)


def _open(path: Path, where: str) -> Any:
    try:
        import soundfile
    except ModuleNotFoundError as error:
        raise missing_extra(where, error) from error
    if not path.is_file():
        got = "a directory" if path.is_dir() else "a path where nothing is"
        raise DataError(
            f"{where}: `{path}` must be an audio file, got {got}. "
            "Paths in a manifest are relative to the manifest."
        )
    try:
        return soundfile.SoundFile(path)
    except RuntimeError as error:  # soundfile.LibsndfileError
        raise _broken(path, where, error) from None


def _broken(path: Path, where: str, error: Exception) -> DataError:
    said = str(error).rpartition(": ")[2].rstrip(".") or "an error"
    return DataError(
        f"{where}: `{path}` must be an audio file that libsndfile reads (WAV, FLAC, Ogg), "
        f"got: {said}. Convert it, e.g. with: ffmpeg -i IN OUT.wav"
    )
