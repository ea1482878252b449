"""`seqloom inspect`: what a model did with one input, as words, a page, a figure and a file."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from .panels import FORECAST, TRANSCRIBE, TRANSDUCE

PAGE = Path("inspect.html")


def inspect(
    model: Annotated[Path, typer.Argument(help="A model file, e.g. runs/words/best.safetensors.")],
    given: Annotated[
        str | None,
        typer.Argument(
            metavar="INPUT", help="A text; for forecast a CSV, for transcribe an audio file."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Explain this label, output or next symbol (default: the model's own)."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="The page to write (default: inspect.html).")
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(help="Write all states, gates, gradients, as safetensors.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Draw for a paper: .pdf, .svg, .png.")
    ] = None,
    what: Annotated[
        str | None,
        typer.Option(help="With --figure: gradient, gates, states, attention, importance."),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            help="Force an attention weight, e.g. 3,1=0.9 at output 3 and input 1; may be repeated.",
            rich_help_panel=TRANSDUCE,
        ),
    ] = None,
    series: Annotated[
        str | None,
        typer.Option(help="Which series of the CSV (default: the first).", rich_help_panel=FORECAST),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="A file as for training: find states like these in its texts."),
    ] = None,
    pattern: Annotated[
        list[str] | None,
        typer.Option(help="With --data: find units that follow it; a name or a regular expression."),
    ] = None,
    span: Annotated[
        str | None,
        typer.Option(help="With --data: steps A:B of INPUT; find places with the same units on."),
    ] = None,
    alignments: Annotated[
        Path | None,
        typer.Option(
            help="With --data: write the attention of every text as JSON lines.",
            rich_help_panel=f"{TRANSDUCE}, {TRANSCRIBE}",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Explain the model and its numbers; needs no INPUT.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look inside: gradients through time, gates, states, attention, and which inputs mattered.

    Needs neither PyTorch nor the data. Writes one page that opens from disk, in which the input
    can be changed and the model runs.

    \b
    Examples:
      seqloom inspect runs/reviews/best.safetensors "not a bad film at all"
      seqloom inspect runs/words/best.safetensors remember --figure attention.pdf --what attention
      seqloom inspect runs/words/best.safetensors remember --trace remember.safetensors --json
      seqloom inspect runs/reviews/best.safetensors "not bad" --data reviews.tsv --span 0:2
      seqloom inspect runs/sales/best.safetensors sales.csv
      seqloom inspect runs/words/best.safetensors --explain
    """
    from ..files import explaining
    from ..inspection.page import write_page
    from ..runtime import load
    from .inspected import found_in_data, settle_outputs, summary, write_alignments
    from .lines import printing
    from .request import Request
    from .tasks import task_module

    options = {"target": target, "weight": weight, "series": series}
    searching = {"data": data, "pattern": pattern, "span": span, "alignments": alignments}
    drawing = {"page": page, "trace": trace, "figure": figure, "what": what}
    request = Request("inspect", model, {"given": given, **options, **searching, **drawing})
