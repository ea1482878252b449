"""Manifests of speech: which recording, what is said in it, and from when to when.

Any table (`tables/source.py`) with columns of the names below. A TSV or CSV file without such names
in line 1 is `path, text`, or `path, text, start, end`.

Times are in seconds from the recording's beginning; without `end`, to its end. `times.py` has their
other names: `offset` and `duration`, `start_ms` and so on. Paths are relative to the manifest.
Checked by `tests/data/speech/test_manifest.py`.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import DataError
from ..given import given
from ..hashes import source_fraction
from ..tables.delimited import delimited
from ..tables.roles import places_of
from ..tables.source import table_of
from ..tables.table import Table, TablePart
from .times import part_of

PATH_NAMES = (
    "audio", "path", "file", "audio_filepath", "audio_path", "audio_file", "wav", "filename",
    "file_name",
)  # fmt: skip
TEXT_NAMES = ("text", "transcript", "sentence", "transcription")
COLUMNS = {"audio": "audio", "text": "text", "start": "start", "end": "end"}  # by role
EXAMPLE = "Write one recording a line, its path and its text separated by one tab."


@dataclass(frozen=True)
class Utterance:
    """One line of a manifest.

    Attributes:
        path: The recording's file.
        name: The path as the manifest writes it.
        text: What is said.
        start: Where it begins, in seconds.
        end: Where it ends, in seconds; the recording's end if `None`.
        where: The manifest and the line, for messages.
    """

    path: Path
    name: str
    text: str
    start: float
    end: float | None
    where: str


def columns_of(data: Mapping[str, object]) -> dict[str, str]:
    """The columns that settings of a run's data name, by role."""
    named = {role: str(data.get(f"{role}_column", "auto")) for role in COLUMNS}
    return {role: column for role, column in named.items() if column != "auto"}


def read_manifest(data: object, columns: Mapping[str, str] | None = None) -> list[Utterance]:
    """Read a manifest. No recording is opened.

    Args:
        data: A file, several, or what Python holds; paths in it are relative to the file, or to
            the working folder.
        columns: Those of the roles `COLUMNS` that names do not tell: a number from 1 or a name.
    Raises:
        DataError: A file cannot be read or has no line, or a line breaks a rule.
    """
    source = given(data)
    table = table_of(source) or Table(source.name, (delimited(source.name, "\t"),))
    if not table.first.head(1):
        raise DataError(f"{table.name}: the manifest is empty. {EXAMPLE}")
    found = [
        _utterance(Path() if source.kind == "python" else part.base, where, row)
        for part in table.parts
        for where, row in _rows(part, columns or {})
    ]
    if not found:
        raise DataError(f"{table.name}: the manifest has no lines below its header.")
    return found


def split_by_recording(
    utterances: list[Utterance], valid_fraction: float
) -> tuple[list[Utterance], list[Utterance]]:
    """Divide into training and validation by a hash of the recording's name.

    All segments of one file fall on one side, if its name is spelled `a.wav` or `./a.wav`; the
    split is the same on every machine.

    Args:
        utterances: The data.
        valid_fraction: Share of the files that validate, above 0 and below 1.
    Raises:
        DataError: There are fewer than 2 files.
    """
    names = {posixpath.normpath(u.name) for u in utterances}
    if len(names) < 2:
        raise DataError(
            "train: a manifest must name at least 2 recordings to set some aside for validation, "
            f"got {len(names)}. Give --valid MANIFEST or more recordings."
        )
    count = min(max(1, round(valid_fraction * len(names))), len(names) - 1)
    valid = set(sorted(names, key=lambda name: (source_fraction(name), name))[:count])
    return (
        [u for u in utterances if posixpath.normpath(u.name) not in valid],
        [u for u in utterances if posixpath.normpath(u.name) in valid],
    )


def _header(cells: Sequence[object]) -> list[str] | None:
    """Names of the columns, if the cells are some."""
    columns = [str(cell).strip() for cell in cells]
    columns = [c.lower() if c.lower() in (*PATH_NAMES, *TEXT_NAMES) else c for c in columns]
    named = any(n in columns for n in PATH_NAMES) and any(n in columns for n in TEXT_NAMES)
    return columns if named else None


def _rows(part: TablePart, asked: Mapping[str, str]) -> Iterator[tuple[str, dict[str, object]]]:
    """Place and cells by name of each row."""
    columns = None if part.names is None else _header(part.names) or list(part.names)
    for number, (line, cells) in enumerate(part.read()):
        where = part.where(line)
        if number == 0 and part.names is None:
            columns = _header(cells)
            if columns is None and any(column in cells for column in asked.values()):
                columns = [str(cell) for cell in cells]
        if number == 0 and asked:
            columns = _renamed(where, columns, cells, asked)
        if number == 0 and part.names is None and columns is not None and _is_header(cells, asked):
            continue
        if columns and len(cells) != len(columns):
            raise DataError(
                f"{where}: a line must have {len(columns)} columns as the header has, "
                f"got {len(cells)}."
            )
        if not columns and not 2 <= len(cells) <= 4:
            raise DataError(
                f"{where}: a line must have 2 to 4 columns, got {len(cells)}. "
                "Write path, text and, if only a part is meant, start and end in seconds."
            )
        names = columns or ("path", "text", "start", "end")
        row = dict(zip(names, cells, strict=False))
        yield where, {k: v for k, v in row.items() if part.form != "JSON lines" or v is not None}


def _is_header(cells: Sequence[object], asked: Mapping[str, str]) -> bool:
    return _header(cells) is not None or any(column in cells for column in asked.values())


def _renamed(
    where: str, columns: list[str] | None, cells: Sequence[object], asked: Mapping[str, str]
) -> list[str]:
    """Names of columns in which those that are asked for have the names of their roles."""
    names = columns or [f"column {i}" for i in range(1, len(cells) + 1)]
    found = [f"{name} (unused)" if name in COLUMNS.values() else name for name in names]
    for role, column in asked.items():
        (place, *_), _ = places_of(where, names, role, column, "auto")
        found[place] = COLUMNS[role]
    for role, name in COLUMNS.items():  # roles that are not asked for keep their columns
        if role not in asked and name in names and f"{name} (unused)" in found:
            found[found.index(f"{name} (unused)")] = name
    return found


def _utterance(folder: Path, where: str, row: dict[str, object]) -> Utterance:
    name, text = _first(where, row, PATH_NAMES), _first(where, row, TEXT_NAMES)
    used = (*PATH_NAMES, *TEXT_NAMES)
    start, end = part_of(where, {key: row[key] for key in row if key not in used})
    return Utterance(path=folder / name, name=name, text=text, start=start, end=end, where=where)


def _first(where: str, row: dict[str, object], names: tuple[str, ...]) -> str:
    """The text under the first of some names."""
    value = next((row[name] for name in names if name in row), None)
    if not isinstance(value, str) or not value.strip():
        got = "nothing" if value is None or value == "" else repr(value)
        raise DataError(
            f"{where}: `{names[0]}` must be a text that is not empty, got {got}. "
            "Fill it in or delete the line."
        )
    return value.strip()
