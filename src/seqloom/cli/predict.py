"""`seqloom predict`: one line in, one line out, in order."""

import io
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..runtime import Model, Prediction

BATCH_LINES = 256  # most lines that are predicted together


def predict(
    model: Annotated[Path, typer.Argument(help="A model file, e.g. runs/words/best.safetensors.")],
    texts: Annotated[
        list[str] | None,
        typer.Argument(help="Sources; standard input if none.", metavar="[TEXT]..."),
    ] = None,
    beam: Annotated[
        int | None, typer.Option(help="Hypotheses kept; 1 is greedy. [default: the model's]")
    ] = None,
    nbest: Annotated[int, typer.Option(help="Outputs per source, tab-separated.")] = 1,
    scores: Annotated[
        bool, typer.Option("--scores", help="A score behind each output: nats per symbol.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    length_penalty: Annotated[
        float | None, typer.Option(help="0 favours short outputs. [default: the model's]")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Draw outputs at random instead of searching.")
    ] = False,
    temperature: Annotated[
        float | None, typer.Option(help="With --sample: below 1 sharpens. [default: 1]")
    ] = None,
    top_k: Annotated[
        int | None, typer.Option(help="With --sample: from the k likeliest symbols only.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="With --sample. [default: 0]")] = None,
) -> None:
    """Predict with a model file. Needs neither PyTorch nor the data.

    A line that comes in goes out at once, so it can stand in a pipe. An empty line stays empty.

    \b
    Examples:
      seqloom predict runs/words/best.safetensors remember attention
      seqloom predict runs/words/best.safetensors --nbest 3 --scores < words.txt
      cut -f1 test.tsv | seqloom predict runs/words/best.safetensors --json > out.jsonl
    """
    from ..errors import ConfigError
    from ..files import explaining
    from ..runtime import load

    if not sample and (temperature is not None or top_k is not None or seed is not None):
        raise ConfigError(
            "predict: `--temperature`, `--top-k` and `--seed` must come with --sample, got none. "
            "Add --sample."
        )
    if seed is not None and seed < 0:
        raise ConfigError(f"predict: `--seed` must be at least 0, got {seed}.")
    loaded = load(model)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as the input is, whatever the locale
    options: dict[str, Any] = {"beam": beam, "length_penalty": length_penalty}
    if sample:
        options["temperature"] = 1.0 if temperature is None else temperature
        options |= {"top_k": top_k, "seed": seed or 0}
    batches = _arguments(texts) if texts else _batches()
    with explaining(Path("standard output"), "predict"):
        try:
            for lines in batches:
                for line in _predict(loaded, lines, nbest, scores, as_json, options):
                    print(line)
                sys.stdout.flush()
        except OSError as error:
            # what is left in the buffer goes nowhere, or Python would complain at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):  # the reader, say `head`, has had enough
                raise typer.Exit(0) from None
            raise


def _predict(
    model: "Model",
    lines: list[tuple[int, str]],
    nbest: int,
    scores: bool,
    as_json: bool,
    options: dict[str, Any],
) -> Iterator[str]:
    """The lines to print. Lines before a bad one are still printed; then its error is raised."""
    from ..errors import DataError

    given: list[tuple[int, str]] = []
    problem = None
    for number, line in lines:
        text = line.strip()
        try:
            if text:
                model.encode(text, f"line {number}")
        except DataError as error:
            problem = error
            break
        given.append((number, text))
    if options.get("temperature") is None:
        found = iter(model.predict_nbest([text for _, text in given if text], nbest, **options))
    else:  # line by line: what is drawn depends on the line's number, not on when it came
        found = (_draw(model, text, number, nbest, options) for number, text in given if text)
    for _, text in given:
        yield _shown(text, next(found) if text else [], scores, as_json)
    if problem is not None:
        sys.stdout.flush()
        raise problem


def _draw(
    model: "Model", text: str, number: int, nbest: int, options: dict[str, Any]
) -> "list[Prediction]":
    import numpy as np

    seed = int(np.random.SeedSequence([options["seed"], number]).generate_state(1)[0])
    return model.predict_nbest([text], nbest, **{**options, "seed": seed})[0]


def _shown(text: str, predictions: "list[Prediction]", scores: bool, as_json: bool) -> str:
    if as_json:
        outputs = [
            {
                "text": p.text,
                "symbols": list(p.symbols),
                "score": p.score,
                "log_probability": p.log_probability,
                "finished": p.finished,
            }
            for p in predictions
        ]
        return json.dumps({"source": text, "outputs": outputs}, ensure_ascii=False)
    fields = []
    for prediction in predictions:
        fields.append(prediction.text)
        if scores:
            fields.append(f"{prediction.score:.4f}")
    return "\t".join(fields)


def _arguments(texts: list[str]) -> Iterator[list[tuple[int, str]]]:
    """The arguments as one batch, read as UTF-8 even where the locale is another.

    Raises:
        DataError: One is not UTF-8.
    """
    batch = []
    for number, text in enumerate(texts, 1):
        try:
            batch.append((number, os.fsencode(text).decode("utf-8")))
        except UnicodeDecodeError as error:
            raise _not_utf8(number, error) from error
    yield batch


def _not_utf8(number: int, error: UnicodeDecodeError) -> Exception:
    from ..errors import DataError

    return DataError(
        f"predict: line {number} must be UTF-8, got byte 0x{error.object[error.start]:02x}. "
        "Convert it with: iconv -f LATIN1 -t UTF-8"
    )


def _batches() -> Iterator[list[tuple[int, str]]]:
    """Lines of standard input, all that are there when asked, so none waits for the next.

    Raises:
        DataError: A line is not UTF-8.
    """
    from ..errors import DataError

    if sys.stdin is None:
        raise DataError("predict: standard input must be open, got a closed one. Give it a file.")
    lines: queue.Queue[bytes | OSError | None] = queue.Queue(maxsize=4 * BATCH_LINES)

    # not through the buffer: its lock, held by a waiting thread, makes Python abort at exit
    stream = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)

    def read() -> None:
        left = b""
        try:
            while data := stream.read(65536):
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
                batch.append((number, raw.decode("utf-8" if number > 1 else "utf-8-sig")))
            except UnicodeDecodeError as error:
                more, problem = False, error
        if batch:
            yield batch
        if problem is not None:
            raise _not_utf8(number, problem)
    if unread is not None:
        raise DataError(
            f"predict: standard input must be readable, got {unread.strerror}. Give it a file."
        )
