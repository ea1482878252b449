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
            help="Texts, prompts, recordings, or a CSV; texts also from standard input.",
            metavar="[INPUT]...",
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="JSON, one object an input; forecasts are always CSV."),
    ] = False,
    nbest: Annotated[
        int | None,
        typer.Option(
            help="Outputs, labels or drafts an input (default: 1).",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}, {GENERATE}",
        ),
    ] = None,
    scores: Annotated[
        bool,
        typer.Option(
            "--scores",
            help="Behind each output its score, nats per symbol; behind each label its "
            "probability.",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}",
        ),
    ] = False,
    beam: Annotated[
        int | None,
        typer.Option(
            help="Hypotheses kept; 1 is greedy (default: the model's).",
            rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
        ),
    ] = None,
    length_penalty: Annotated[
        float | None,
        typer.Option(
            help="0 favours short outputs (default: the model's).",
            rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
        ),
    ] = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="Draw outputs at random instead of searching.",
            rich_help_panel=TRANSDUCE,
        ),
    ] = False,
    temperature: Annotated[
        float | None,
        typer.Option(
            help="Below 1 sharpens what is drawn from (default: 1, or the model's).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option(
            help="Draw from the k likeliest symbols only.",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            help="Draw from the likeliest symbols that have this share together.",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Of what is drawn (default: 0).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(help="Symbols to add (default: the model's).", rich_help_panel=GENERATE),
    ] = None,
    level: Annotated[
        int | None,
        typer.Option(
            help=f"Of the interval: {listed(LEVELS)} % (default: the model's).",
            rich_help_panel=FORECAST,
            autocompletion=one_of(LEVELS),
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Draw history, forecast and interval.", rich_help_panel=FORECAST),
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Follow raw 16-bit sound on standard input.",
            rich_help_panel=TRANSCRIBE,
        ),
    ] = False,
) -> None:
    """Predict with a model file: an output, a label, a forecast, a transcript, a continuation.

    Needs neither PyTorch nor the data. A line that comes in goes out at once, so it can stand in
    a pipe.

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
