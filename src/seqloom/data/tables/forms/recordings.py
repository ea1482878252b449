"""Recordings with their texts, where the manifest does not say the whole path.

    train.tsv beside clips/             Common Voice: `path` is a file in `clips/`
    metadata.csv beside wavs/           LJSpeech: `id|text|normalised text`, files `wavs/id.wav`
    a.wav beside a.txt or a.lab         a folder of audio with transcripts

Source: the data sheets of Common Voice; the README of LJSpeech 1.1. Checked by
`tests/data/tables/forms/test_recordings.py`.
"""

from collections.abc import Iterator
from pathlib import Path

from ....errors import DataError
from ..delimited import delimited
from ..table import Row, TablePart
from ..text_file import lines_of, numbered_lines, read_text
from .form import LOOKED_AT, Form, Glimpse

AUDIO = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif")
TRANSCRIPTS = (".txt", ".lab")
CLIPS, WAVS = "clips", "wavs"


def is_common_voice(glimpse: Glimpse) -> bool:
    """Whether line 1 names `path` and `sentence`, and a folder `clips` lies beside the file."""
    names = [cell.strip() for cell in glimpse.lines[0].split("\t")] if glimpse.lines else []
    return {"path", "sentence"} <= set(names) and glimpse.beside(CLIPS).is_dir()


def read_common_voice(name: str) -> TablePart:
    """A table of Common Voice, its paths with `clips/` in front where they lack it.

    Raises:
        DataError: Line 1 has no `path`, or while it is read: a row has other columns.
    """
    part = delimited(name, "\t")
    names = tuple(str(cell) for cell in next(part.read(), (1, ()))[1])
    if "path" not in names or "sentence" not in names:
        raise DataError(
            f"{name}, line 1: a table of Common Voice has columns path and sentence, got "
            f"{', '.join(names)[:100]}. Leave --form out."
        )
    place = names.index("path")

    def read() -> Iterator[Row]:
        for number, line in enumerate(lines_of(name), start=1):
            if number == 1 or not line.strip():
                continue
            cells: list[object] = [cell.strip() for cell in line.split("\t")]
            if len(cells) != len(names):
                raise DataError(
                    f"{name}, line {number}: a line must have {len(names)} columns as the header "
                    f"has, got {len(cells)}."
                )
            if not str(cells[place]).startswith(f"{CLIPS}/"):
                cells[place] = f"{CLIPS}/{cells[place]}"
            yield number, cells

    return TablePart(name, "common-voice", names, read)


def is_ljspeech(glimpse: Glimpse) -> bool:
    """Whether lines are `id|text` or `id|text|text`, and `wavs/` has the recording of line 1."""
    lines = glimpse.lines[:LOOKED_AT]
    bars = {line.count("|") for line in lines}
    if len(bars) != 1 or not bars <= {1, 2}:
        return False
    return _recording(glimpse.beside(WAVS), lines[0].partition("|")[0].strip()) is not None


def read_ljspeech(name: str) -> TablePart:
    """A table of LJSpeech; `text` is the normalised text, `written` the one before it.

    Raises:
        DataError: While it is read: a line has other cells.
    """

    def read() -> Iterator[Row]:
        folder = Path(name).parent / WAVS
        for number, line in numbered_lines(name):
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) not in (2, 3):
                raise DataError(
                    f"{name}, line {number}: a line must be id|text|normalised text, got "
                    f"{len(cells)} cells. Correct it."
                )
            file = _recording(folder, cells[0]) or folder / f"{cells[0]}.wav"
            yield number, [cells[0], f"{WAVS}/{file.name}", cells[1], cells[-1] or cells[1]]

    return TablePart(name, "ljspeech", ("id", "audio", "written", "text"), read)


def _recording(folder: Path, stem: str) -> Path | None:
    """The recording of a name without its ending."""
    tried = (folder / f"{stem}{ending}" for ending in ("", *AUDIO))
    return next((file for file in tried if stem and file.is_file()), None)


def is_audio_folder(glimpse: Glimpse) -> bool:
    """Whether most recordings of a folder have a transcript of the same name beside them."""
    found = _pairs(glimpse.name)
    return bool(found) and 2 * sum(text is not None for _, text in found) > len(found)


def read_audio_folder(name: str) -> TablePart:
    """The recordings of a folder, each with the text beside it.

    Raises:
        DataError: There is none, or while it is read: one has no text.
    """
    found = _pairs(name)
    if not found:
        raise DataError(
            f"{name}: a folder of recordings must have files that end in {', '.join(AUDIO)}, got "
            "none. Name another."
        )

    def read() -> Iterator[Row]:
        for number, (audio, text) in enumerate(found, start=1):
            if text is None:
                raise DataError(
                    f"{audio}: no transcript lies beside it. Write {audio.stem}.txt, or take the "
                    "recording out of the folder."
                )
            said = " ".join(read_text(text).split())
            if not said:
                raise DataError(f"{text}: the transcript is empty. Fill it in.")
            yield number, [audio.name, said]

    names = ("audio", "text")
    return TablePart(name, "audio-folder", names, read, unit="file", folder=name)


def _pairs(name: str) -> list[tuple[Path, Path | None]]:
    try:
        files = sorted(file for file in Path(name).iterdir() if file.name[0] != ".")
    except OSError:
        return []
    texts = {f.stem: f for ending in reversed(TRANSCRIPTS) for f in files if f.suffix == ending}
    return [(file, texts.get(file.stem)) for file in files if file.suffix.lower() in AUDIO]


COMMON_VOICE = Form(
    "common-voice",
    "a table of Common Voice",
    "columns `path` and `sentence` with tabs, and a folder `clips` beside the file",
    "transcribe",
    ("path", "sentence"),
    is_common_voice,
    read_common_voice,
)
LJSPEECH = Form(
    "ljspeech",
    "a table like LJSpeech",
    "2 or 3 cells with bars between them in each line (id, text, normalised text), and the "
    "recording of line 1 in `wavs/` beside the file",
    "transcribe",
    ("id", "audio", "written", "text"),
    is_ljspeech,
    read_ljspeech,
)
AUDIO_FOLDER = Form(
    "audio-folder",
    "recordings with transcripts beside them",
    "most recordings of the folder have a `.txt` or `.lab` file of the same name",
    "transcribe",
    ("audio", "text"),
    is_audio_folder,
    read_audio_folder,
    folder=True,
)
