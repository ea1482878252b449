"""Read pairs of source and target from a tab-separated file, and say exactly what is wrong with it.

Checked by `tests/data/test_pairs.py`: the standard library's `csv` reader is the oracle.
"""

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError

TWO_COLUMNS = "Write one pair a line, source and target separated by one tab."
GZIP_MAGIC = b"\x1f\x8b"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Pair:
    """One line of a file: `line` counts from 1."""

    source: str
    target: str
    line: int


@dataclass(frozen=True)
class Example:
    """A source with all its references, unique and in order of appearance."""

    source: str
    targets: tuple[str, ...]


def read_pairs(path: str | Path) -> list[Pair]:
    """Read `source TAB target` lines.

    UTF-8 with or without a byte order mark, plain or gzip (told by its first bytes, not by its
    name), lines ended by LF or CRLF. Blank lines are skipped; white space at the ends of a
    column is dropped.

    Raises:
        DataError: The file is missing, a directory, damaged, not UTF-8, has no pairs, or a line
            breaks the rule of two non-empty columns.
    """
    name = str(path)
    text = read_text(name)
    numbered = enumerate(text.split("\n"), start=1)
    pairs = [_parse(name, number, line) for number, line in numbered if line.strip(" \r")]
    if not pairs:
        raise DataError(f"{name}: a file must have at least 1 pair, got none. {TWO_COLUMNS}")
    return pairs


def group_by_source(pairs: Iterable[Pair]) -> list[Example]:
    """Gather the references of each source, in order of first appearance."""
    targets: dict[str, dict[str, None]] = {}
    for pair in pairs:
        targets.setdefault(pair.source, {})[pair.target] = None
    return [Example(source, tuple(unique)) for source, unique in targets.items()]


def read_text(name: str) -> str:
    """A file's text: UTF-8 with or without a byte order mark, plain or gzip.

    Raises:
        DataError: It is missing, a directory, damaged or not UTF-8.
    """
    return _decode(name, *_read_bytes(name))


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


def _parse(name: str, number: int, line: str) -> Pair:
    columns = [column.strip() for column in line.split("\t")]
    where = f"{name}, line {number}"
    if len(columns) < 2:
        raise DataError(
            f"{where}: a line must have 2 columns, got 1. Separate source and target with one tab."
        )
    if len(columns) > 2:
        raise DataError(
            f"{where}: a line must have 2 columns, got {len(columns)}. "
            f"Keep the source and the target, e.g. with `cut -f1,2`."
        )
    for column, what in zip(columns, ("source", "target"), strict=True):
        if not column:
            raise DataError(
                f"{where}: the {what} must not be empty, got nothing but white space. "
                f"Fill it in or delete the line."
            )
    return Pair(source=columns[0], target=columns[1], line=number)
