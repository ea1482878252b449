"""`seqloom inspect`: how a model computed one output, as text, HTML page, figure or file."""

from pathlib import Path
from typing import Annotated

import typer

from .choices import FIGURES, PATTERNS, listed, one_of
from .panels import FORECAST, TRANSCRIBE, TRANSDUCE

SEARCH = "Other places like this one"


def inspect(
    model: Annotated[Path, typer.Argument(help="A model file or a run's folder, e.g. runs/words.")],
    given: Annotated[
        str | None,
        typer.Argument(
            metavar="[INPUT]", help="A text; for forecast a CSV file, for transcribe an audio file."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Explain this label, output or next symbol (default: the model's own)."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="HTML page to write (default: inspect.html).")
    ] = None,
    trace: Annotated[
        Path | None,
        typer.Option(help="Write all states, gates and gradients to a safetensors file."),
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Write a figure: .pdf, .svg or .png.")] = None,
    what: Annotated[
        str | None,
        typer.Option(
            help=f"Content of --figure: {listed(FIGURES)} (default: overview, all of them).",
            autocompletion=one_of(FIGURES),
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Describe the model, its equations and tensors; takes no INPUT."
        ),
    ] = False,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            help="Set an attention weight: 3,1=0.9 is output 3, input 1, from 0. Repeatable.",
            rich_help_panel=TRANSDUCE,
        ),
    ] = None,
    series: Annotated[
        str | None,
        typer.Option(help="Name of the series, if the CSV has several.", rich_help_panel=FORECAST),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="Texts to search, in the format of the training data.", rich_help_panel=SEARCH
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="Layer whose states are searched (default: the first).", rich_help_panel=SEARCH
        ),
    ] = None,
    step: Annotated[
        int | None,
        typer.Option(
            help="Find the states most similar to that of this step, from 0 (default: the last).",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    span: Annotated[
        str | None,
        typer.Option(
            help="Steps A up to B, e.g. 2:5: find other places where the same units are active.",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    pattern: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Find units that follow a pattern: {', '.join(PATTERNS)} or /REGEX/. Repeatable.",
            rich_help_panel=SEARCH,
            autocompletion=one_of(PATTERNS),
        ),
    ] = None,
    alignments: Annotated[
        Path | None,
        typer.Option(
            help=f"Write the attention of every text as JSON lines ({TRANSDUCE}, {TRANSCRIBE}).",
            rich_help_panel=SEARCH,
        ),
    ] = None,
) -> None:
    """Show what a model computed: gradients through time, gates, states, attention, importance.

    Needs neither PyTorch nor the training data. Writes one HTML page that opens from disk; the
    model runs in it, so that you can change the input and the attention there.

    \b
    Examples:
      seqloom inspect runs/reviews "not a bad film at all"
      seqloom inspect runs/words remember --figure a.pdf --what attention
      seqloom inspect runs/words remember --trace a.safetensors --json
      seqloom inspect runs/reviews "not bad" --data reviews.tsv --span 0:2
      seqloom inspect runs/words a --data words.tsv --alignments all.jsonl
      seqloom inspect runs/words --explain
    """
    from ..errors import ConfigError
    from ..export.model_file import model_path
    from ..inspection.page import write_page
    from ..plain import printable, to_json
    from ..runtime import load
    from .inspected import PAGE, check_outputs, json_of, searched, summary, write_alignments
    from .lines import printing
    from .request import Request
    from .tasks import task_module

    asked = {"target": target, "weight": weight, "series": series}
    searching = {"data": data, "layer": layer, "step": step, "span": span, "pattern": pattern}
    drawing = {"page": page, "trace": trace, "figure": figure, "what": what}
    options = {**asked, **searching, "alignments": alignments, **drawing, "as_json": as_json}
    model = model_path(model)
    request = Request("inspect", model, {"given": given, **options})
    if explain:
        _explain(request)
        return
    if given is None:
        raise ConfigError("inspect: INPUT is missing. Give one, or --explain.")
    check_outputs(request)
    loaded = load(model)
    task = task_module(loaded.file.task)
    found = searched(task.trace(loaded, request), loaded, task, request)
    path = PAGE if page is None else page
    write_page(found, path, model.read_bytes())
    if trace is not None:
        found.save(trace)
    if figure is not None:
        from ..inspection.figures import draw

        draw(found, figure, what)
    if alignments is not None:
        write_alignments(alignments, loaded, task, request)
    with printing("inspect"):
        if as_json:
            print(to_json(json_of(found), indent=2))
        else:
            print("\n".join(map(printable, summary(found))))
            print(f"page: {path}")


def _explain(request: "Request") -> None:  # type: ignore[name-defined]
    """Print what the model is, in words and with its own numbers."""
    from ..errors import ConfigError
    from ..inspection.explain import explain
    from ..plain import printable
    from ..runtime import load
    from .lines import printing

    for name, value in request.options.items():
        if value is not None and value is not False and value != []:
            shown = "INPUT" if name == "given" else f"`--{name.replace('_', '-')}`"
            raise ConfigError(
                f"inspect: {shown} must not come with --explain, got {value}. Drop one of them."
            )
    with printing("inspect"):
        print(printable(explain(load(request.model).file), lines=True))
