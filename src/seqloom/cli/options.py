"""The options of `predict`, `evaluate` and `inspect`: each declared once, for help and tasks.

`train` and `compare` have theirs beside them. Checked by `tests/cli/test_options.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from .choices import BASELINES, FIGURES, LEVELS, PATTERNS, listed, one_of, some_of
from .command import (
    CLASSIFY,
    FORECAST,
    GENERATE,
    TRANSCRIBE,
    TRANSDUCE,
    For,
    ModelOptions,
)

SEARCH = "Other places like this one"  # heading of the options of a search
NOT_FORECAST = For((TRANSDUCE, CLASSIFY, TRANSCRIBE, GENERATE))

Beam = Annotated[
    int | None,
    typer.Option(
        help="Beam size; 1 is greedy search (default: the model's).",
        rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
    ),
]
LengthPenalty = Annotated[
    float | None,
    typer.Option(
        help="Length exponent of the score; 0 favours short outputs (default: the model's).",
        rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
    ),
]
Level = Annotated[
    int | None,
    typer.Option(
        help=f"Level of the prediction interval: {listed(LEVELS)} % (default: the model's).",
        rich_help_panel=FORECAST,
        autocompletion=one_of(LEVELS),
    ),
]


@dataclass(frozen=True, kw_only=True)
class PredictOptions(ModelOptions):
    """What `predict` is asked."""

    COMMAND = "predict"

    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Texts, prompts, audio files or a CSV; without INPUT, lines of standard input.",
            metavar="[INPUT]...",
        ),
    ] = None
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object per input; forecasts are always CSV."),
        NOT_FORECAST,
    ] = False
    nbest: Annotated[
        int | None,
        typer.Option(
            help="Number of outputs, labels or continuations per input (default: 1).",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}, {GENERATE}",
        ),
    ] = None
    scores: Annotated[
        bool,
        typer.Option(
            "--scores",
            help="Print the score of each output (nats per symbol) or the probability of each "
            "label.",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}",
        ),
    ] = False
    beam: Beam = None
    length_penalty: LengthPenalty = None
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="Sample outputs instead of searching for the best.",
            rich_help_panel=TRANSDUCE,
        ),
    ] = False
    temperature: Annotated[
        float | None,
        typer.Option(
            help="Sampling temperature; below 1 is less random (default: 1, or the model's).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None
    top_k: Annotated[
        int | None,
        typer.Option(
            help="Sample from the k most probable symbols only.",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None
    top_p: Annotated[
        float | None,
        typer.Option(
            help="Sample from the most probable symbols whose probabilities add up to P (nucleus).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None
    seed: Annotated[
        int | None,
        typer.Option(
            help="Random seed for sampling (default: 0).",
            rich_help_panel=f"{TRANSDUCE} with --sample, {GENERATE}",
        ),
    ] = None
    length: Annotated[
        int | None,
        typer.Option(
            help="Number of symbols to generate (default: the model's).", rich_help_panel=GENERATE
        ),
    ] = None
    level: Level = None
    figure: Annotated[
        Path | None,
        typer.Option(
            help="Plot history, forecast and interval to this file.", rich_help_panel=FORECAST
        ),
    ] = None
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Transcribe raw 16-bit samples from standard input while they arrive.",
            rich_help_panel=TRANSCRIBE,
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(ModelOptions):
    """What `evaluate` is asked."""

    COMMAND = "evaluate"

    file: Annotated[
        str,
        typer.Argument(
            help="Test data in the format of the training data; cmudict: its test part."
        ),
    ]
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
    outputs: Annotated[
        Path | None,
        typer.Option(
            help="Write all inputs and outputs to this TSV file.",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}, {TRANSCRIBE}",
        ),
    ] = None
    beam: Beam = None
    length_penalty: LengthPenalty = None
    baselines: Annotated[
        str | None,
        typer.Option(
            help="Fit baselines on this file, your training data, and compare the model with them.",
            rich_help_panel=f"{CLASSIFY}, {GENERATE}",
        ),
    ] = None
    valid: Annotated[
        str | None,
        typer.Option(
            help="With --baselines: tune their settings on this file.", rich_help_panel=CLASSIFY
        ),
    ] = None
    by: Annotated[
        str | None,
        typer.Option(
            help="Report the accuracy for each value of this column.", rich_help_panel=CLASSIFY
        ),
    ] = None
    figure: Annotated[
        Path | None,
        typer.Option(
            help="Plot confusion matrix and calibration, or errors by forecast step.",
            rich_help_panel=f"{CLASSIFY}, {FORECAST}",
        ),
    ] = None
    windows: Annotated[
        int | None,
        typer.Option(
            help="Number of backtest windows at the end of the series (default: 1).",
            rich_help_panel=FORECAST,
        ),
    ] = None
    test: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file with the values that follow those of FILE.", rich_help_panel=FORECAST
        ),
    ] = None
    against: Annotated[
        str | None,
        typer.Option(
            help=f"Baselines: {listed(BASELINES, 'and')}, separated by commas (default: all).",
            rich_help_panel=FORECAST,
            autocompletion=some_of(BASELINES),
        ),
    ] = None
    level: Level = None


@dataclass(frozen=True, kw_only=True)
class InspectOptions(ModelOptions):
    """What `inspect` is asked."""

    COMMAND = "inspect"

    given: Annotated[
        str | None,
        typer.Argument(
            metavar="[INPUT]", help="A text; for forecast a CSV file, for transcribe an audio file."
        ),
    ] = None
    target: Annotated[
        str | None,
        typer.Option(help="Explain this label, output or next symbol (default: the model's own)."),
        NOT_FORECAST,
    ] = None
    page: Annotated[
        Path | None, typer.Option(help="HTML page to write (default: inspect.html).")
    ] = None
    trace: Annotated[
        Path | None,
        typer.Option(help="Write all states, gates and gradients to a safetensors file."),
    ] = None
    figure: Annotated[Path | None, typer.Option(help="Write a figure: .pdf, .svg or .png.")] = None
    what: Annotated[
        str | None,
        typer.Option(
            help=f"Content of --figure: {listed(FIGURES)} (default: overview, all of them).",
            autocompletion=one_of(FIGURES),
        ),
    ] = None
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Describe the model, its equations and tensors; takes no INPUT."
        ),
    ] = False
    weight: Annotated[
        list[str] | None,
        typer.Option(
            help="Set an attention weight: 3,1=0.9 is output 3, input 1, from 0. Repeatable.",
            rich_help_panel=TRANSDUCE,
        ),
    ] = None
    series: Annotated[
        str | None,
        typer.Option(help="Name of the series, if the CSV has several.", rich_help_panel=FORECAST),
    ] = None
    data: Annotated[
        str | None,
        typer.Option(
            help="Texts to search, in the format of the training data.", rich_help_panel=SEARCH
        ),
        NOT_FORECAST,
    ] = None
    layer: Annotated[
        str | None,
        typer.Option(
            help="Layer whose states are searched (default: the first).", rich_help_panel=SEARCH
        ),
        NOT_FORECAST,
    ] = None
    step: Annotated[
        int | None,
        typer.Option(
            help="Find the states most similar to that of this step, from 0 (default: the last).",
            rich_help_panel=SEARCH,
        ),
        NOT_FORECAST,
    ] = None
    span: Annotated[
        str | None,
        typer.Option(
            help="Steps A up to B, e.g. 2:5: find other places where the same units are active.",
            rich_help_panel=SEARCH,
        ),
        NOT_FORECAST,
    ] = None
    pattern: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Find units that follow a pattern: {', '.join(PATTERNS)} or /REGEX/. Repeatable.",
            rich_help_panel=SEARCH,
            autocompletion=one_of(PATTERNS),
        ),
        For((TRANSDUCE, CLASSIFY, GENERATE)),
    ] = None
    alignments: Annotated[
        Path | None,
        typer.Option(
            help=f"Write the attention of every text as JSON lines ({TRANSDUCE}, {TRANSCRIBE}).",
            rich_help_panel=SEARCH,
        ),
        For((TRANSDUCE, TRANSCRIBE)),
    ] = None
