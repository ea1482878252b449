"""`seqloom evaluate`: a model file against pairs it has not seen."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file, e.g. runs/words/best.safetensors.")],
    file: Annotated[str, typer.Argument(help="A TSV of pairs; or: cmudict, for its test part.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    outputs: Annotated[
        Path | None, typer.Option(help="Write every source and output to this TSV.")
    ] = None,
    baselines: Annotated[
        str | None, typer.Option(help="What baselines learn from, e.g. the training text.")
    ] = None,
    beam: Annotated[
        int | None, typer.Option(help="Hypotheses kept; 1 is greedy. [default: the model's]")
    ] = None,
    length_penalty: Annotated[
        float | None, typer.Option(help="0 favours short outputs. [default: the model's]")
    ] = None,
    valid: Annotated[
        str | None, typer.Option(help="classify: choose the baselines' settings on this file.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="classify: accuracy for each value of this column.")
    ] = None,
    windows: Annotated[
        int | None, typer.Option(help="forecast: horizons at the end to walk over. [default: 1]")
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="forecast: a CSV with the values that follow FILE's.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="forecast: baselines, e.g. naive2,theta. [default: all]")
    ] = None,
    level: Annotated[
        int | None, typer.Option(help="forecast: of the interval, 50, 80, 90 or 95 %.")
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="classify, forecast: draw confusions, or errors by step ahead."),
    ] = None,
) -> None:
    """Measure a model: error rates with 95 % intervals, error by length, confusions.

    Repeated sources are references of one; an output that equals any of them is right.

    \b
    Examples:
      seqloom evaluate runs/words/best.safetensors test.tsv
      seqloom evaluate runs/words/best.safetensors test.tsv --json --outputs out.tsv
      seqloom evaluate runs/sales/best.safetensors sales.csv --windows 5
    """
    from ..files import explaining
    from ..runtime import load
    from .request import Request
    from .tasks import task_module

    if outputs is not None:
        with explaining(outputs, "evaluate"):
            outputs.absolute().parent.stat()  # before the work, not after it
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
    task_module(loaded.file.task).evaluate(loaded, Request("evaluate", model, options))
