"""Writing files so that nothing is lost: beside, flushed to disk, then renamed.

Whoever looks at the path sees the old file or the new one, never a part. Checked by
`tests/test_files.py`.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from .errors import RunError

_ADVICE = {
    errno.ENOSPC: "Free some space on that disk",
    errno.EDQUOT: "Free some of your disk quota",
    errno.EFBIG: "Raise the limit on file sizes (ulimit -f)",
    errno.EACCES: "Choose a folder that you may write to",
    errno.EPERM: "Choose a folder that you may write to",
    errno.EROFS: "Choose a folder that is not read-only",
    errno.ENOENT: "Make that folder first",
    errno.ENOTDIR: "Choose a path whose parents are folders",
    errno.EEXIST: "Choose a path whose parents are folders",
    errno.EISDIR: "Name a file, not a folder",
}


@contextlib.contextmanager
def replacing(path: Path, where: str) -> Iterator[Path]:
    """Give a path to write to; on leaving, flush it and rename it to `path`.

    Args:
        path: The file to make or replace.
        where: What an error message starts with, e.g. the command's name.
    Raises:
        RunError: It cannot be written; `path` is as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with explaining(path, where):
            yield beside
            with open(beside, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(beside, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def explaining(path: Path, where: str) -> Iterator[None]:
    """Turn an OSError from writing `path` into a RunError that says what to do."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "Check the path and the disk")
        raise RunError(
            f"{where}: `{path}` cannot be written: {error.strerror or error}. {advice}."
        ) from error


def empty_folder(folder: Path, where: str) -> None:
    """Make a folder, or take one without files: nothing is ever overwritten.

    Raises:
        RunError: It holds files, or cannot be made.
    """
    with explaining(folder, where):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RunError(f"{where}: `{folder}` already contains files. Name another folder.")
