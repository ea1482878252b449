"""Rows of unequal length, end to end, in memory or, where they are many, in a file.

Checked by `tests/data/test_ragged.py` and the tests of `pairs/`, `texts/` and `speech/`.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, overload

import numpy as np

from ..errors import DataError
from ..shapes import Bool, Int
from .vocabulary import PAD

MOST_IN_MEMORY = 2**26  # bytes of numbers; more lie in a file
BLOCK = 32  # rows


def kept_rows(
    numbers: Int[np.ndarray, " M"], lengths: Int[np.ndarray, " N"], kept: Bool[np.ndarray, " N"]
) -> tuple[Int[np.ndarray, " K"], Int[np.ndarray, " R"]]:
    """The numbers, one behind the other, and the lengths of some of the rows."""
    if kept.all():
        return numbers, lengths
    return numbers[np.repeat(kept, lengths)], lengths[kept]


class Ragged:
    """Rows of numbers.

    Args:
        flat: All numbers, and one `PAD` behind them: a place to read from if every row is empty.
        lengths: Of each row.
    """

    def __init__(self, flat: np.ndarray, lengths: Int[np.ndarray, " N"]) -> None:
        self.lengths = lengths
        self._flat = flat
        # where each block of rows starts: of very many rows, all starts would take the most memory
        sums = np.add.reduceat(lengths, np.arange(0, len(lengths), BLOCK), dtype=np.int64)
        self._blocks = np.cumsum(sums) - sums

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> "Ragged":
        """Rows of lists."""
        lengths = np.fromiter(map(len, rows), np.int32, len(rows))
        flat = np.full(int(lengths.sum()) + 1, PAD, np.int64)
        flat[:-1] = np.fromiter((i for row in rows for i in row), np.int64)
        return cls(flat, lengths)

    @property
    def flat(self) -> np.ndarray:
        """All numbers, one row after the other."""
        return self._flat[:-1]

    def pad(self, rows: Int[np.ndarray, " B"]) -> Int[np.ndarray, "B T"]:
        """Return the rows padded with `PAD` to the longest of them, int64."""
        lengths = self.lengths[rows]
        columns = np.arange(lengths.max(initial=0))
        places = self._starts(rows)[:, None] + columns
        padded: Int[np.ndarray, "B T"] = self._flat.take(places, mode="clip").astype(np.int64)
        padded[columns >= lengths[:, None]] = PAD
        return padded

    def blocks(self, size: int) -> Iterator[tuple[np.ndarray, Int[np.ndarray, " R"]]]:
        """Numbers and lengths of so many rows, and of the next, to the last."""
        first = 0
        for row in range(0, len(self.lengths), size):
            lengths = self.lengths[row : row + size]
            end = first + int(lengths.sum(dtype=np.int64))
            yield self._flat[first:end], lengths
            first = end

    def only(self, rows: Int[np.ndarray, " R"]) -> "Ragged":
        """Some of the rows, in memory."""
        starts = self._starts(rows).tolist()
        lengths = self.lengths[rows]
        found = [self._flat[a : a + n] for a, n in zip(starts, lengths.tolist(), strict=True)]
        return Ragged(np.concatenate([*found, np.full(1, PAD, self._flat.dtype)]), lengths)

    def lists(self, rows: Int[np.ndarray, " R"]) -> list[list[int]]:
        """Some of the rows, as lists."""
        starts, lengths = self._starts(rows).tolist(), self.lengths[rows].tolist()
        return [self._flat[a : a + n].tolist() for a, n in zip(starts, lengths, strict=True)]

    def _starts(self, rows: Int[np.ndarray, " B"]) -> Int[np.ndarray, " B"]:
        """Where rows start."""
        blocks, inside = np.divmod(np.asarray(rows, np.int64), BLOCK)
        before = np.arange(BLOCK - 1)
        places = np.minimum(blocks[:, None] * BLOCK + before, max(len(self.lengths) - 1, 0))
        lengths = np.where(before < inside[:, None], self.lengths[places], 0)
        starts: np.ndarray = self._blocks[blocks] + lengths.sum(axis=1, dtype=np.int64)
        return starts


_SCRATCH: ContextVar[Path | None] = ContextVar("scratch", default=None)


@contextmanager
def scratch(folder: Path | None) -> Iterator[None]:
    """Within it, numbers that do not fit into memory lie in this folder, not in the system's.

    Their file has no name, and is gone when the process ends, however it ends.
    """
    token = _SCRATCH.set(folder)
    try:
        yield
    finally:
        _SCRATCH.reset(token)


@contextmanager
def spool() -> Iterator[IO[bytes]]:
    """A file for bytes that are read again: in memory, or in the folder of `scratch` if many.

    Raises:
        DataError: They cannot be written.
    """
    folder = _SCRATCH.get()
    with (
        _writing(),
        tempfile.SpooledTemporaryFile(
            MOST_IN_MEMORY, dir=None if folder is None else str(folder)
        ) as file,
    ):
        yield file


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"train: encoded data cannot be written: {error.strerror}. Make room, or name a "
            "folder with more with --cache."
        ) from error


class FlatWriter:
    """Numbers that come block by block: they stay in memory, or in a file where they are many."""

    def __init__(self, dtype: object) -> None:
        self._dtype = np.dtype(dtype)  # type: ignore[call-overload]
        self._blocks: list[np.ndarray] = []
        self._bytes = 0
        self._file: Any = None

    def add(self, flat: np.ndarray) -> None:
        """Append numbers.

        Raises:
            DataError: They cannot be written.
        """
        self._blocks.append(flat.astype(self._dtype))
        self._bytes += self._blocks[-1].nbytes
        if self._bytes > MOST_IN_MEMORY:
            self._spill()

    def done(self) -> np.ndarray:
        """All numbers."""
        if self._file is None:
            flat: np.ndarray = np.concatenate([np.zeros(0, self._dtype), *self._blocks])
            self._blocks.clear()
            return flat
        self._spill()
        self._file.flush()
        flat = np.memmap(self._file, self._dtype, "r")
        self._file.close()  # the mapped pages stay
        return flat

    def _spill(self) -> None:
        with _writing():
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=_SCRATCH.get())  # noqa: SIM115
            assert self._file is not None
            for block in self._blocks:
                self._file.write(block.tobytes())
        self._blocks.clear()
        self._bytes = 0


class RaggedWriter:
    """Rows that come block by block.

    Args:
        largest: The largest number there is: it decides the bytes of one.
    """

    def __init__(self, largest: int) -> None:
        self._flat = FlatWriter(np.min_scalar_type(-largest - 1))
        self._lengths: list[np.ndarray] = []

    def add(self, flat: Int[np.ndarray, " M"], lengths: Int[np.ndarray, " N"]) -> None:
        """Append rows.

        Args:
            flat: Their numbers.
            lengths: Of each.
        Raises:
            DataError: They cannot be written.
        """
        short = int(lengths.max(initial=0)) < 2**15
        self._lengths.append(lengths.astype(np.int16 if short else np.int32))
        self._flat.add(flat)

    def done(self) -> Ragged:
        """All rows."""
        lengths = np.concatenate([np.zeros(0, np.int16), *self._lengths])
        self._lengths.clear()
        self._flat.add(np.full(1, PAD))
        return Ragged(self._flat.done(), lengths)


class Arrays(Sequence[np.ndarray]):
    """Arrays of unequal length and one width, end to end.

    Args:
        flat: All their numbers, `(M * width,)`.
        starts: In which row of width numbers each begins, `(N,)`.
        lengths: Rows of each, `(N,)`.
        width: Numbers of a row.
    """

    def __init__(
        self,
        flat: np.ndarray,
        starts: Int[np.ndarray, " N"],
        lengths: Int[np.ndarray, " N"],
        width: int,
    ) -> None:
        self._flat, self._starts, self.lengths, self._width = flat, starts, lengths, width

    @classmethod
    def of(cls, arrays: Iterable[np.ndarray], width: int) -> "Arrays":
        """Those that come, float32 `(T, width)`; where they are many, in a file."""
        writer, lengths = FlatWriter(np.float32), []
        for array in arrays:
            writer.add(array.reshape(-1))
            lengths.append(len(array))
        counts = np.array(lengths, np.int64)
        return cls(writer.done(), np.cumsum(counts) - counts, counts, width)

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, place: int | np.integer) -> np.ndarray: ...

    @overload
    def __getitem__(self, place: slice) -> "Arrays": ...

    def __getitem__(self, place: int | np.integer | slice) -> "np.ndarray | Arrays":
        if isinstance(place, slice):
            return self.only(np.arange(len(self))[place])
        first, width = int(self._starts[place]) * self._width, self._width
        flat = self._flat[first : first + int(self.lengths[place]) * width]
        return flat.view(np.ndarray).reshape(-1, width)

    def only(self, places: Int[np.ndarray, " R"]) -> "Arrays":
        """Some of them."""
        return Arrays(self._flat, self._starts[places], self.lengths[places], self._width)
