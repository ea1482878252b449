"""Text and sound in C: what a model file says of them as bytes, and the functions of C in ctypes.

    blocks_of(parts)         {"source": ..., "target": ...}: what C and the browser load
    NativeVocabulary(block)  encode, normal, decode    as `Vocabulary` and `TextReader`
    NativeLogMel(block)      push, finish              as `FeatureStream` and what stands behind it

In Python, texts are read by `data/`; these classes are what the tests hold to it.

Checked by `tests/engine/test_text.py`, `test_text_unicode.py`, `test_log_mel.py`; the first reads
`native/include/seqloom_text.h`, too.
"""

import ctypes
import functools
import struct
from collections.abc import Callable, Iterable, Sequence
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import Any

import numpy as np

from ..data.speech.log_mel import FeatureSetup
from ..data.speech.recordings import Normaliser
from ..data.texts.reader import TextReader
from ..data.vocabulary import SPECIALS, Vocabulary
from ..errors import ConfigError, DataError, FormatError, SeqloomError
from ..shapes import Float
from .library import library, memory

ABI = 1
LEVELS = ("characters", "symbols", "subwords", "pieces", "words")  # their numbers
MARKS, LOWERCASE = 1, 2
OK, DAMAGED, BAD_UTF8, TOO_LONG, BAD_NUMBER, NO_ROOM, BAD_MEMORY, BAD_STREAM = range(8)
_MAGIC, _LOG_MEL_MAGIC, _VERSION = 0x58544C53, 0x4D4C4C53, 1
_LARGEST = (1 << 31) - 1

_OUT = POINTER(c_int64)
_MEMORY = (c_void_p, c_int64)
_SIGNATURES: dict[str, tuple[Any, ...]] = {  # result, arguments
    "text_abi": (c_int,),
    "text_message": (c_char_p, c_int),
    "unicode": (c_char_p,),
    "vocabulary_load": (c_int, *_MEMORY, POINTER(c_void_p)),
    "vocabulary_size": (c_int64, c_void_p),
    "vocabulary_workspace": (c_int64, c_void_p, c_int64),
    "vocabulary_encode": (c_int, c_void_p, c_char_p, c_int64, *_MEMORY, *_MEMORY, _OUT),
    "vocabulary_normal": (c_int, c_void_p, c_char_p, c_int64, *_MEMORY, *_MEMORY, _OUT),
    "vocabulary_decode": (c_int, c_void_p, *_MEMORY, *_MEMORY, _OUT),
    "log_mel_bytes": (c_int64, *_MEMORY),
    "log_mel_load": (c_int, *_MEMORY, *_MEMORY, POINTER(c_void_p)),
    "log_mel_size": (c_int64, c_void_p),
    "log_mel_stream": (c_int64, c_void_p),
    "log_mel_workspace": (c_int64, c_void_p),
    "log_mel_push": (c_int, c_void_p, *_MEMORY, *_MEMORY, *_MEMORY, *_MEMORY, _OUT, _OUT),
    "log_mel_finish": (c_int, c_void_p, *_MEMORY, *_MEMORY, *_MEMORY, _OUT),
}


def blocks_of(parts: object) -> dict[str, bytes]:
    """What C needs to read and write the texts of a model, by the names of the parts.

    Args:
        parts: Those of a model file (`export/parts/`).
    """
    fields = vars(parts)
    blocks = {
        name: vocabulary_block(part)
        for name, part in fields.items()
        if isinstance(part, Vocabulary | TextReader)
    }
    features, normal = fields.get("features"), fields.get("normal")
    if isinstance(features, FeatureSetup) and isinstance(normal, Normaliser):
        blocks["features"] = log_mel_block(features, normal)
    return blocks


def vocabulary_block(reader: Vocabulary | TextReader) -> bytes:
    """A vocabulary, or a classifier's whole reader, as `seqloom_text.h` describes it."""
    level: str
    if isinstance(reader, TextReader):
        vocabulary, level, most = reader.vocabulary, reader.level, reader.max_symbols
        flags = MARKS * reader.marks | LOWERCASE * reader.lowercase
    else:
        vocabulary, level, most, flags = reader, reader.stored_level, 0, MARKS * reader.marks
    known = vocabulary.symbols[len(SPECIALS) :]
    symbols = [symbol.encode() for symbol in known]
    tags = [tag.encode() for tag in vocabulary.features]
    merges = _merges(vocabulary)
    texts = b"".join([*symbols, *tags])
    words = [
        *(_MAGIC, _VERSION, LEVELS.index(level), flags, most if most <= _LARGEST else 0),
        *(len(vocabulary.symbols), len(tags), len(merges), len(texts)),
        *np.cumsum([len(text) for text in [*symbols, *tags]], dtype=np.int64).tolist(),
        *_order(symbols),
        *(len(symbols) + at for at in _order(tags)),
        *(number for merge in merges for number in merge),
        *_order([merge[:2] for merge in merges]),
    ]
    return np.array(words, "<i4").tobytes() + texts


def log_mel_block(setup: FeatureSetup, normal: Normaliser) -> bytes:
    """Features with the mean and scale that are taken off, as `seqloom_text.h` describes them."""
    words = (_LOG_MEL_MAGIC, _VERSION, setup.sample_rate, setup.window, setup.hop, setup.mels)
    numbers = np.concatenate([normal.mean, normal.scale]).astype("<f8")
    return struct.pack("<8i", *words, setup.stack, 0) + numbers.tobytes()


class TextLibrary:
    """The functions of `seqloom_text.h`, which keep their names without `seqloom_`."""

    def __init__(self) -> None:
        """
        Raises:
            ConfigError: The engine was not built, or from another version.
        """
        path = library().path
        functions = ctypes.CDLL(str(path))
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(functions, "seqloom_" + name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        if self.text_abi() != ABI:
            raise ConfigError(
                f"engine: {path} must have ABI {ABI} for texts, got {self.text_abi()}. "
                "Install seqloom again."
            )

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def check(self, status: int) -> None:
        """Raise if a call did not succeed.

        Raises:
            FormatError: A block is damaged.
            SeqloomError: Anything else.
        """
        if status != OK:
            message = f"engine: {self.text_message(status).decode()}."
            raise (FormatError if status == DAMAGED else SeqloomError)(message)


@functools.cache
def text_library() -> TextLibrary:
    """The functions, loaded at the first call."""
    return TextLibrary()


class NativeVocabulary:
    """A vocabulary in C."""

    def __init__(self, block: bytes) -> None:
        """
        Args:
            block: What `vocabulary_block` returned.
        Raises:
            FormatError: It is damaged.
        """
        self.library = text_library()
        self._block = _copied(block)
        found = ctypes.c_void_p()
        self.library.check(
            self.library.vocabulary_load(self._block.ctypes.data, len(block), ctypes.byref(found))
        )
        self._address = found

    def __len__(self) -> int:
        return int(self.library.vocabulary_size(self._address))

    def encode(self, text: str) -> list[int]:
        """As `Vocabulary.encode`, `TextReader.encode`.

        Raises:
            DataError: The text holds half of a surrogate pair.
        """
        numbers = self._read(self.library.vocabulary_encode, _utf8(text), np.int64)
        return [int(number) for number in numbers]

    def normal(self, text: str) -> str:
        """As `Vocabulary.normal` of what a reader prepares; errors as above."""
        return self._read(self.library.vocabulary_normal, _utf8(text), np.uint8).tobytes().decode()

    def decode(self, numbers: Iterable[int]) -> str:
        """As `Vocabulary.decode`.

        Raises:
            SeqloomError: A number is none of the vocabulary's.
        """
        given = np.fromiter(numbers, np.int64)

        def decoded(*room: Any) -> int:
            address = self._address, given.ctypes.data, given.size
            return int(self.library.vocabulary_decode(*address, *room))

        return self._grown(decoded, np.uint8).tobytes().decode()

    def _read(self, function: Any, text: bytes, kind: type) -> np.ndarray:
        workspace = memory(self.library.vocabulary_workspace(self._address, len(text)))

        def read(*room: Any) -> int:
            space = workspace.ctypes.data, workspace.size
            return int(function(self._address, text, len(text), *space, *room))

        return self._grown(read, kind)

    def _grown(self, call: Callable[..., int], kind: type) -> np.ndarray:
        """What a call writes, which says first how long that is."""
        count = c_int64()
        found: np.ndarray = np.empty(0, kind)
        status = call(None, 0, ctypes.byref(count))
        if status == NO_ROOM:
            found = np.empty(count.value, kind)
            status = call(found.ctypes.data, found.size, ctypes.byref(count))
        self.library.check(status)
        return found


class NativeLogMel:
    """A stream of sound in C."""

    def __init__(self, block: bytes) -> None:
        """
        Args:
            block: What `log_mel_block` returned.
        Raises:
            FormatError: It is damaged.
        """
        functions = self.library = text_library()
        copied = _copied(block)
        given = (copied.ctypes.data, len(block))
        size = functions.log_mel_bytes(*given)
        functions.check(max(0, -size))
        self._memory = memory(size)
        found = ctypes.c_void_p()
        functions.check(
            functions.log_mel_load(*given, self._memory.ctypes.data, size, ctypes.byref(found))
        )
        self._address = found
        self.size = int(functions.log_mel_size(found))
        self._workspace = memory(functions.log_mel_workspace(found))
        self.stream = memory(functions.log_mel_stream(found))
        self.stream[:] = 0

    def push(
        self, samples: Float[np.ndarray, " samples"], room: int = 64
    ) -> Float[np.ndarray, "steps size"]:
        """Take samples; return the steps that are now complete, float32.

        Args:
            samples: From -1 to 1, at the rate of the features.
            room: Steps that are made at a time.
        Raises:
            SeqloomError: The stream was finished.
        """
        left = np.ascontiguousarray(samples, np.float32)
        steps = [np.zeros((0, self.size), np.float32)]
        taken = c_int64()
        while left.size or len(steps[-1]) == room:
            found, made = np.empty((room, self.size), np.float32), c_int64()
            status = self.library.log_mel_push(
                *self._given(),
                *(left.ctypes.data, left.size, found.ctypes.data, room),
                *(ctypes.byref(taken), ctypes.byref(made)),
            )
            self.library.check(status)
            left = left[taken.value :]
            steps.append(found[: made.value])
        return np.concatenate(steps)

    def finish(self, room: int = 64) -> Float[np.ndarray, "steps size"]:
        """The steps of the samples that are left, zeros behind them; none the second time."""
        steps, status = [], NO_ROOM
        while status == NO_ROOM:
            found, made = np.empty((room, self.size), np.float32), c_int64()
            status = self.library.log_mel_finish(
                *self._given(), found.ctypes.data, room, ctypes.byref(made)
            )
            steps.append(found[: made.value])
        self.library.check(status)
        return np.concatenate(steps)

    def _given(self) -> tuple[Any, ...]:
        stream, space = self.stream, self._workspace
        return (self._address, stream.ctypes.data, stream.size, space.ctypes.data, space.size)


def _merges(vocabulary: Vocabulary) -> list[tuple[int, int, int]]:
    """Merges by number, the first learned first; of equal ones the last counts."""
    number = {symbol: k for k, symbol in enumerate(vocabulary.symbols)}
    ranks = {pair: rank for rank, pair in enumerate(vocabulary.merges)}
    return [
        (number[left], number[right], number[left + right])
        for left, right in sorted(ranks, key=ranks.__getitem__)
    ]


def _order(items: Sequence[Any]) -> list[int]:
    return sorted(range(len(items)), key=items.__getitem__)


def _copied(block: bytes) -> np.ndarray:
    """Bytes that begin where C wants them to."""
    copy = memory(len(block))
    copy[:] = np.frombuffer(block, np.uint8)
    return copy


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            "text: a surrogate stands alone, which UTF-8 cannot say. Replace it."
        ) from error
