"""`seqloom compare`: architectures and baselines on the user's data, or on memory probes."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from .choices import BUDGETS, NETWORKS, PROBES, listed, one_of, some_of
from .command import command, given_options, option
from .options import TaskName

if TYPE_CHECKING:
    from ..comparison.records import ComparisonResults

PANEL = "memory probes"
UNSHOWN = ("runs", "size", "steps")  # columns that are left to the report


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    """What `compare` is asked."""

    data: Annotated[
        str | None, typer.Argument(help="Training data; a part of it is held out for testing.")
    ] = None
    out: Annotated[
        Path | None,
        option(
            "Folder of the comparison (default: runs/compare-NAME). Finished runs in it are "
            "not repeated."
        ),
    ] = None
    task: TaskName = None
    test: Annotated[str | None, option("Test data (default: a part of DATA is held out).")] = None
    budget: Annotated[
        str | None,
        option(
            f"What every network gets equally: {listed(BUDGETS)} (default: minutes).",
            complete=one_of(BUDGETS),
        ),
    ] = None
    amount: Annotated[
        float | None,
        option(
            "Size of the budget (default: 3 minutes, 2000 steps, or the parameters of the "
            "task's default network)."
        ),
    ] = None
    seeds: Annotated[int | None, option("Runs per architecture (default: 3; probes: 2).")] = None
    architectures: Annotated[
        str | None,
        option(
            f"Architectures: {listed(NETWORKS, 'and')}, separated by commas (default: all that "
            "the task has).",
            complete=some_of(NETWORKS),
        ),
    ] = None
    settings: Annotated[
        list[str] | None,
        option(
            "Any setting, e.g. model.hidden_size=64, for the architectures that have it.",
            flags="--set",
        ),
    ] = None
    figure: Annotated[Path | None, option("Plot the score by length: .pdf or .png.")] = None
    probe: Annotated[
        str | None,
        option(
            f"Memory probe instead of DATA: {listed(PROBES)}; --amount: number of steps.",
            heading=PANEL,
            complete=one_of(PROBES),
        ),
    ] = None
    lengths: Annotated[
        str | None,
        option("Distances to remember over, in steps (default: 10,50,100,200,400).", heading=PANEL),
    ] = None


@command(CompareOptions)
def compare(options: CompareOptions) -> None:
    """Train and test the architectures that the task has, and baselines without a network.

    Leaves DIR/report.html, report.md, report.json and results.json. Ctrl-C stops after the
    current step; the same command continues.

    \b
    Examples:
      seqloom compare words.tsv
      seqloom compare words.tsv --budget parameters --seeds 5 --out runs/compared
      seqloom compare reviews.tsv --amount 2 --architectures rnn,lstm
      seqloom compare sales.csv --amount 1.5 --set data.horizon=12
      seqloom compare --probe adding --lengths 10,50,100 --architectures rnn,lstm
    """
    _check(options)
    from ..extras import require
    from ..progress import progress
    from ..stopping import exit_code
    from .figures import check_figure

    with progress("loading PyTorch"):
        require("compare", "torch")
    check_figure(options.figure, "compare")
    if options.probe is not None:
        folder = options.out or Path("runs", f"probe-{options.probe}")
        results = _probe(options, options.probe, folder)
    else:
        assert options.data is not None, "checked"
        folder = options.out or Path("runs", f"compare-{_stem(options.data)}")
        results = _compare(options, options.data, folder)
    if not results.get("finished", True):
        line = shlex.join(["seqloom", *sys.argv[1:]])
        print(f"stopped; what is done is kept. Go on with: {line}", file=sys.stderr)
        raise typer.Exit(exit_code())
    _report(results, folder, options.figure)


def _check(options: CompareOptions) -> None:
    """Raise a ConfigError for options that do not belong together."""
    from ..errors import ConfigError

    given = {name for name, _ in given_options(options)}
    shown = {"data": "DATA", "settings": "--set"}
    others = [n for n in ("data", "task", "test", "budget", "settings") if n in given]
    if options.probe is not None and others:
        raise ConfigError(
            f"compare: `--probe` and {shown.get(others[0], f'--{others[0]}')} exclude each other: "
            "a probe makes its own data. Drop one."
        )
    if options.probe is None and options.data is None:
        raise ConfigError(
            "compare: DATA or --probe is missing. For example: seqloom compare words.tsv"
        )
    if options.probe is None and options.lengths is not None:
        raise ConfigError("compare: `--lengths` needs --probe. For example: --probe adding")


def _compare(options: CompareOptions, data: str, folder: Path) -> dict[str, object]:
    from ..config import parse_assignments

    assigned = parse_assignments(options.settings or [])  # before torch is loaded
    from ..comparison import compare as compare_architectures
    from ..comparison.live import ComparisonLines, LiveTable

    return compare_architectures(
        data,
        folder,
        settings=assigned,
        watcher=LiveTable() if sys.stderr.isatty() else ComparisonLines(),
        task=options.task,
        test=options.test,
        budget=options.budget or "minutes",
        amount=options.amount,
        seeds=3 if options.seeds is None else options.seeds,
        architectures=_names(options.architectures),
    )


def _probe(options: CompareOptions, probe: str, folder: Path) -> dict[str, object]:
    from ..comparison.budget import checked_budget
    from ..comparison.live import ComparisonLines
    from ..comparison.probes import LENGTHS, Training, run_probes
    from ..comparison.report import write_report

    lengths, amount = _lengths(options.lengths), options.amount
    steps = None if amount is None else int(checked_budget("steps", amount).amount or 0)
    results = run_probes(
        probe,
        folder,
        lengths=LENGTHS if lengths is None else lengths,
        architectures=_names(options.architectures),
        seeds=2 if options.seeds is None else options.seeds,
        training=None if steps is None else Training(steps=steps),
        watcher=ComparisonLines(),
    )
    if results["finished"]:
        write_report(results, folder)
    return results


def _lengths(text: str | None) -> list[int] | None:
    """Whole numbers between commas."""
    from ..errors import ConfigError

    names = _names(text)
    try:
        return None if names is None else [int(name) for name in names]
    except ValueError as error:
        raise ConfigError(
            f"compare: `--lengths` must be whole numbers with commas between them, got {text}. "
            "For example: --lengths 10,50,100"
        ) from error


def _names(text: str | None) -> list[str] | None:
    """Names between commas."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _stem(data: str) -> str:
    """The file's name without its endings."""
    return Path(data).name.partition(".")[0] or "data"


def _report(results: dict[str, object], folder: Path, figure: Path | None) -> None:
    """Print the main table and what was found, and where the report is."""
    from rich.console import Console

    from ..comparison.report import figure as draw
    from ..comparison.report import summary
    from ..evaluation.tables import new_table, print_table
    from ..plain import printable
    from .lines import printing

    found, console = summary(results), Console(highlight=False)
    heads = found.table.heads
    shown = [i for i, head in enumerate(heads) if head not in UNSHOWN]
    with printing("compare"):
        sides = ["right" if found.table.is_number(i) else "left" for i in shown]
        table = new_table(console, *zip([heads[i] for i in shown], sides, strict=True))
        for row in found.table.rows:
            table.add_row(*(row[i] for i in shown))
        print_table(console, "", table)
        for line in (*found.sentences, *_failures(results)):
            console.print(printable(line), markup=False, soft_wrap=True)
        console.print(f"report: {folder / 'report.html'}, report.md, report.json", soft_wrap=True)
    if figure is not None:
        draw(results, figure)


def _failures(results: dict[str, object]) -> list[str]:
    """A line for each run that has no score."""
    return [
        f"failed: {entry['title']}, seed {run['seed']}: {run['error']}"
        for entry in cast("ComparisonResults", results)["entries"]
        for run in entry["runs"]
        if "error" in run
    ]
