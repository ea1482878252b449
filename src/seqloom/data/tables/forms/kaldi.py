"""A folder of Kaldi: `text`, `wav.scp`, and `segments` where recordings have several utterances.

    text        UTTERANCE what is said
    wav.scp     RECORDING path/to/file.wav
    segments    UTTERANCE RECORDING START END      seconds; an end of -1 is that of the recording

Without `segments` an utterance is a recording. A path is relative to the folder, or to the working
folder, as in Kaldi. Source: Kaldi's "Data preparation". Checked by
`tests/data/tables/forms/test_kaldi.py`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ....errors import DataError
from ..table import Row, TablePart
from ..text_file import numbered_lines
from .form import Form, Glimpse

TEXT, RECORDINGS, SEGMENTS = "text", "wav.scp", "segments"
COLUMNS = ("utterance", "audio", "text", "start", "end")


class _Segment(NamedTuple):
    recording: str
    start: str
    end: str
    where: str


def is_kaldi(glimpse: Glimpse) -> bool:
    """Whether a folder has `text` and `wav.scp`."""
    return all((Path(glimpse.name) / name).is_file() for name in (TEXT, RECORDINGS))


def read_kaldi(name: str) -> TablePart:
    """The utterances of a folder of Kaldi, in the order of `text`.

    Raises:
        DataError: A file is missing, has a line that breaks a rule, or a recording is a command;
            while it is read: an utterance has no recording.
    """
    folder = Path(name)
    recordings = _recordings(folder)
    segments = _segments(folder, recordings) if (folder / SEGMENTS).is_file() else None
    text = str(folder / TEXT)

    def read() -> Iterator[Row]:
        for number, key, said in _keyed(text):
            if segments is None:
                if key not in recordings:
                    raise _unknown(text, number, key, str(folder / RECORDINGS))
                yield number, [key, recordings[key], said]
                continue
            if key not in segments:
                raise _unknown(text, number, key, str(folder / SEGMENTS))
            found = segments[key]
            yield number, [key, recordings[found.recording], said, found.start, found.end]

    names = COLUMNS[:3] if segments is None else COLUMNS
    return TablePart(text, "kaldi", names, read, folder=name)


def _recordings(folder: Path) -> dict[str, str]:
    """Paths of the recordings, relative to the folder."""
    name, found = str(folder / RECORDINGS), dict[str, str]()
    for number, key, path in _keyed(name):
        if path.endswith("|"):
            raise DataError(
                f"{name}, line {number}: {key} is the output of a command, which seqloom does not "
                f"run. Write it to a file once (COMMAND > {key}.wav) and name that."
            )
        if not path:
            raise DataError(f"{name}, line {number}: {key} has no path. Write it behind the name.")
        here = not os.path.isabs(path) and not (folder / path).exists() and Path(path).exists()
        found[key] = os.path.relpath(path, folder) if here else path
    return found


def _segments(folder: Path, recordings: dict[str, str]) -> dict[str, _Segment]:
    name, found = str(folder / SEGMENTS), dict[str, _Segment]()
    for number, key, rest in _keyed(name):
        cells = rest.split()
        if len(cells) != 3:
            raise DataError(
                f"{name}, line {number}: a line must be UTTERANCE RECORDING START END, got "
                f"{len(cells) + 1} cells. Correct it."
            )
        recording, start, end = cells
        if recording not in recordings:
            raise _unknown(name, number, recording, str(folder / RECORDINGS))
        end = "" if end.startswith("-1") else end
        found[key] = _Segment(recording, start, end, f"{name}, line {number}")
    return found


def _keyed(name: str) -> Iterator[tuple[int, str, str]]:
    """Line, first word and the rest of each line.

    Raises:
        DataError: A first word stands on two lines.
    """
    seen: dict[str, int] = {}
    for number, line in numbered_lines(name):
        key, *rest = line.split(maxsplit=1)
        if key in seen:
            raise DataError(
                f"{name}, line {number}: {key} stands on line {seen[key]} already. Delete one."
            )
        seen[key] = number
        yield number, key, rest[0].strip() if rest else ""


def _unknown(name: str, number: int, key: str, other: str) -> DataError:
    return DataError(f"{name}, line {number}: {key} is not in {other}. Add it, or delete the line.")


KALDI = Form(
    "kaldi",
    "a folder of Kaldi",
    "a folder with `text` and `wav.scp`, and perhaps `segments`",
    "transcribe",
    COLUMNS,
    is_kaldi,
    read_kaldi,
    folder=True,
)
