"""`seqloom train`: trains a model on a file; the result is a run folder."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .choices import ARCHITECTURES, CELLS, DEVICES, FORMS, LINKS, TRACKERS, listed, one_of
from .command import FORECAST, TRANSDUCE, command, given_options, option
from .options import TaskName

if TYPE_CHECKING:
    from ..config import Config
    from ..training import Callback, Result

TABLE = "columns of DATA, where their names and contents do not tell"


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
    exceptions: Annotated[
        bool,
        option(
            "Store the training pairs that the model gets wrong, and look them up first.",
            TRANSDUCE,
            flags="--exceptions",
        ),
    ] = False
    horizon: Annotated[int | None, option("Number of steps to forecast.", FORECAST)] = None
    form: Annotated[
        str | None,
        option(
            f"Form of DATA: {listed(FORMS)} (default: auto; table: none of the others).",
            heading=TABLE,
            complete=one_of(FORMS),
        ),
    ] = None
    source_file: Annotated[
        str | None, option("Sources of aligned files, a line each, in place of DATA.", TRANSDUCE)
    ] = None
    target_file: Annotated[
        str | None, option("Targets, aligned with the lines of the sources.", TRANSDUCE)
    ] = None
    valid_target_file: Annotated[
        str | None, option("With --target-file: targets of --valid.", TRANSDUCE)
    ] = None
    source: Annotated[
        str | None,
        option("Column of the source: a name, a number from 1, or several: 1,3.", heading=TABLE),
    ] = None
    target: Annotated[str | None, option("Column of the target.", heading=TABLE)] = None
    text: Annotated[str | None, option("Column of the text or transcript.", heading=TABLE)] = None
    label: Annotated[str | None, option("Column of the label.", heading=TABLE)] = None
    features: Annotated[
        str | None, option("Column of features of the source, e.g. V;PST.", heading=TABLE)
    ] = None
    weight: Annotated[
        str | None, option("Column of weights, for weighted error rates.", heading=TABLE)
    ] = None
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
    start_from: Annotated[
        Path | None,
        option("Begin with this model (a file or a run's folder): fine-tune it.", flags="--from"),
    ] = None
    cache: Annotated[
        Path | None,
        option("Folder for encoded data, which later runs on the same data read instead."),
    ] = None
    seed: Annotated[int | None, option("Random seed of weights, batches and dropout.")] = None
    device: Annotated[
        str | None,
        option(
            f"Where to compute: {listed(DEVICES)} (default: auto, CUDA if there is one).",
            complete=one_of(DEVICES),
        ),
    ] = None
    threads: Annotated[int | None, option("Threads of the CPU (default: PyTorch's).")] = None
    config: Annotated[
        Path | None, option("Settings file (TOML); every run writes one, DIR/config.toml.")
    ] = None
    settings: Annotated[
        list[str] | None,
        option("Any setting, e.g. model.hidden_size=512. Repeatable.", flags="--set"),
    ] = None
    track: Annotated[
        list[str] | None,
        option(
            f"Tracker of experiments: {listed(TRACKERS)}. Repeatable.", complete=one_of(TRACKERS)
        ),
    ] = None
    resume: Annotated[
        Path | None, option("Continue the run in this folder; with a length: until then.")
    ] = None
    quiet: Annotated[bool, option("Print errors only.", flags="--quiet -q")] = False


@command(TrainOptions)
def train(options: TrainOptions) -> None:
    """Train a model on one file: pairs, labelled texts, time series, recordings or plain text.

    The best model is DIR/best.safetensors. Ctrl-C, SIGTERM and SIGHUP save the run and stop it;
    --resume continues it, bit for bit; with --epochs or --steps (in all) or --minutes (from now
    on) it lengthens the run. Flags override --set, and --set overrides --config.

    \b
    Examples:
      seqloom train cmudict --minutes 5
      seqloom train words.tsv --valid dev.tsv --out runs/words
      seqloom train words.tsv --out runs/gru --cell gru --set model.dropout=0.1
      seqloom train reviews.tsv --out runs/reviews
      seqloom train sales.csv --out runs/sales --horizon 12
      seqloom train shakespeare.txt --out runs/shakespeare --minutes 10
      seqloom train recordings.tsv --out runs/speech
      seqloom train names.tsv --from runs/words
      seqloom train --resume runs/words
      seqloom train --resume runs/words --minutes 10
    """
    if options.resume is not None:
        _resume(options, options.resume)
    else:
        _begin(options)


def _resume(options: TrainOptions, folder: Path) -> None:
    """Continue a run."""
    from ..config.short_names import LENGTHS
    from ..errors import ConfigError
    from .begun import BEGUN

    given = dict(given_options(options))
    if set(given) - LENGTHS - {"resume", "device", "threads", "cache", "track", "quiet"}:
        raise ConfigError(
            "train: `--resume` takes no other option but a length (--epochs, --minutes, --steps), "
            "--device, --threads, --cache, --track and --quiet: the run keeps its settings. To "
            "change them, train anew with --config DIR/config.toml."
        )
    with _training(options.quiet) as reporter:
        from ..training import resume

        result = resume(
            folder,
            epochs=options.epochs,
            minutes=options.minutes,
            steps=options.steps,
            device=options.device,
            threads=options.threads,
            cache=options.cache,
            progress=False,
            track=options.track or (),
            callbacks=[reporter],
            since=BEGUN,
        )
    _tell(result, reporter)


def _begin(options: TrainOptions) -> None:
    """Begin a run."""
    from ..errors import ConfigError
    from .begun import BEGUN

    data, valid = _data(options)
    if data is None:
        raise ConfigError("train: DATA is missing. For example: seqloom train words.tsv")
    config, remarks = _config(options, data)
    with _training(options.quiet) as reporter:
        from ..training import train

        result = train(
            data,
            options.out,
            valid=valid,
            start_from=options.start_from,
            cache=options.cache,
            config=config,
            progress=False,
            track=options.track or (),
            callbacks=[reporter],
            remarks=remarks,
            since=BEGUN,
        )
    _tell(result, reporter)


def _data(options: TrainOptions) -> tuple[object, object]:
    """What to train and to validate on; of aligned files both."""
    from ..data.given import aligned
    from ..errors import ConfigError

    valid = None if options.valid is None else str(options.valid)
    if options.target_file is None:
        if options.source_file is not None or options.valid_target_file is not None:
            raise ConfigError(
                "train: `--source-file` and `--valid-target-file` need --target-file. Add it."
            )
        return options.data, valid
    if (options.source_file is None) == (options.data is None):
        raise ConfigError(
            "train: `--target-file` needs the file of its sources, once: as DATA or with "
            "--source-file. For example: seqloom train train.en --target-file train.de"
        )
    if (valid is None) != (options.valid_target_file is None):
        raise ConfigError(
            "train: of aligned files `--valid` and `--valid-target-file` need each other. Give "
            "both."
        )
    data = aligned(options.source_file or options.data or "", options.target_file)
    of_valid = options.valid_target_file
    return data, None if valid is None or of_valid is None else aligned(valid, of_valid)


def _config(options: TrainOptions, data: object) -> "tuple[Config, tuple[str, ...]]":
    """The settings of a new run, and remarks on them."""
    from ..config import config_from, merge, parse_assignments, read_toml
    from ..config.short_names import columns_of, laid, settings_of
    from ..data.given import given
    from ..data.guess import form_in, guess_task
    from ..export.start_model import read_start

    recipe = read_toml(options.config) if options.config else {}
    assigned = parse_assignments(options.settings or [])
    model = None if options.start_from is None else read_start(options.start_from)
    remarks: tuple[str, ...] = ()
    task = options.task
    if task is None and "task" in recipe:
        task = str(recipe["task"])
    elif task is None and model is not None:
        task = model.file.task
    elif task is None:
        form = options.form or form_in(merge(recipe, assigned))
        guess = guess_task(given(data).read_as(form), columns_of(vars(options)))
        task, remarks = guess.task, (guess.say(),)
    short = settings_of(dict(given_options(options)), task, flags=True)
    tree = laid(recipe, {"task": task}, assigned, short)
    return config_from(tree if model is None else model.inherited(tree), "train"), remarks


@contextlib.contextmanager
def _training(quiet: bool) -> "Iterator[Callback]":
    """Load PyTorch, and give what reports on the run."""
    from ..progress import progress, showing

    with contextlib.ExitStack() as stack:
        if quiet:
            stack.enter_context(showing(None))
        with progress("loading PyTorch"):
            from ..training.callback import Callback
            from ..training.reporter import on_standard_error
            from ..training.team import Team
        yield Callback() if quiet or not Team().leads else on_standard_error()


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
        f"best model: {result.path} (validation {result.measure.label} "
        f"{result.measure.show(result.score or 0.0)})"
    )
