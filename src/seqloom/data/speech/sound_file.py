"""An audio file as libsndfile decodes it, read forward in blocks.

Each sample is what decoding from the beginning gives: codecs whose samples depend on what came
before (MP3, Vorbis, Opus, GSM, ADPCM) are never entered in the middle, where decoders need some
milliseconds to find the signal, or miss the place; and blocks are decoded whole, because decoders
of two samples a byte lose one when asked for an odd number. Memory does not depend on what a header
says.
Checked by `tests/data/speech/test_audio.py`.
"""

import os
import re
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Protocol, TypeVar, cast, runtime_checkable

import numpy as np

from ...errors import DataError, SeqloomError
from ...extras import missing_extra
from ...shapes import Float

LEAST_RATE, TOP_RATE = 1_000, 768_000  # Hz
BLOCK = 2**16  # numbers decoded at a time
MOST_PER_BYTE = 8192  # samples; no codec puts more into a byte, not even of silence
UNKNOWN = 2**62  # libsndfile's count of frames, from here on, means that no header says it
STREAMED = 0x7F00_0000  # sizes from here on are written where the length was not known
SHORTER = "shorter than its header says, or without an end mark: cut off?"
_ALONE = ("PCM_", "FLOAT", "DOUBLE", "ULAW", "ALAW")  # codecs whose samples stand alone
_MP3_LENGTH = (b"Xing", b"Info", b"VBRI")
# what soundfile raises about a file: LibsndfileError is a RuntimeError
_FAULTS = (RuntimeError, ValueError, TypeError, OSError, OverflowError)


Found = TypeVar("Found")


@runtime_checkable
class _Decoder(Protocol):
    """soundfile's own `SoundFile`."""

    format: str
    subtype: str
    samplerate: int
    channels: int
    frames: int
    extra_info: str

    def read(self, frames: int, *, dtype: str, always_2d: bool) -> np.ndarray: ...

    def seek(self, frames: int) -> int: ...

    def close(self) -> None: ...


class SoundFile:
    """An open file; close it, or use it as a context manager."""

    def __init__(self, path: Path, where: str) -> None:
        """
        Args:
            path: The file.
            where: What an error message starts with.
        Raises:
            DataError: It is absent, no audio, has a rate outside 1 to 768 kHz, or its header says
                more samples than its bytes can hold.
            MissingExtraError: soundfile is not installed.
        """
        self.path, self.where = path, where
        self.place = 0  # frames given or passed so far
        self.ended = False  # nothing is left to decode
        size = _size(path, where)
        self._bytes: BufferedReader | None = None
        self._file = self._guarded(lambda: _forward(path, where))
        if self._file.format == "MP3":
            self._file.close()
            self._bytes = open(path, "rb")  # noqa: SIM115
            self._file = self._guarded(lambda: _forward(self._bytes, where))
        self.rate = int(self._file.samplerate)
        self.frames = self._said()
        self._left = np.zeros((0, int(self._file.channels)), np.float32)  # decoded, not given
        if not LEAST_RATE <= self.rate <= TOP_RATE:
            raise self._refused(
                f"has a sample rate of {self.rate:,} Hz. Give it its true rate, from 1 to 768 kHz."
            )
        if (self.frames or 0) > MOST_PER_BYTE * size:
            raise self._refused(
                f"says that it holds {self.frames:,} samples, which {size:,} bytes cannot. Copy or "
                "download it again."
            )

    def __enter__(self) -> "SoundFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        for file in (getattr(self, "_file", None), self._bytes):
            if file is not None:
                file.close()

    @property
    def floats(self) -> bool:
        """Whether its samples are stored as floating-point numbers."""
        return self._file.subtype in ("FLOAT", "DOUBLE")

    @property
    def shorter(self) -> bool:
        """Whether a file given to its end has less than its header says, or no end mark."""
        said = re.findall(r": (\d+) \(should be (\d+)\)", self._file.extra_info)
        sizes = [(int(wrong), int(right)) for wrong, right in said if int(wrong) < STREAMED]
        missing = any(wrong - right > 0.001 * wrong for wrong, right in sizes)
        few = self.frames is not None and self.place < 0.999 * self.frames
        unmarked = "without an End-Of-S" in self._file.extra_info
        return self.ended and not len(self._left) and (missing or few or unmarked)

    def skip_to(self, frame: int) -> None:
        """Go on from a frame that is not before the present one, or from the end.

        Raises:
            DataError: The file is damaged before it.
        """
        alone = self.frames is not None and self._file.subtype.startswith(_ALONE)
        if alone and self.place + len(self._left) < frame < (self.frames or 0):
            self.place = self._guarded(lambda: self._file.seek(frame))
            self._left = self._left[:0]
        for _ in self.blocks(frame):
            pass

    def blocks(self, last: int | None) -> Iterator[Float[np.ndarray, "frames channels"]]:
        """What is between the present place and frame `last`, or the end if `None`.

        Raises:
            DataError: The file is damaged, or it is an MP3 whose length nothing says.
        """
        while last is None or self.place < last:
            if not len(self._left):
                self._decode()
            block = self._left if last is None else self._left[: last - self.place]
            if not len(block):
                return
            self._left = self._left[len(block) :]
            self.place += len(block)
            yield block

    def _decode(self) -> None:
        """Make the next block; it is empty at the end."""
        size = max(1, BLOCK // self._file.channels)
        if not self.ended:
            self._left = self._guarded(
                lambda: self._file.read(size, dtype="float32", always_2d=True)
            )
            if len(self._left) < size:
                self.ended = True
                self._all_of_it()

    def _said(self) -> int | None:
        """Frames by the header; `None` where it does not say."""
        if self._bytes is not None and not _says_length(self.path):
            return None  # libsndfile guesses it from the first frame's bit rate
        frames = int(self._file.frames)
        return frames if frames < UNKNOWN else None

    def _all_of_it(self) -> None:
        """libsndfile stops where it guesses the end of an MP3: refuse if that was too early."""
        if self._bytes is None or self.frames is not None:
            return
        left = os.fstat(self._bytes.fileno()).st_size - self._bytes.tell()
        if self.place + len(self._left) >= self._file.frames and left > 4096:
            raise self._refused(
                f"does not say how long it is (an MP3 of variable bit rate without a Xing header): "
                f"{left:,} bytes would not be read. Add it with: ffmpeg -i IN -c copy OUT.mp3"
            )

    def _guarded(self, call: Callable[[], Found]) -> Found:
        try:
            return call()
        except _FAULTS as error:
            if isinstance(error, SeqloomError):
                raise
            self.close()
            said = str(error).rpartition(": ")[2].rstrip(".") or "an error"
            raise self._refused(
                f"is no audio that libsndfile reads (WAV, FLAC, Ogg, MP3 ...): {said}. Convert it, "
                "e.g. with: ffmpeg -i IN OUT.wav"
            ) from None

    def _refused(self, why: str) -> DataError:
        return DataError(f"{self.where}: `{self.path}` {why}")


def _forward(source: Path | BufferedReader | None, where: str) -> "_Decoder":
    """soundfile's file, told that it cannot seek: it would, to where it is, after every block."""
    try:
        import soundfile
    except ModuleNotFoundError as error:
        raise missing_extra(where, error) from error

    class Forward(soundfile.SoundFile):  # type: ignore[misc]
        def seekable(self) -> bool:
            return False

    return cast(_Decoder, Forward(source))


def _size(path: Path, where: str) -> int:
    """Bytes of a file that is there."""
    try:
        if path.is_file():
            return path.stat().st_size
        if path.is_dir():
            kind = "is a folder. Name the audio files in it"
        elif path.exists():
            kind = "is a pipe or a device. Write what comes from it to a file first"
        else:
            kind = "is not there. Name an audio file; in a manifest, from the manifest's folder on"
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        kind = f"cannot be opened: {said}. Give it another name"
    raise DataError(f"{where}: `{path}` {kind}.")


def _says_length(path: Path) -> bool:
    """Whether the first frame of an MP3 is a header with the count of all frames."""
    with open(path, "rb") as file:
        head = file.read(10)
        tag = 0
        if head.startswith(b"ID3"):  # four bytes of 7 bits each
            tag = 10 + sum((byte & 127) << 7 * k for k, byte in enumerate(reversed(head[6:10])))
        file.seek(tag)
        first = file.read(256)
    return any(mark in first for mark in _MP3_LENGTH)
