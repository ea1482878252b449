"""The options of `predict`, `evaluate` and `inspect`: each declared once, for help and tasks.

`train`, `compare` and `info` have their own beside them. Checked by `tests/cli/test_options.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from .choices import (
    BASELINES,
    ENGINES,
    FIGURES,
    LEVELS,
    PATTERNS,
    TASK_NAMES,
    WRITTEN,
    listed,
    one_of,
    some_of,
)
from .command import CLASSIFY, FORECAST, GENERATE, TRANSCRIBE, TRANSDUCE, For, ModelOptions, option

SAMPLING = f"{TRANSDUCE} with --sample, {GENERATE}"
SEARCH = "Other places like this one"  # heading of the options of a search
NOT_FORECAST = For((TRANSDUCE, CLASSIFY, TRANSCRIBE, GENERATE))

TaskName = Annotated[
    str | None,
    option(
        f"Task: {listed(TASK_NAMES)} (default: guessed from DATA).", complete=one_of(TASK_NAMES)
    ),
]
AsJson = Annotated[bool, option("Print JSON.", flags="--json")]
Beam = Annotated[
    int | None,
    option("Beam size; 1 is greedy search (default: the model's).", TRANSDUCE, TRANSCRIBE),
]
LengthPenalty = Annotated[
    float | None,
    option(
        "Length exponent of the score; 0 favours short outputs (default: the model's).",
        TRANSDUCE,
        TRANSCRIBE,
    ),
]
Level = Annotated[
    int | None,
    option(
        f"Level of the prediction interval: {listed(LEVELS)} % (default: the model's).",
        FORECAST,
        complete=one_of(LEVELS),
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
        option("Print one JSON object per input; forecasts are always CSV.", flags="--json"),
        NOT_FORECAST,
    ] = False
    nbest: Annotated[
        int | None,
        option(
            "Number of outputs, labels or continuations per input (default: 1).",
            TRANSDUCE,
            CLASSIFY,
            GENERATE,
        ),
    ] = None
    mass: Annotated[
        float | None,
        option(
            "Only as many outputs as have this share of the probability of the beam, e.g. 0.9.",
            TRANSDUCE,
        ),
    ] = None
    oovs: Annotated[
        Path | None,
        option("Write the inputs with symbols unknown to the model to this file.", TRANSDUCE),
    ] = None
    scores: Annotated[
        bool,
        option(
            "Print the score of each output (nats per symbol) or the probability of each label.",
            TRANSDUCE,
            CLASSIFY,
            flags="--scores",
        ),
    ] = False
    write: Annotated[
        str | None,
        option(
            f"Write a file in this form: {listed(WRITTEN)}; INPUT may be a table.",
            TRANSDUCE,
            CLASSIFY,
            complete=one_of(WRITTEN),
        ),
    ] = None
    out: Annotated[
        Path | None,
        option("With --write: the file (default: standard output).", TRANSDUCE, CLASSIFY),
    ] = None
    column: Annotated[
        str | None,
        option("With --write: the column of INPUT to predict from.", TRANSDUCE, CLASSIFY),
    ] = None
    beam: Beam = None
    length_penalty: LengthPenalty = None
    no_exceptions: Annotated[
        bool,
        option(
            "Ask the network also what the model file's dictionary of exceptions answers.",
            TRANSDUCE,
            flags="--no-exceptions",
        ),
    ] = False
    sample: Annotated[
        bool,
        option("Sample outputs instead of searching for the best.", TRANSDUCE, flags="--sample"),
    ] = False
    temperature: Annotated[
        float | None,
        option(
            "Sampling temperature; below 1 is less random (default: 1, or the model's).",
            heading=SAMPLING,
        ),
    ] = None
    top_k: Annotated[
        int | None, option("Sample from the k most probable symbols only.", heading=SAMPLING)
    ] = None
    top_p: Annotated[
        float | None,
        option(
            "Sample from the most probable symbols whose probabilities add up to P (nucleus).",
            heading=SAMPLING,
        ),
    ] = None
    seed: Annotated[
        int | None, option("Random seed for sampling (default: 0).", heading=SAMPLING)
    ] = None
    length: Annotated[
        int | None, option("Number of symbols to generate (default: the model's).", GENERATE)
    ] = None
    level: Level = None
    figure: Annotated[
        Path | None, option("Plot history, forecast and interval to this file.", FORECAST)
    ] = None
    stream: Annotated[
        bool,
        option(
            "Transcribe raw 16-bit samples from standard input while they arrive.",
            TRANSCRIBE,
            flags="--stream",
        ),
    ] = False
    engine: Annotated[
        str,
        option(
            f"What runs the network: {listed(ENGINES)} (auto: native where it was built).",
            complete=one_of(ENGINES),
        ),
    ] = "auto"
    threads: Annotated[int | None, option("Threads of the native engine (default: all cores).")] = (
        None
    )


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
    as_json: AsJson = False
    target_file: Annotated[
        str | None, option("Targets, aligned with the lines of FILE.", TRANSDUCE)
    ] = None
    outputs: Annotated[
        Path | None,
        option("Write all inputs and outputs to this TSV file.", TRANSDUCE, CLASSIFY, TRANSCRIBE),
    ] = None
    beam: Beam = None
    length_penalty: LengthPenalty = None
    baselines: Annotated[
        str | None,
        option(
            "Fit baselines on this file, your training data, and compare the model with them.",
            CLASSIFY,
            GENERATE,
        ),
    ] = None
    valid: Annotated[
        str | None, option("With --baselines: tune their settings on this file.", CLASSIFY)
    ] = None
    by: Annotated[
        str | None, option("Report the accuracy for each value of this column.", CLASSIFY)
    ] = None
    figure: Annotated[
        Path | None,
        option(
            "Plot confusion matrix and calibration, or errors by forecast step.", CLASSIFY, FORECAST
        ),
    ] = None
    windows: Annotated[
        int | None,
        option("Number of backtest windows at the end of the series (default: 1).", FORECAST),
    ] = None
    test: Annotated[
        Path | None, option("A CSV file with the values that follow those of FILE.", FORECAST)
    ] = None
    against: Annotated[
        str | None,
        option(
            f"Baselines: {listed(BASELINES, 'and')}, separated by commas (default: all).",
            FORECAST,
            complete=some_of(BASELINES),
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
        option("Explain this label, output or next symbol (default: the model's own)."),
        NOT_FORECAST,
    ] = None
    page: Annotated[Path | None, option("HTML page to write (default: inspect.html).")] = None
    trace: Annotated[
        Path | None, option("Write all states, gates and gradients to a safetensors file.")
    ] = None
    figure: Annotated[Path | None, option("Write a figure: .pdf, .svg or .png.")] = None
    what: Annotated[
        str | None,
        option(
            f"Content of --figure: {listed(FIGURES)} (default: overview, all of them).",
            complete=one_of(FIGURES),
        ),
    ] = None
    as_json: Annotated[bool, option("Print the results as JSON.", flags="--json")] = False
    explain: Annotated[
        bool,
        option("Describe the model, its equations and tensors; takes no INPUT.", flags="--explain"),
    ] = False
    weight: Annotated[
        list[str] | None,
        option(
            "Set an attention weight: 3,1=0.9 is output 3, input 1, from 0. Repeatable.", TRANSDUCE
        ),
    ] = None
    series: Annotated[
        str | None, option("Name of the series, if the CSV has several.", FORECAST)
    ] = None
    data: Annotated[
        str | None,
        option("Texts to search, in the format of the training data.", heading=SEARCH),
        NOT_FORECAST,
    ] = None
    layer: Annotated[
        str | None,
        option("Layer whose states are searched (default: the first).", heading=SEARCH),
        NOT_FORECAST,
    ] = None
    step: Annotated[
        int | None,
        option(
            "Find the states most similar to that of this step, from 0 (default: the last).",
            heading=SEARCH,
        ),
        NOT_FORECAST,
    ] = None
    span: Annotated[
        str | None,
        option(
            "Steps A up to B, e.g. 2:5: find other places where the same units are active.",
            heading=SEARCH,
        ),
        NOT_FORECAST,
    ] = None
    pattern: Annotated[
        list[str] | None,
        option(
            f"Find units that follow a pattern: {', '.join(PATTERNS)} or /REGEX/. Repeatable.",
            heading=SEARCH,
            complete=one_of(PATTERNS),
        ),
        For((TRANSDUCE, CLASSIFY, GENERATE)),
    ] = None
    alignments: Annotated[
        Path | None,
        option(
            f"Write the attention of every text as JSON lines ({TRANSDUCE}, {TRANSCRIBE}).",
            heading=SEARCH,
        ),
        For((TRANSDUCE, TRANSCRIBE)),
    ] = None
