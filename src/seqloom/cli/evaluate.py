"""`seqloom evaluate`: metrics of a model file on test data."""

from pathlib import Path
from typing import Annotated

import typer

from .choices import BASELINES, LEVELS, listed, one_of, some_of
from .panels import CLASSIFY, FORECAST, GENERATE, TRANSCRIBE, TRANSDUCE


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file or a run's folder, e.g. runs/words.")],
    file: Annotated[
        str,
        typer.Argument(
            help="Test data in the format of the training data; cmudict: its test part."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    outputs: Annotated[
        Path | None,
        typer.Option(
            help="Write all inputs and outputs to this TSV file.",
            rich_help_panel=f"{TRANSDUCE}, {CLASSIFY}, {TRANSCRIBE}",
        ),
    ] = None,
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
    baselines: Annotated[
        str | None,
        typer.Option(
            help="Fit baselines on this file, your training data, and compare the model with them.",
            rich_help_panel=f"{CLASSIFY}, {GENERATE}",
        ),
    ] = None,
    valid: Annotated[
        str | None,
        typer.Option(
            help="With --baselines: tune their settings on this file.", rich_help_panel=CLASSIFY
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Report the accuracy for each value of this column.", rich_help_panel=CLASSIFY
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            help="Plot confusion matrix and calibration, or errors by forecast step.",
            rich_help_panel=f"{CLASSIFY}, {FORECAST}",
        ),
    ] = None,
    windows: Annotated[
        int | None,
        typer.Option(
            help="Number of backtest windows at the end of the series (default: 1).",
            rich_help_panel=FORECAST,
        ),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file with the values that follow those of FILE.", rich_help_panel=FORECAST
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help=f"Baselines: {listed(BASELINES, 'and')}, separated by commas (default: all).",
            rich_help_panel=FORECAST,
            autocompletion=some_of(BASELINES),
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
) -> None:
    """Measure a model on test data, with confidence intervals and baselines.

    Several targets of one source are alternative references; an output may equal any of them.

    \b
    Examples:
      seqloom evaluate runs/words test.tsv --json --outputs out.tsv
      seqloom evaluate runs/reviews test.tsv --baselines reviews.tsv
      seqloom evaluate runs/sales sales.csv --windows 5
      seqloom evaluate runs/speech test-recordings.tsv
      seqloom evaluate runs/shakespeare end.txt --baselines begin.txt
    """
    from ..export.model_file import model_path
    from ..files import explaining
    from ..runtime import load
    from .lines import printing
    from .request import Request
    from .tasks import task_module

    if outputs is not None:
        with explaining(outputs, "evaluate"):
            outputs.absolute().parent.stat()  # before the work, not after it
    model = model_path(model)
    loaded = load(model)
    options = {
        "file": file,
        "as_json": as_json,
        "outputs": outputs,
        "baselines": baselines,
        "beam": beam,
        "length_penalty": length_penalty,
        "valid": valid,
        "by": by,
        "windows": windows,
        "test": test,
        "against": against,
        "level": level,
        "figure": figure,
    }
    with printing("evaluate"):
        task_module(loaded.file.task).evaluate(loaded, Request("evaluate", model, options))
