"""Which task a file is for, by its look: read a little of it, say why.

    a manifest of audio files        transcribe    audio names in a table, or JSON lines with them
    a CSV with numbers               forecast
    TEXT tab LABEL, few labels       classify
    SOURCE tab TARGET                transduce
    any other text, or a folder      generate

Checked by `tests/data/test_guess.py`.
"""

import gzip
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .sources import is_data_set
from .text import ENDINGS

HEAD_BYTES = 400_000
AUDIO = re.compile(r"\.(wav|flac|ogg|opus|mp3|aiff?)$", re.IGNORECASE)
MOST_LABELS, LEAST_USES = 50, 8  # labels are few, and each is used often
MOST_LABEL_LENGTH = 40


@dataclass(frozen=True)
class Guess:
    """A task, and why."""

    task: str
    why: str

    def say(self) -> str:
        """The line for the user."""
        return f"task: {self.task} ({self.why}; --task overrides)"


def guess_task(data: str) -> Guess:
    """Guess the task of a file. One that cannot be read is for `transduce`, which will say so."""
    if is_data_set(data):
        return Guess("transduce", f"{data} is a set of pairs")
    try:
        if Path(data).is_dir() and any(f.name.endswith(ENDINGS) for f in Path(data).iterdir()):
            return Guess("generate", "a folder of texts")
    except OSError:  # a folder that may not be read, a name that is too long
        return Guess("transduce", "nothing to go by")
    lines = _head(Path(data))
    if not lines:
        return Guess("transduce", "nothing to go by")
    if _names_audio(lines[0]):
        return Guess("transcribe", "JSON lines that name audio files")
    name = data.lower().removesuffix(".gz")
    tabbed = sum("\t" in line for line in lines)
    if 2 * tabbed > len(lines):
        rows = [line.split("\t") for line in lines if "\t" in line]
        if name.endswith(".csv") and all(_numeric(row[-1]) for row in rows[1:]):
            return Guess("forecast", "a CSV of numbers")
        return _of_table(rows)
    commas = sum("," in line for line in lines[:50])
    if name.endswith(".csv") or (
        commas == len(lines[:50]) and _numeric(lines[-1].rpartition(",")[2])
    ):
        return Guess("forecast", "a CSV of numbers")
    return Guess("generate", "running text")


def _head(path: Path) -> list[str]:
    """The first whole lines that are not blank."""
    try:
        with open(path, "rb") as file:
            raw = file.read(HEAD_BYTES)
        if raw.startswith(b"\x1f\x8b"):
            with gzip.open(path) as unzipped:
                raw = unzipped.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return []
    if len(raw) == HEAD_BYTES:
        raw = raw[: raw.rfind(b"\n") + 1] or raw
    text = raw.decode("utf-8-sig", errors="replace")
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


def _names_audio(line: str) -> bool:
    """Whether a line is a JSON object that names an audio file."""
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and bool(found.keys() & {"audio", "path", "audio_filepath"})


def _of_table(rows: list[list[str]]) -> Guess:
    names = sum(bool(AUDIO.search(cell.strip())) for row in rows for cell in row[:1])
    if 2 * names > len(rows):
        return Guess("transcribe", "a table that names audio files")
    labels = Counter(row[1].strip() for row in rows)
    few = len(labels) <= MOST_LABELS and len(rows) >= LEAST_USES * len(labels)
    if few and max(map(len, labels)) <= MOST_LABEL_LENGTH:
        return Guess("classify", f"{len(labels)} different labels in {len(rows):,} lines")
    return Guess("transduce", f"pairs: {len(labels):,} different targets in {len(rows):,} lines")


def _numeric(cell: str) -> bool:
    try:
        float(cell.strip().strip('"'))
    except ValueError:
        return False
    return True
