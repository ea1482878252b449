"""A text file of the user's: its bytes, gzipped or not, as UTF-8 or as a precise complaint.

Checked by `tests/data/test_pairs.py` and `test_labelled.py`.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from ..errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: str | Path) -> str:
    """The whole file.

    UTF-8 with or without a byte order mark, plain or gzip (told by its first bytes, not by its
    name).

    Raises:
        DataError: The file is missing, a directory, damaged, or not UTF-8.
    """
    name = str(path)
    return _decode(name, *_read_bytes(name))


def numbered_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without their LF, and their numbers from 1.

    Raises:
        DataError: As `read_text`.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip(" \r"):
            yield number, line


def _read_bytes(name: str) -> tuple[bytes, bool]:
    """Return the file's bytes, and whether they were gzipped."""
    path = Path(name)
    if path.is_dir():
        raise DataError(f"{name}: data must be a file, got a directory. Name one file in it.")
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"{name}: data must be a file, got a path where nothing is. Check the spelling and "
            f"the folder you are in ({Path.cwd()})."
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{name}: data must be a readable file, got: {error}. Check its permissions."
        ) from None
    if not raw.startswith(GZIP_MAGIC):
        return raw, False
    try:
        return gzip.decompress(raw), True
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{name}: a gzip file must be whole, got damaged data ({error}). Copy or download it "
            f"again; `gzip -t` tests it."
        ) from None


def _decode(name: str, raw: bytes, gzipped: bool) -> str:
    """Decode UTF-8, or name the line and the byte that is not."""
    problem = raw.find(b"\0")  # UTF-16 without its mark can pass for UTF-8, but for these
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = error.start
    if problem < 0:
        return text.removeprefix("\ufeff")
    line = raw.count(b"\n", 0, problem) + 1
    column = problem - raw.rfind(b"\n", 0, problem)
    utf16 = raw.startswith(UTF16_BOMS) or raw[problem] == 0
    encoding = "UTF-16" if utf16 else "ISO-8859-1"
    convert = f"iconv -f {encoding} -t UTF-8"
    command = f"zcat {name} | {convert}" if gzipped else f"{convert} {name}"
    raise DataError(
        f"{name}, line {line}: text must be UTF-8, got byte 0x{raw[problem]:02X} at byte "
        f"{column} of the line. Convert it, e.g. `{command} > utf8.tsv` if it is {encoding}."
    )
