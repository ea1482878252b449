"""`seqloom predict`: a model file at work; the task of the model does the rest."""

from pathlib import Path
from typing import Annotated

import typer

from .choices import LEVELS, listed, one_of
from .panels import CLASSIFY, FORECAST, GENERATE, TRANSCRIBE, TRANSDUCE


def predict(
    model: Annotated[Path, typer.Argument(help="A model file or a run's folder, e.g. runs/words.")],
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Texts, prompts, audio files or a CSV; without INPUT, lines of standard input.",
            metavar="[INPUT]...",
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object per input; forecasts are always CSV."),
    ] = False,
    nbest: Annotated[
        int | None,
        typer.Option(
            help="Number of outputs, labels or continuations per input (default: 1).",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}, {GENERATE}",
        ),
    ] = None,
    scores: Annotated[
        bool,
        typer.Option(
            "--scores",
            help="Print the score of each output (nats per symbol) or the probability of each "
            "label.",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}",
        ),
    ] = False,
    beam: Annotated[
        int | None,
        typer.Option(
            help="Beam size; 1 is greedy search (default: the model's).",
            rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
        ),
    ] = None,
    length_penalty: Annotated[
        float | None,
        typer.Option(
            help="Length exponent of the score; 0 favours short outputs (default: the model's).",
            rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
        ),
    ] = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="Sample outputs instead of searching for the best.",
            rich_help_panel=TRANSDUCE,
        ),
    ] = False,
    temperature: Annotated[
        float | None,
        typer.Option(
            help="Sampling temperature; below 1 is less random (default: 1, or the model's).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option(
            help="Sample from the k most probable symbols only.",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            help="Sample from the most probable symbols whose probabilities add up to P (nucleus).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Random seed for sampling (default: 0).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            help="Number of symbols to generate (default: the model's).", rich_help_panel=GENERATE
        ),
    ] = None,
    level: Annotated[
        int | None,
        typer.Option(
            help=f"Level of the prediction interval: {listed(LEVELS)} % (default: the model's).",
            rich_help_panel=FORECAST,
            autocompletion=one_of(LEVELS),
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            help="Plot history, forecast and interval to this file.", rich_help_panel=FORECAST
        ),
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Transcribe raw 16-bit samples from standard input while they arrive.",
            rich_help_panel=TRANSCRIBE,
        ),
    ] = False,
) -> None:
    """Predict with a model file: a sequence, a label, a forecast, a transcript or a continuation.

    Needs neither PyTorch nor the training data. Each input line is answered at once, so that the
    command works in pipes.

    \b
    Examples:
      seqloom predict runs/words remember attention
      cut -f1 test.tsv | seqloom predict runs/words --json > out.jsonl
      seqloom predict runs/reviews "a dull, lifeless mess" --scores
      seqloom predict runs/sales sales.csv --figure next.png > next.csv
      seqloom predict runs/speech call.wav
      seqloom predict runs/shakespeare "ROMEO:" --length 500
    """
    from ..runtime import load
    from .request import Request
    from .tasks import task_module

    loaded = load(model)
    options = {
        "texts": texts,
        "beam": beam,
        "nbest": nbest,
        "scores": scores,
        "as_json": as_json,
        "length_penalty": length_penalty,
        "sample": sample,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "length": length,
        "seed": seed,
        "level": level,
        "figure": figure,
        "stream": stream,
    }
    task_module(loaded.file.task).predict(loaded, Request("predict", model, options))
