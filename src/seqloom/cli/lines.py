"""Lines in and lines out: arguments or standard input, read as UTF-8; output into a pipe.

Whatever is there when asked for makes one batch, so that no line waits for the next.
"""

import contextlib
import os
import queue
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path

import typer

from ..data.tables.text_file import STANDARD_INPUT
from ..errors import ConfigError, DataError
from ..files import explaining

BATCH_LINES = 256  # most lines that are worked on together


def batches(texts: list[str] | None) -> Iterator[list[tuple[int, str]]]:
    """Numbered lines: the arguments as one batch, or those of standard input as they come.

    Args:
        texts: The arguments; without any, or with `-` alone, standard input is read.

    Raises:
        DataError: A line is not UTF-8, or standard input cannot be read.
    """
    return _arguments(texts) if texts and texts != [STANDARD_INPUT] else _standard_input()


def no_files(texts: list[str] | None) -> list[str] | None:
    """Arguments that are to be texts.

    Raises:
        ConfigError: One is the name of a file that exists, so that the text is ambiguous.
    """
    for text in texts or ():
        if text != STANDARD_INPUT and os.path.isfile(text):
            name = shlex.quote(text)
            raise ConfigError(
                f"predict: {text} is the name of a file, and arguments are texts. For the lines of "
                f"the file: seqloom predict MODEL < {name}. For the name itself as a text: "
                f"echo {name} | seqloom predict MODEL"
            )
    return texts


@contextlib.contextmanager
def printing(command: str = "predict") -> Iterator[None]:
    """Print UTF-8 to standard output; a reader that has had enough, say `head`, ends the command.

    Args:
        command: What an error message starts with.

    Raises:
        RunError: Standard output cannot be written.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as the input is, whatever the locale
    with explaining(Path("standard output"), command):
        try:
            yield
            sys.stdout.flush()
        except OSError as error:
            # what is left in the buffer goes nowhere, or Python would complain at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                raise typer.Exit(0) from None
            raise


def reader(advice: str) -> Callable[[int], bytes]:
    """Reads standard input: at most so many bytes, those that are there; -1 for all.

    Args:
        advice: What an error message ends with.
    Raises:
        DataError: Standard input is closed.
    """
    if sys.stdin is None:
        raise DataError(f"predict: standard input is closed. {advice}")
    # not through the buffer: its lock, held by a waiting thread, makes Python abort at exit
    read: Callable[[int], bytes] = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer).read
    return read


def argument(text: str) -> str:
    """The argument of `inspect`, read as UTF-8 even where the locale is another.

    Raises:
        DataError: It is not UTF-8.
    """
    return decoded(os.fsencode(text), "inspect: a text")


def decoded(raw: bytes, what: str, encoding: str = "utf-8") -> str:
    """Bytes as the UTF-8 text that they are.

    Raises:
        DataError: They are not UTF-8; the message begins with `what`.
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{what} must be UTF-8, got byte 0x{raw[error.start]:02x}. "
            "Convert it with: iconv -f LATIN1 -t UTF-8"
        ) from error


def _arguments(texts: list[str]) -> Iterator[list[tuple[int, str]]]:
    """The arguments as one batch, read as UTF-8 even where the locale is another.

    Raises:
        DataError: One is not UTF-8.
    """
    yield [(n, decoded(os.fsencode(text), f"predict: line {n}")) for n, text in enumerate(texts, 1)]


def _standard_input() -> Iterator[list[tuple[int, str]]]:
    """Lines of standard input, all that are there when asked, so none waits for the next.

    Raises:
        DataError: A line is not UTF-8.
    """
    read_bytes = reader("Give it a file.")
    lines: queue.Queue[bytes | OSError | None] = queue.Queue(maxsize=4 * BATCH_LINES)

    def read() -> None:
        left = b""
        try:
            while data := read_bytes(65536):
                *whole, left = (left + data).split(b"\n")
                for line in whole:
                    lines.put(line)
        except OSError as error:
            lines.put(error)
        if left:
            lines.put(left)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    number, more = 0, True
    unread: OSError | None = None
    while more:
        batch: list[tuple[int, str]] = []
        problem = None
        while more and len(batch) < BATCH_LINES and not (batch and lines.empty()):
            raw = lines.get()
            if raw is None or isinstance(raw, OSError):
                more, unread = False, raw
                break
            number += 1
            try:
                encoding = "utf-8" if number > 1 else "utf-8-sig"
                batch.append((number, decoded(raw, f"predict: line {number}", encoding)))
            except DataError as error:
                more, problem = False, error
        if batch:
            yield batch
        if problem is not None:
            raise problem
    if unread is not None:
        raise DataError(
            f"predict: standard input cannot be read: {unread.strerror}. Give it a file."
        )
