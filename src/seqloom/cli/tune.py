"""`seqloom tune`: searches for the settings that train the best model."""

import contextlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .command import command, given_options, option
from .options import TaskName

if TYPE_CHECKING:
    from ..tuning import TrialRow, TuneResult

SHOWN = 10  # trials of the table that is printed
LENGTHENING = ("resume", "minutes", "trials", "cache", "quiet")  # what goes with --resume


@dataclass(frozen=True, kw_only=True)
class TuneOptions:
    """What `tune` is asked."""

    data: Annotated[str | None, typer.Argument(help="Training data, as `train` takes them.")] = None
    minutes: Annotated[
        float | None,
        option("Length of the whole search in minutes (default: 60, or no limit with --trials)."),
    ] = None
    trials: Annotated[
        int | None, option("Number of trials (default: as many as fit into the minutes).")
    ] = None
    space: Annotated[
        Path | None,
        option("Search space, a TOML file (default: the task's; each search writes its own)."),
    ] = None
    out: Annotated[
        Path | None,
        option(
            "Folder of the search (default: runs/tune-NAME). The same command continues a search "
            "in it."
        ),
    ] = None
    valid: Annotated[
        Path | None, option("Validation data (default: a part of DATA is held out).")
    ] = None
    task: TaskName = None
    cache: Annotated[
        Path | None, option("Folder for encoded data, which the trials read; see `train`.")
    ] = None
    settings: Annotated[
        list[str] | None,
        option(
            "Any setting of every trial, e.g. training.epochs=20. Repeatable.",
            flags="--set",
        ),
    ] = None
    resume: Annotated[Path | None, option("Continue or lengthen the search in this folder.")] = None
    quiet: Annotated[bool, option("Print errors only.", flags="--quiet -q")] = False


@command(TuneOptions)
def tune(options: TuneOptions) -> None:
    """Search for the settings that train the best model on one file.

    Every trial is a run in DIR/trials. Trials that are worse than the median are stopped early.
    Leaves DIR/best.safetensors, config.toml, trials.csv and importance.png. Ctrl-C stops after the
    current step; the same command or --resume continues, also after a crash.

    \b
    Examples:
      seqloom tune words.tsv --minutes 60
      seqloom tune reviews.tsv --trials 20 --set training.epochs=5
      seqloom tune sales.csv --minutes 30 --space space.toml --set data.horizon=12
      seqloom tune --resume runs/tune-words --minutes 90
    """
    _check(options)
    _load(options.quiet)
    result = _search(options)
    if not result.finished:
        line = shlex.join(["seqloom", "tune", "--resume", str(result.folder)])
        print(f"stopped; what is done is kept. Go on with: {line}", file=sys.stderr)
        from ..stopping import exit_code

        raise typer.Exit(exit_code())
    if not options.quiet:
        _report(result)


def _check(options: TuneOptions) -> None:
    """Raise a ConfigError for options that do not belong together."""
    from ..errors import ConfigError

    given = [name for name, _ in given_options(options)]
    if options.resume is None and options.data is None:
        raise ConfigError(
            "tune: DATA or --resume is missing. For example: seqloom tune words.tsv --minutes 60"
        )
    others = [name for name in given if name not in LENGTHENING]
    if options.resume is not None and others:
        raise ConfigError(
            "tune: `--resume` takes no other option but --minutes, --trials, --cache and --quiet: "
            "the search keeps the rest. To change it, begin anew with another --out."
        )


def _search(options: TuneOptions) -> "TuneResult":
    from ..config import parse_assignments
    from ..extras import require
    from .begun import BEGUN

    assigned = parse_assignments(options.settings or [])
    require("tune", "optuna")
    from .. import tuning

    if options.resume is not None:
        return tuning.resume_tuning(
            options.resume,
            minutes=options.minutes,
            trials=options.trials,
            cache=options.cache,
            progress="quiet" if options.quiet else "auto",
            since=BEGUN,
        )
    assert options.data is not None, "checked"
    return tuning.tune(
        options.data,
        options.out,
        minutes=options.minutes,
        trials=options.trials,
        space=options.space,
        valid=options.valid,
        task=options.task,
        settings=assigned,
        cache=options.cache,
        progress="quiet" if options.quiet else "auto",
        since=BEGUN,
    )


def _load(quiet: bool) -> None:
    """Load PyTorch, and say so."""
    from ..extras import require
    from ..progress import progress, showing

    with showing(None) if quiet else contextlib.nullcontext(), progress("loading PyTorch"):
        require("tune", "torch")


def _report(result: "TuneResult") -> None:
    """Print the best trials and where everything is."""
    from rich.console import Console

    from ..evaluation.tables import new_table, print_table
    from .lines import printing

    console = Console(highlight=False)
    names = list(dict.fromkeys(name for row in result.trials for name in row.values))
    heads = [name.partition(".")[2] for name in names]
    shown = sorted(
        (row for row in result.trials if row.state == "complete"),
        key=lambda row: (row.score or 0.0) * (-1 if result.measure.rises else 1),
    )[:SHOWN]
    with printing("tune"):
        columns = [("trial", "right"), (result.measure.label, "right"), ("seconds", "right")]
        table = new_table(console, *columns, *((head, "right") for head in heads))
        for row in shown:
            table.add_row(*_cells(row, names, result))
        print_table(console, "", table)
        for line in _lines(result, len(shown)):
            console.print(line, markup=False, soft_wrap=True)


def _cells(row: "TrialRow", names: list[str], result: "TuneResult") -> list[str]:
    """A trial's line of the table."""
    values = [row.values.get(name, "") for name in names]
    shown = [f"{value:.3g}" if type(value) is float else str(value) for value in values]
    number = f"{row.trial}, long" if row.long else str(row.trial)
    return [number, result.measure.show(row.score or 0.0), f"{row.seconds:.0f}", *shown]


def _lines(result: "TuneResult", shown: int) -> list[str]:
    """What is said below the table."""
    states = [row.state for row in result.trials]
    counts = ", ".join(f"{states.count(s)} {s}" for s in dict.fromkeys(states))
    lines = [f"{len(states)} trials ({counts}); {shown} are shown, all are in trials.csv"]
    first = result.trials[0]
    if first.score is not None and first.state == "complete" and result.score is not None:
        measure = result.measure
        lines.append(
            f"validation {measure.label}: {measure.show(result.score)}; "
            f"trial 0, the defaults: {measure.show(first.score)}"
        )
    if result.importance:
        shares = (f"{k.partition('.')[2]} {100 * v:.0f} %" for k, v in result.importance.items())
        lines.append(f"importance: {', '.join(shares)} (importance.png)")
    lines.append(f"best model: {result.model} (trial {result.best}), its settings: {result.config}")
    return lines
