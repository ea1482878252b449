"""`predict` and `inspect` for the task `transcribe`: a recording in, a line out."""

import functools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...data.given import like
from ...data.speech.manifest import read_manifest
from ...errors import ConfigError, DataError
from ...plain import JSON, printable, to_json
from ...progress import progress
from ...runtime.transcribe import Transcriber, Transcript
from ..lines import argument, batches, printing, reader
from ..options import InspectOptions, PredictOptions

if TYPE_CHECKING:
    from ...inspection.trace import Trace

TOGETHER = 64  # recordings that are in memory at once
PIECE_BYTES = 8192
TABLES = (".tsv", ".csv", ".json", ".jsonl", ".txt")


def predict(model: Transcriber, options: PredictOptions) -> None:
    """Print the transcript of each file, as arguments or lines of standard input name them."""
    if options.stream:
        with printing():
            _follow(model, options)
        return
    transcribe = functools.partial(
        model.transcribe,
        beam=options.beam,
        length_penalty=options.length_penalty,
        text_only=not options.as_json,
    )
    transcribe([])  # options out of range, before any file is read
    with printing():
        for lines in batches(options.texts):
            for number, line in lines:
                name = line.strip()
                if not name:
                    raise DataError(f"predict: line {number} names no audio file.")
                if name == "-":
                    raise DataError(
                        "predict: `-` is no audio file. Pipe in names of files, one a line, or raw "
                        "16-bit sound with --stream."
                    )
                if name.lower().endswith(TABLES):
                    raise DataError(
                        f"predict: `{name}` is a table, not a recording. To transcribe and score "
                        f"what it lists: seqloom evaluate {options.model} {name} --outputs OUT. "
                        "To predict alone, pipe in the names of the files, one a line."
                    )
                with progress(f"transcribing {name}"):
                    found = transcribe([name])[0]
                for note in found.notes:
                    print(printable(f"note: `{name}`: {note}"), file=sys.stderr)
                print(_shown(name, found, options))
                sys.stdout.flush()


def trace(model: Transcriber, given: str, options: InspectOptions) -> "Trace":
    """What the model did with a recording."""
    return model.trace(argument(given), target=options.target)


def searchable(model: Transcriber, file: str) -> Iterator[np.ndarray]:
    """The recordings of a manifest."""
    from ...evaluation.tasks.transcribe import recordings

    utterances = read_manifest(like(model.file.data_settings, file))
    return (audio.samples for audio in recordings(model, utterances))


def _shown(name: str, found: Transcript, options: PredictOptions) -> str:
    if not options.as_json:
        return printable(found.text)
    symbols: list[dict[str, JSON]] = [{"symbol": symbol} for symbol in found.symbols]
    for entry, start in zip(symbols, found.starts or (), strict=False):
        entry["start"] = round(start, 3)
    answer: dict[str, JSON] = {
        "audio": name,
        "text": found.text,
        "seconds": round(found.seconds, 3),
        "log_probability": found.log_probability,
        "symbols": symbols,
        **({"notes": found.notes} if found.notes else {}),
    }
    return to_json(answer)


def _follow(model: Transcriber, options: PredictOptions) -> None:
    """Print the words of raw 16-bit sound on standard input, as soon as they are recognised."""
    if options.texts or options.beam is not None or options.length_penalty is not None:
        raise ConfigError(
            "predict: `--stream` takes no files, --beam or --length-penalty: it reads standard "
            "input and decodes greedily. Drop them."
        )
    stream, shown = model.stream(beam=1), ""
    for samples in _pieces():
        shown = _tell(stream.push(samples), shown, stream.seconds, options)
    _tell(stream.finish(), shown, stream.seconds, options)
    if not options.as_json:
        print(flush=True)


def _tell(text: str, shown: str, seconds: float, options: PredictOptions) -> str:
    """Print what is new, a line of JSON or the words themselves; return what is printed by now."""
    if text != shown:
        if options.as_json:
            print(to_json({"seconds": round(seconds, 3), "text": text}), flush=True)
        else:
            print(printable(text[len(shown) :]), end="", flush=True)
    return text


def _pieces() -> Iterator[np.ndarray]:
    """Little-endian 16-bit samples of standard input, whatever is there when asked for.

    Raises:
        DataError: It ends within a sample, or cannot be read.
    """
    read = reader("Pipe sound in.")
    left = b""
    while data := read(PIECE_BYTES):
        data = left + data
        whole = len(data) // 2 * 2
        left = data[whole:]
        yield np.frombuffer(data[:whole], "<i2").astype(np.int16)
    if left:
        raise DataError(
            "predict: standard input ends within a 16-bit sample. Convert the sound, e.g. "
            "with: ffmpeg -i IN -f s16le -ac 1 -ar RATE -"
        )
