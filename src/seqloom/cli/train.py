"""`seqloom train`: trains a model on a file; the result is a run folder."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .choices import ARCHITECTURES, CELLS, LINKS, TASK_NAMES, listed, one_of
from .panels import FORECAST, TRANSDUCE

LENGTHS = {"epochs", "minutes", "steps"}
PLANNED = {"pace", "valid_share"}  # of an earlier run, which another length makes void
COMMON = {
    "epochs": ("training.epochs",),
    "minutes": ("training.minutes",),
    "steps": ("training.steps",),
    "seed": ("training.seed",),
    "architecture": ("model.architecture",),
}


def train(
    data: Annotated[
        str | None,
        typer.Argument(
            help="TSV of pairs, labelled texts or recordings, CSV of series, or plain text, also "
            "gzip; or cmudict."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder, new or empty.", show_default=False)
    ] = None,
    valid: Annotated[
        Path | None,
        typer.Option(help="Validation data (default: a part of DATA is held out)."),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help=f"Task: {listed(TASK_NAMES)} (default: guessed from DATA).",
            autocompletion=one_of(TASK_NAMES),
        ),
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="Length in passes over the data.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Length in minutes, from start to end of the command.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Length in optimizer steps.")] = None,
    architecture: Annotated[
        str | None,
        typer.Option(
            help=f"Architecture: {listed(ARCHITECTURES)}, as far as the task has it.",
            autocompletion=one_of(ARCHITECTURES),
        ),
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option(help=f"Recurrent cell: {listed(CELLS)}.", autocompletion=one_of(CELLS)),
    ] = None,
    link: Annotated[
        str | None,
        typer.Option(
            help="Link of encoder and decoder: attention, or context (one vector).",
            rich_help_panel=TRANSDUCE,
            autocompletion=one_of(LINKS),
        ),
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(help="Number of steps to forecast.", rich_help_panel=FORECAST)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Random seed of weights, batches and dropout.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file (TOML); every run writes one, DIR/config.toml."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any setting, e.g. model.hidden_size=512. Repeatable."),
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Continue the run in this folder.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Train a model on one file: pairs, labelled texts, time series, recordings or plain text.

    The best model is DIR/best.safetensors. Ctrl-C, SIGTERM and SIGHUP save the run and stop it;
    --resume continues it, bit for bit. Flags override --set, and --set overrides --config.

    \b
    Examples:
      seqloom train cmudict --minutes 5 --out runs/cmudict
      seqloom train words.tsv --valid dev.tsv --out runs/words
      seqloom train words.tsv --out runs/gru --cell gru --set model.dropout=0.1
      seqloom train reviews.tsv --out runs/reviews
      seqloom train sales.csv --out runs/sales --horizon 12
      seqloom train shakespeare.txt --out runs/shakespeare --minutes 10
      seqloom train recordings.tsv --out runs/speech
      seqloom train --resume runs/words
    """
    from ..config import config_from, parse_assignments, read_toml
    from ..data.guess import guess_task
    from ..errors import ConfigError
    from .begun import BEGUN

    flags = {
        name: value
        for name, value in {
            "epochs": epochs,
            "minutes": minutes,
            "steps": steps,
            "seed": seed,
            "architecture": architecture,
            "cell": cell,
            "link": link,
            "horizon": horizon,
        }.items()
        if value is not None
    }
    if resume is not None:
        if data or out or valid or task or config or settings or flags:
            raise ConfigError(
                "train: `--resume` must come alone, got other settings too. The folder has its own;"
                " to change them, train anew with --config DIR/config.toml."
            )
    elif data is None or out is None:
        raise ConfigError(
            f"train: {'DATA' if data is None else '--out'} is missing. "
            "For example: seqloom train words.tsv --out runs/words"
        )
    recipe = read_toml(config) if config else {}
    guess = None
    if resume is None:
        if task is None and "task" not in recipe:
            guess = guess_task(data or "")
        if task is None:
            task = guess.task if guess else recipe["task"]
        assigned, meant = parse_assignments(settings or []), _meaning(flags, str(task))
        resolved = config_from(_laid(recipe, {"task": task}, assigned, meant), "train")

    from ..progress import progress, showing
    from ..stopping import exit_code

    with contextlib.ExitStack() as stack:
        if quiet:
            stack.enter_context(showing(None))
        with progress("loading PyTorch"):
            from .. import training
        reporter, launcher = _reporter(quiet)
        if resume is not None:
            result = training.resume(resume, reporter=reporter)
        else:
            result = training.train(
                data or "",
                out or Path(),
                valid=valid,
                config=resolved,
                reporter=reporter,
                remarks=(guess.say(),) if guess else (),
                since=BEGUN,
            )
    if not result.finished:
        reporter.message(
            f"stopped at step {result.step} of {result.steps}. "
            f"Go on with: {launcher}seqloom train --resume {result.folder}"
        )
        raise typer.Exit(exit_code())
    reporter.message(
        f"best model: {result.model} (validation {result.measure.label} "
        f"{result.measure.show(result.score or 0.0)})"
    )


def _reporter(quiet: bool) -> tuple[Any, str]:
    """What tells of the run, and what starts its processes again."""
    from ..training.reporter import Live, Plain, Quiet
    from ..training.team import Team

    team = Team()
    launcher = f"torchrun --nproc-per-node {team.world} -m " if team.world > 1 else ""
    if quiet or not team.leads:
        return Quiet(), launcher
    return Live() if sys.stderr.isatty() else Plain(), launcher


def _meaning(flags: dict[str, Any], task: str) -> dict[str, Any]:
    """The flags as settings of a task.

    Raises:
        ConfigError: The task does not know one of them.
    """
    from ..config.rules import one_of
    from ..errors import ConfigError
    from ..tasks import TASKS
    from .tasks import task_module

    one_of("--task", task, TASKS, "train")
    own = task_module(task).FLAGS
    tree: dict[str, Any] = {}
    for flag, value in flags.items():
        names = {**COMMON, **own}.get(flag)
        if names is None:
            raise ConfigError(
                f"train: `--{flag}` must be a flag of the task, got {task}, which has no such "
                f"thing. Its own are: {', '.join(f'--{name}' for name in sorted(own)) or 'none'}."
            )
        for name in names:
            section, _, key = name.partition(".")
            tree.setdefault(section, {})[key] = value
    return tree


def _laid(*layers: dict[str, Any]) -> dict[str, Any]:
    """Settings over one another, the last the strongest; a length replaces one in another unit."""
    from ..config import merge

    out: dict[str, Any] = {}
    for layer in layers:
        training, before = layer.get("training", {}), out.get("training", {})
        if isinstance(training, dict) and isinstance(before, dict) and LENGTHS & set(training):
            out["training"] = {k: v for k, v in before.items() if k not in LENGTHS | PLANNED}
        out = merge(out, layer)
    return out
