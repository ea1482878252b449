"""A text file of the user's: its bytes, gzipped or not, as UTF-8 or as a precise complaint.

It is read in pieces: what is no text is refused at the first piece that shows it, and what never
ends (`/dev/zero`, a pipe, a gzip file that unfolds without end) at a stated limit. Checked by
`tests/data/tables/test_text_file.py` and the tests of `pairs/` and `texts/`.
"""

import atexit
import codecs
import gzip
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BufferedIOBase, StringIO
from pathlib import Path

from ...errors import DataError
from ...progress import progress
from .binary_kinds import kind_of

GZIP_MAGIC = b"\x1f\x8b"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
STANDARD_INPUT = "-"
MOST_BYTES = 2**30  # of text in one file, unzipped, that is read whole
MOST_LINE = 2**27  # characters
PIECE = 2**20
GZIP_FREE, GZIP_RATIO = 2**26, 200  # a gzip file may unfold to the one plus the other times itself


def read_text(path: str | Path) -> str:
    """The whole file.

    UTF-8 with or without a byte order mark, plain or gzip (told by its first bytes, not by its
    name); `-` is standard input. At most `MOST_BYTES` of text.

    Raises:
        DataError: The file is missing, a directory, damaged, not UTF-8, or too large.
    """
    return "".join(_decoded(str(path))).removeprefix("\ufeff")


def read_head(path: str | Path, size: int) -> tuple[str, bool]:
    """The first characters of a file, about `size` of them; and whether that is all of it.

    Raises:
        DataError: As `read_text`, as far as it is read.
    """
    parts = _decoded(str(path), size)
    head = next(parts, "")
    return head.removeprefix("\ufeff"), not any(parts)


def pieces(path: str | Path) -> Iterator[str]:
    """The file in pieces, whatever its size.

    Raises:
        DataError: As `read_text`.
    """
    for number, piece in enumerate(_decoded(str(path), limited=False)):
        yield piece if number else piece.removeprefix("\ufeff")


_SPOOLED: list[tuple[object, Path]] = []  # standard input, and the file that has its bytes


def standard_input() -> Path:
    """A file with the bytes of standard input, which can be read once only and this often.

    It is removed when the process ends.

    Raises:
        DataError: Standard input is closed, or cannot be read.
    """
    if sys.stdin is None:
        raise DataError(f"{STANDARD_INPUT}: standard input is closed. Name a file.")
    if not _SPOOLED or _SPOOLED[-1][0] is not sys.stdin:
        handle, name = tempfile.mkstemp(prefix="seqloom-")
        atexit.register(Path(name).unlink, missing_ok=True)
        try:
            with open(handle, "wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except (OSError, ValueError) as error:
            raise _unreadable(STANDARD_INPUT, error) from None
        _SPOOLED.append((sys.stdin, Path(name)))
    return _SPOOLED[-1][1]


def numbered_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without their LF, and their numbers from 1.

    Raises:
        DataError: As `read_text`.
    """
    for number, line in enumerate(lines_of(path), start=1):
        line = line.removesuffix("\n")
        if line.strip(" \r"):
            yield number, line


def lines_of(path: str | Path) -> Iterator[str]:
    """The lines with their ends, LF or CR LF, read when they are asked for.

    A file without LF has its lines end in CR, as old ones do.

    Raises:
        DataError: As `read_text`; a file may have any size, a line `MOST_LINE` characters.
    """
    name, end, rest = str(path), "", list[str]()
    for text in pieces(name):
        end = end or ("\n" if "\n" in text or "\r" not in text else "\r")
        last = text.rfind(end) + 1
        if not last:
            rest.append(text)
            if sum(map(len, rest)) > MOST_LINE:
                raise DataError(
                    f"{name}: a line may have {MOST_LINE:,} characters at most, and one has more. "
                    "Break it, or name another file."
                )
            continue
        yield from StringIO("".join((*rest, text[:last])), newline=end)
        rest = [text[last:]]
    if any(rest):
        yield "".join(rest)


def _decoded(name: str, size: int = PIECE, *, limited: bool = True) -> Iterator[str]:
    """The text in pieces of `size` bytes, less where a character is cut; at most `MOST_BYTES`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, column = 1, 0  # of the first byte that is not decoded yet
    head = b""
    with ExitStack() as stack:
        stream, packed = _opened(name, stack)
        for piece in _pieces(name, stream, packed, size, limited, stack):
            head = head or piece
            whole = decoder.getstate()[0] + piece
            problem = whole.find(b"\0")  # UTF-16 without its mark can pass for UTF-8, but for these
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                problem = error.start
            if problem >= 0:
                line, column = _after(whole[:problem], line, column)
                raise _no_text(name, head, (line, column + 1, whole[problem]), packed is not None)
            line, column = _after(whole[: len(whole) - len(decoder.getstate()[0])], line, column)
            yield text


def _after(raw: bytes, line: int, column: int) -> tuple[int, int]:
    """Line and column behind some bytes that began at these."""
    last = raw.rfind(b"\n")
    return line + raw.count(b"\n"), column + len(raw) if last < 0 else len(raw) - last - 1


def _opened(name: str, stack: ExitStack) -> tuple[BufferedIOBase, int | None]:
    """The file's bytes, unzipped; the size of a gzip file, `None` of another."""
    if name == STANDARD_INPUT:
        name = str(standard_input())
    elif os.path.isdir(name):
        raise DataError(f"{name}: data must be a file, got a directory. Name one file in it.")
    try:
        file = stack.enter_context(Path(name).open("rb"))  # noqa: SIM115
        if not file.peek(2).startswith(GZIP_MAGIC):
            return file, None
        size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        raise DataError(
            f"{name}: data must be a file, got a path where nothing is. Check the spelling and "
            f"the folder you are in ({os.getcwd()})."
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None
    return stack.enter_context(gzip.GzipFile(fileobj=file)), size


def _pieces(
    name: str,
    stream: BufferedIOBase,
    packed: int | None,
    size: int,
    limited: bool,
    stack: ExitStack,
) -> Iterator[bytes]:
    """The bytes in pieces, the last one empty, up to the limits."""
    read, most = 0, MOST_BYTES if limited else sys.maxsize
    if packed:
        most = min(most, GZIP_FREE + GZIP_RATIO * packed)
    advance: Callable[[int], None] = stack.enter_context(progress(f"reading {name}"))
    while True:
        try:
            piece = stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(
                f"{name}: a gzip file must be whole, got damaged data ({error}). Copy or download "
                "it again; `gzip -t` tests it."
            ) from None
        except OSError as error:
            raise _unreadable(name, error) from None
        read += len(piece)
        advance(len(piece))
        if read > most and packed and most < MOST_BYTES:
            raise DataError(
                f"{name}: {packed:,} gzipped bytes become more than {most:,}, {GZIP_RATIO} times "
                "as many: this is no text. Look at its beginning with zcat."
            )
        if read > most:
            raise DataError(
                f"{name}: a file of text may have 1 GiB at most, and this one has more. Use a part "
                "of it, e.g. its first lines (head -n 1000000)."
            )
        yield piece
        if not piece:
            return


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError(f"{name}: data must be a readable file, got: {error}. Check its permissions.")


def _no_text(name: str, head: bytes, place: tuple[int, int, int], gzipped: bool) -> DataError:
    """What the file is, or the line and the byte that is not UTF-8."""
    kind = kind_of(head)
    if kind is not None:
        return DataError(
            f"{name}: this is {kind.what}, and a text file is needed. "
            + kind.way_out.format(name=name)
        )
    line, column, byte = place
    encoding = "UTF-16" if head.startswith(UTF16_BOMS) or byte == 0 else "ISO-8859-1"
    convert = f"iconv -f {encoding} -t UTF-8"
    command = f"zcat {name} | {convert}" if gzipped else f"{convert} {name}"
    return DataError(
        f"{name}, line {line}: text must be UTF-8, got byte 0x{byte:02X} at byte "
        f"{column} of the line. Convert it, e.g. `{command} > utf8.tsv` if it is {encoding}."
    )
