"""`seqloom compare`: the rungs and the baselines on the user's data, or on memory probes."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

PROBES = "memory probes"
UNSHOWN = ("runs", "size", "steps")  # columns that are left to the report


def compare(
    data: Annotated[
        str | None,
        typer.Argument(help="What `train` takes; a part of it is held out to test on."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The comparison's folder (default: runs/compare-NAME). What is done there is "
            "not done again.",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="What to learn; else guessed from DATA, and said.")
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="Data to test on; else a part of DATA is held out.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="What is equal: parameters, minutes or steps (default: minutes).",
            show_default=False,
        ),
    ] = None,
    amount: Annotated[
        float | None,
        typer.Option(
            help="How much of it (default: 3 minutes, 2000 steps, or the parameters of the task's "
            "usual recurrent network).",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(help="Runs of each rung (default: 3; probes: 2).", show_default=False),
    ] = None,
    rungs: Annotated[
        str | None,
        typer.Option(
            help="Some of fully-connected, rnn, lstm, gru, attention, transformer, e.g. "
            "gru,attention (default: all that make sense)."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Any setting, for the rungs that have it, e.g. model.hidden_size=64."
        ),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the score by length, for a paper: .pdf or .png.")
    ] = None,
    probe: Annotated[
        str | None,
        typer.Option(
            help="Some of adding, copy, negation, recall, instead of DATA.",
            rich_help_panel=PROBES,
        ),
    ] = None,
    lengths: Annotated[
        str | None,
        typer.Option(
            help="How far what is needed lies back, e.g. 10,50,100.", rich_help_panel=PROBES
        ),
    ] = None,
) -> None:
    """Train and score the rungs that make sense for DATA, and what needs no network.

    Leaves DIR/report.html, report.md, report.json and results.json. Ctrl-C stops after the step;
    the same command goes on.

    \b
    Examples:
      seqloom compare words.tsv
      seqloom compare words.tsv --budget parameters --seeds 5 --out runs/compare-words
      seqloom compare reviews.tsv --budget steps --amount 1000 --rungs lstm,gru,attention
      seqloom compare sales.csv --amount 1.5 --set data.horizon=12
      seqloom compare --probe adding,recall --lengths 10,50,100,200
    """
    given = {
        "DATA": data,
        "--task": task,
        "--test": test,
        "--budget": budget,
        "--amount": amount,
        "--set": settings or None,
    }
    _check(given, probe, lengths)
    from .figures import settle_figure

    settle_figure(figure, "compare")
    chosen = None if rungs is None else _names(rungs)
    if probe is not None:
        folder = out or Path("runs", f"probe-{probe.replace(',', '-')}")
        results = _probe(_names(probe), lengths, seeds, chosen, folder)
    else:
        assert data is not None, "checked"
        folder = out or Path("runs", f"compare-{_stem(data)}")
        options = {
            "task": task,
            "test": test,
            "budget": budget or "minutes",
            "amount": amount,
            "seeds": 3 if seeds is None else seeds,
            "rungs": chosen,
        }
        results = _compare(data, folder, settings or [], options)
    if not results.get("finished", True):
        line = " ".join(map(_quoted, ["seqloom", *sys.argv[1:]]))
        print(f"stopped; what is done is kept. Go on with: {line}", file=sys.stderr)
        raise typer.Exit(130)
    _report(results, folder, figure)


def _check(given: dict[str, Any], probe: str | None, lengths: str | None) -> None:
    """Raise a ConfigError for options that do not belong together."""
    from ..errors import ConfigError

    others = [name for name, value in given.items() if value is not None]
    if probe is not None and others:
        raise ConfigError(
            f"compare: `--probe` must come without {others[0]}, got both. A probe makes its own "
            "data: drop one."
        )
    if probe is None and given["DATA"] is None:
        raise ConfigError(
            "compare: `DATA` must be given, or --probe, got none. "
            "For example: seqloom compare words.tsv"
        )
    if probe is None and lengths is not None:
        raise ConfigError(f"compare: `--lengths` must come with --probe, got {lengths} alone.")


def _compare(
    data: str, folder: Path, settings: list[str], options: dict[str, Any]
) -> dict[str, Any]:
    from ..config import parse_assignments
    from ..errors import RunError

    assigned = parse_assignments(settings)
    from ..comparison import compare as compare_rungs
    from ..comparison.live import Lines, LiveTable

    watcher = LiveTable() if sys.stderr.isatty() else Lines()
    results = compare_rungs(data, folder, settings=assigned, watcher=watcher, **options)
    if results["finished"] and not any(entry["runs"] for entry in results["entries"]):
        message = results["entries"][-1]["failed"][0]["error"]
        raise RunError(f"compare: every entry must not fail, got {message}")
    return results


def _names(text: str) -> list[str]:
    """Names between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _stem(data: str) -> str:
    """The file's name without its endings."""
    return Path(data).name.partition(".")[0] or "data"


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)


def _report(results: dict[str, Any], folder: Path, figure: Path | None) -> None:
    """Print the main table and what was found, and where the report is."""
    from rich.console import Console

    from ..comparison.report import summary
    from ..evaluation.tables import new_table
    from .lines import printing

    found, console = summary(results), Console()
    heads = found.table.heads
    shown = [i for i, head in enumerate(heads) if head not in UNSHOWN]
    with printing("compare"):
        sides = ["right" if found.table.is_number(i) else "left" for i in shown]
        table = new_table(console, *zip([heads[i] for i in shown], sides, strict=True))
        for row in found.table.rows:  # numbers are not broken, titles are
            table.add_row(*(row[i].replace(" ", "\u00a0") if i else row[i] for i in shown))
        console.print(table)
        for sentence in found.sentences:
            console.print(sentence, markup=False, soft_wrap=True)
        console.print(f"report: {folder / 'report.html'}, report.md, report.json", soft_wrap=True)
