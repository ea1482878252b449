"""Manifests of speech: which recording, what is said in it, and from when to when.

Two forms, told apart by the file's first character:

    path TAB text [TAB start TAB end]                      TSV; a header line may name the columns
    {"audio": path, "text": ..., "start": ..., "end": ...}     JSONL; `path` for `audio` too

Times are in seconds from the recording's beginning; without `end`, to its end. `times.py` has their
other names: `offset` and `duration`, `start_ms` and so on. Paths are relative to the manifest.
Checked by `tests/data/speech/test_manifest.py`.
"""

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import DataError
from ..hashes import source_fraction
from ..text_file import numbered_lines
from .times import part_of

PATH_NAMES = (
    "audio", "path", "file", "audio_filepath", "audio_path", "audio_file", "wav", "filename",
    "file_name",
)  # fmt: skip
TEXT_NAMES = ("text", "transcript", "sentence", "transcription")
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


def read_manifest(path: str | Path) -> list[Utterance]:
    """Read a manifest, TSV or JSONL, plain or gzip. No recording is opened.

    Raises:
        DataError: The file cannot be read or has no line, or a line breaks a rule.
    """
    name = str(path)
    lines = list(numbered_lines(path))
    if not lines:
        raise DataError(f"{name}: the manifest is empty. {EXAMPLE}")
    rows = _json_rows if lines[0][1].lstrip().startswith("{") else _tab_rows
    folder = Path(name).parent
    found = [_utterance(folder, where, row) for where, row in rows(name, lines)]
    if not found:
        raise DataError(f"{name}: the manifest has no lines below its header.")
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


def _header(line: str) -> list[str] | None:
    """Names of the columns, if the line is a header."""
    columns = [column.strip() for column in line.split("\t")]
    columns = [c.lower() if c.lower() in (*PATH_NAMES, *TEXT_NAMES) else c for c in columns]
    named = any(n in columns for n in PATH_NAMES) and any(n in columns for n in TEXT_NAMES)
    return columns if named else None


def _tab_rows(name: str, lines: list[tuple[int, str]]) -> Iterator[tuple[str, dict[str, object]]]:
    columns = _header(lines[0][1])
    for number, line in lines[1:] if columns else lines:
        where = f"{name}, line {number}"
        cells = [cell.strip() for cell in line.split("\t")]
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
        yield where, dict(zip(columns or ("path", "text", "start", "end"), cells, strict=False))


def _json_rows(name: str, lines: list[tuple[int, str]]) -> Iterator[tuple[str, dict[str, object]]]:
    for number, line in lines:
        where = f"{name}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{where}: a line must be JSON, got {error}.") from None
        if not isinstance(row, dict):
            raise DataError(f"{where}: a line must be a JSON object, got {line.strip()[:40]!r}.")
        yield where, row


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
