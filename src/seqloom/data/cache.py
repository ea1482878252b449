"""A folder of encoded data, which every run on the same data and settings reads.

    KEY/            an entry, see `packing.py`; a key is a hash of the data, of the settings that
                    shape what is encoded, and of the version
    KEY.same        the key of the entry that it stands for as well
    .KEY.lock       held by the process that encodes; the others wait
    .KEY.PID.part   what it is writing; renamed to KEY, so nobody sees a part of an entry

Any entry may be removed at any time; a run that reads it keeps it until it ends. Checked by
`tests/data/test_cache.py`.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..errors import DataError
from ..files import explaining, replacing
from ..version import __version__
from . import packing
from .given import Given
from .ragged import scratch
from .tables.source import table_of

FORMAT = 1  # raise it when the same data and settings are encoded to other arrays
Made = TypeVar("Made")


class Cache:
    """The folder, and what was done in it.

    Args:
        folder: It is made if need be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._done: Counter[str] = Counter()

    def say(self) -> str:
        """One line: whether encoded data were read or written."""
        read, written = self._done["read"], self._done["written"]
        if read and written:
            return (
                f"cache: {self.folder}: of the encoded data, {read} parts read, {written} written"
            )
        if read or written:
            return f"cache: {self.folder}: encoded data {'read' if read else 'written'}"
        return "cache: not used, because the data can be read only once"

    def get(
        self,
        key: str | None,
        make: Callable[[], Made],
        types: Sequence[type],
        also: Callable[[Made], str | None] | None = None,
    ) -> Made:
        """The entry of a key, or what is made, which then is one.

        Args:
            key: See `key_of`; with `None` nothing is kept.
            make: Makes it.
            types: The classes in it.
            also: Another key under which it is found.
        Raises:
            DataError: The entry is damaged, or what `make` raises.
            RunError: The folder cannot be written to.
        """
        if key is None:
            return make()
        entry = self._entry(key)
        if entry is not None:
            self._done["read"] += 1
            return packing.read(entry, types)  # type: ignore[no-any-return]
        with explaining(self.folder, "train"):
            self.folder.mkdir(parents=True, exist_ok=True)
        with self._held(key):
            entry = self._entry(key)  # of the process that was waited for
            if entry is None:
                with scratch(self.folder):
                    made = make()
                entry = self._write(key, made)
                if also is not None:
                    with replacing(self.folder / f"{also(made)}.same", "train") as beside:
                        beside.write_text(key, encoding="ascii")
                self._done["written"] += 1
            else:
                self._done["read"] += 1
        return packing.read(entry, types)  # type: ignore[no-any-return]

    def _entry(self, key: str) -> Path | None:
        """The folder of an entry, if it is there."""
        folder = self.folder / key
        if not folder.is_dir():
            try:
                folder = self.folder / (self.folder / f"{key}.same").read_text(encoding="ascii")
            except OSError:
                return None
        return folder if folder.is_dir() else None

    def _write(self, key: str, value: object) -> Path:
        entry, part = self.folder / key, self.folder / f".{key}.{os.getpid()}.part"
        with explaining(entry, "train"):
            try:
                part.mkdir()
                packing.write(part, value)
                try:
                    part.rename(entry)
                except OSError:
                    if not entry.is_dir():  # another process's, where there are no locks
                        raise
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return entry

    @contextlib.contextmanager
    def _held(self, key: str) -> Iterator[None]:
        """Wait until no other process encodes this, where the system has such locks."""
        try:
            import fcntl
        except ImportError:  # not on this system
            yield
            return
        lock = self.folder / f".{key}.lock"
        with explaining(lock, "train"):
            file = open(lock, "w")  # noqa: SIM115
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError:  # not on this disk
                yield
                return
            for left in self.folder.glob(f".{key}.*.part"):  # by a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            yield
            # only once the entry is there: whoever locks a new file finds it
            lock.unlink(missing_ok=True)


_CACHE: ContextVar[Cache | None] = ContextVar("cache", default=None)


@contextlib.contextmanager
def caching(cache: Cache | None) -> Iterator[None]:
    """Within it, data are prepared with this cache, or with none."""
    token = _CACHE.set(cache)
    try:
        yield
    finally:
        _CACHE.reset(token)


def cached(
    key: Callable[[], str | None],
    make: Callable[[], Made],
    types: Sequence[type],
    also: Callable[[Made], str | None] | None = None,
) -> Made:
    """What is made, by the cache if there is one; arguments and errors as `Cache.get`."""
    cache = _CACHE.get()
    return make() if cache is None else cache.get(key(), make, types, also)


def key_of(what: str, digests: Sequence[str | None] | None, *shaped_by: object) -> str | None:
    """The key of encoded data; `None` if the data can be read only once.

    Args:
        what: What they are encoded to.
        digests: Of the data, see `digests_of`.
        shaped_by: Settings and all else that decides what is encoded: plain values.
    """
    if digests is None:
        return None
    parts = json.dumps([FORMAT, __version__, what, digests, shaped_by], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def digests_of(*sources: Given | None) -> tuple[str | None, ...] | None:
    """A hash of all that is in each source, but for where it lies; of a data set, of its name.

    Returns:
        The hashes, with `None` for a source that is `None`; `None` if one can be read only once.
    Raises:
        DataError: One cannot be read.
    """
    for source in sources:
        if source is not None and (source.kind == "stream" or isinstance(source.data, Iterator)):
            return None
    return tuple(None if source is None else _digest(source) for source in sources)


def _digest(source: Given) -> str:
    digest = hashlib.sha256(f"{source.kind} {source.form}\0".encode())
    if source.kind == "set":
        digest.update(source.name.encode())
    elif source.kind == "python":
        for row in _rows(source):
            digest.update(row.encode("utf-8", "surrogatepass"))
    else:
        for name, path in _files(source):
            found = f"{name}\0{digest_of_file(path, source.name)}\0"
            digest.update(found.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def digest_of_file(path: Path, where: str) -> str:
    """SHA-256 of a file's bytes.

    Raises:
        DataError: It cannot be read; the message begins with `where`.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while some := file.read(2**20):
                digest.update(some)
    except (OSError, ValueError) as error:
        raise DataError(f"{where}: `{path}` cannot be read: {error}.") from error
    return digest.hexdigest()


def _files(source: Given) -> list[tuple[str, Path]]:
    """The files, with the names by which their form is told."""
    if source.kind == "folder":  # with all below it: a folder may stand for a class
        root = Path(source.name)
        found = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
        return sorted((path.relative_to(root).as_posix(), path) for path in found)
    return [(path.name, path) for path in source.files()]


def _rows(source: Given) -> Iterator[str]:
    """The rows of what Python holds."""
    table = table_of(source)
    assert table is not None, "Python holds tables"
    for part in table.parts:
        yield repr(part.names)
        for _, cells in part.read():
            yield "\t".join(map(_cell, cells)) + "\n"


def _cell(cell: object) -> str:
    if isinstance(cell, np.ndarray):
        return f"{cell.dtype} {cell.shape} {hashlib.sha256(cell.tobytes()).hexdigest()}"
    if isinstance(cell, Mapping):
        return repr([(key, _cell(one)) for key, one in cell.items()])
    if isinstance(cell, list | tuple):
        return repr([_cell(one) for one in cell])
    return repr(cell)
