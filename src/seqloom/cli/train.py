"""`seqloom train`: trains a model on a file; the result is a run folder."""

import contextlib
import dataclasses
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .choices import ARCHITECTURES, CELLS, LINKS, listed, one_of
from .command import FORECAST, TRANSDUCE, command, given_options, option
from .options import TaskName

if TYPE_CHECKING:
    from ..config import Config
    from ..training import Callback, Result

TABLE = "columns of DATA, where their names and contents do not tell"
LENGTHS = {"epochs", "minutes", "steps"}
PLANNED = {"pace", "valid_share"}  # of an earlier run, which another length makes void
COMMON = {  # the settings that an option stands for, whatever the task
    "epochs": ("training.epochs",),
    "minutes": ("training.minutes",),
    "steps": ("training.steps",),
    "seed": ("training.seed",),
    "architecture": ("model.architecture",),
}
COLUMNS = (
    *("source", "target", "text", "label", "group", "split"),
    *("series", "time", "value", "audio", "start", "end"),
)
OWN = {  # those of them that the task has
    "cell": ("model.cell", "model.encoder_cell", "model.decoder_cell"),
    "link": ("model.link",),
    "horizon": ("data.horizon",),
    **{role: (f"data.{role}_column",) for role in COLUMNS},
}


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """What `train` is asked."""

    data: Annotated[
        str | None,
        typer.Argument(
            help="A table (TSV, CSV, JSON, Parquet, Arrow) of pairs, labelled texts, recordings or "
            "series, or plain text, also gzip; a folder or pattern of them; or cmudict."
        ),
    ] = None
    out: Annotated[Path | None, option("Run folder, new or empty (default: runs/NAME).")] = None
    valid: Annotated[
        Path | None, option("Validation data (default: a part of DATA is held out).")
    ] = None
    task: TaskName = None
    epochs: Annotated[float | None, option("Length in passes over the data.")] = None
    minutes: Annotated[
        float | None, option("Length in minutes, from start to end of the command.")
    ] = None
    steps: Annotated[int | None, option("Length in optimizer steps.")] = None
    architecture: Annotated[
        str | None,
        option(
            f"Architecture: {listed(ARCHITECTURES)}, as far as the task has it.",
            complete=one_of(ARCHITECTURES),
        ),
    ] = None
    cell: Annotated[
        str | None, option(f"Recurrent cell: {listed(CELLS)}.", complete=one_of(CELLS))
    ] = None
    link: Annotated[
        str | None,
        option(
            "Link of encoder and decoder: attention, or context (one vector).",
            TRANSDUCE,
            complete=one_of(LINKS),
        ),
    ] = None
    horizon: Annotated[int | None, option("Number of steps to forecast.", FORECAST)] = None
    source: Annotated[
        str | None,
        option("Column of the source: a name, a number from 1, or several: 1,3.", heading=TABLE),
    ] = None
    target: Annotated[str | None, option("Column of the target.", heading=TABLE)] = None
    text: Annotated[str | None, option("Column of the text or transcript.", heading=TABLE)] = None
    label: Annotated[str | None, option("Column of the label.", heading=TABLE)] = None
    group: Annotated[
        str | None,
        option("Column whose rows are held out together or not at all.", heading=TABLE),
    ] = None
    split: Annotated[
        str | None,
        option("Column that says train, valid or test (default: one named split).", heading=TABLE),
    ] = None
    series: Annotated[str | None, option("Column of the series' names.", heading=TABLE)] = None
    time: Annotated[str | None, option("Column of the times.", heading=TABLE)] = None
    value: Annotated[str | None, option("Column of the values.", heading=TABLE)] = None
    audio: Annotated[str | None, option("Column of the audio files.", heading=TABLE)] = None
    start: Annotated[
        str | None, option("Column of where a part of a file begins, seconds.", heading=TABLE)
    ] = None
    end: Annotated[str | None, option("Column of where it ends, seconds.", heading=TABLE)] = None
    seed: Annotated[int | None, option("Random seed of weights, batches and dropout.")] = None
    config: Annotated[
        Path | None, option("Settings file (TOML); every run writes one, DIR/config.toml.")
    ] = None
    settings: Annotated[
        list[str] | None,
        option("Any setting, e.g. model.hidden_size=512. Repeatable.", flags="--set"),
    ] = None
    resume: Annotated[Path | None, option("Continue the run in this folder.")] = None
    quiet: Annotated[bool, option("Print errors only.", flags="--quiet -q")] = False


@command(TrainOptions)
def train(options: TrainOptions) -> None:
    """Train a model on one file: pairs, labelled texts, time series, recordings or plain text.

    The best model is DIR/best.safetensors. Ctrl-C, SIGTERM and SIGHUP save the run and stop it;
    --resume continues it, bit for bit. Flags override --set, and --set overrides --config.

    \b
    Examples:
      seqloom train cmudict --minutes 5
      seqloom train words.tsv --valid dev.tsv --out runs/words
      seqloom train words.tsv --out runs/gru --cell gru --set model.dropout=0.1
      seqloom train reviews.tsv --out runs/reviews
      seqloom train sales.csv --out runs/sales --horizon 12
      seqloom train shakespeare.txt --out runs/shakespeare --minutes 10
      seqloom train recordings.tsv --out runs/speech
      seqloom train --resume runs/words
    """
    if options.resume is not None:
        _resume(options, options.resume)
    else:
        _begin(options)


def _resume(options: TrainOptions, folder: Path) -> None:
    """Continue a run."""
    from ..errors import ConfigError

    if {name for name, _ in given_options(options)} - {"resume", "quiet"}:
        raise ConfigError(
            "train: `--resume` takes no other option but --quiet: the run keeps its settings. To "
            "change them, train anew with --config DIR/config.toml."
        )
    with _training(options.quiet) as reporter:
        from ..training import resume

        result = resume(folder, callbacks=[reporter])
    _tell(result, reporter)


def _begin(options: TrainOptions) -> None:
    """Begin a run."""
    from ..errors import ConfigError
    from .begun import BEGUN

    if options.data is None:
        raise ConfigError("train: DATA is missing. For example: seqloom train words.tsv")
    config, remarks = _config(options, options.data)
    with _training(options.quiet) as reporter:
        from ..training import train

        result = train(
            options.data,
            options.out,
            valid=options.valid,
            config=config,
            callbacks=[reporter],
            remarks=remarks,
            since=BEGUN,
        )
    _tell(result, reporter)


def _config(options: TrainOptions, data: str) -> "tuple[Config, tuple[str, ...]]":
    """The settings of a new run, and remarks on them."""
    from ..config import config_from, parse_assignments, read_toml
    from ..data.guess import guess_task
    from ..data.tables.roles import AUTO

    recipe = read_toml(options.config) if options.config else {}
    remarks: tuple[str, ...] = ()
    task = options.task
    if task is None and "task" in recipe:
        task = str(recipe["task"])
    elif task is None:
        columns = {role: str(getattr(options, role) or AUTO) for role in COLUMNS}
        guess = guess_task(data, columns)
        task, remarks = guess.task, (guess.say(),)
    assigned = parse_assignments(options.settings or [])
    layers = (recipe, {"task": task}, assigned, _settings_of(options, task))
    return config_from(_laid(*layers), "train"), remarks


@contextlib.contextmanager
def _training(quiet: bool) -> "Iterator[Callback]":
    """Load PyTorch, and give what reports on the run."""
    from ..progress import progress, showing

    with contextlib.ExitStack() as stack:
        if quiet:
            stack.enter_context(showing(None))
        with progress("loading PyTorch"):
            from ..training.callback import Callback
            from ..training.reporter import Live, PlainReporter
            from ..training.team import Team
        if quiet or not Team().leads:
            yield Callback()
        else:
            yield Live() if sys.stderr.isatty() else PlainReporter()


def _tell(result: "Result", reporter: "Callback") -> None:
    """Say where the model is, or how to go on; a run that was stopped exits with the signal."""
    from ..stopping import exit_code
    from ..training.team import Team

    if not result.finished:
        world = Team().world
        launcher = f"torchrun --nproc-per-node {world} -m " if world > 1 else ""
        reporter.message(
            f"stopped at step {result.step} of {result.steps}. "
            f"Go on with: {launcher}seqloom train --resume {result.folder}"
        )
        raise typer.Exit(exit_code())
    reporter.message(
        f"best model: {result.model} (validation {result.measure.label} "
        f"{result.measure.show(result.score or 0.0)})"
    )


def _settings_of(options: TrainOptions, task: str) -> dict[str, dict[str, object]]:
    """The options of a task as its settings.

    Raises:
        ConfigError: The task does not know one of them.
    """
    from ..config import sections_of
    from ..config.rules import one_of
    from ..errors import ConfigError
    from ..tasks import TASKS

    one_of("--task", task, TASKS, "train")
    sections = sections_of(task)
    known = {f"data.{field.name}" for field in dataclasses.fields(sections.data)}
    for model in sections.models.values():
        known |= {f"model.{field.name}" for field in dataclasses.fields(model)}
    own = {flag: [name for name in names if name in known] for flag, names in OWN.items()}
    tree: dict[str, dict[str, object]] = {}
    for flag, value in given_options(options):
        if flag not in (*COMMON, *OWN):
            continue
        if flag in own and not own[flag]:
            flags = [f"--{name}" for name in sorted(own) if own[name]]
            raise ConfigError(
                f"train: `--{flag}` must be a flag of the task, got {task}, which has no such "
                f"thing. Its own are: {', '.join(flags) or 'none'}."
            )
        for name in own.get(flag) or COMMON[flag]:
            section, _, key = name.partition(".")
            tree.setdefault(section, {})[key] = value
    return tree


def _laid(*layers: Mapping[str, object]) -> dict[str, object]:
    """Settings over one another, the last the strongest; a length replaces one in another unit."""
    from ..config import merge

    out: dict[str, object] = {}
    for layer in layers:
        training, before = layer.get("training", {}), out.get("training", {})
        if isinstance(training, dict) and isinstance(before, dict) and LENGTHS & set(training):
            out["training"] = {k: v for k, v in before.items() if k not in LENGTHS | PLANNED}
        out = merge(out, layer)
    return out
