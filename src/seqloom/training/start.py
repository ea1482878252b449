"""The two ways into a run: `train` begins one, `resume` goes on with one."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import torch

from ..config import Config, config_from, merge, read_toml, to_toml, to_tree
from ..config.short_names import columns_of, laid, settings_of
from ..data.cache import Cache, caching
from ..data.given import Given, given
from ..data.guess import form_in, guess_task, say_columns
from ..data.ragged import scratch
from ..data.tables.text_file import STANDARD_INPUT, standard_input
from ..errors import ConfigError, RunError
from ..export.start_model import StartModel, read_start
from ..extras import require
from ..progress import progress as working
from .callback import Callback, Callbacks
from .checkpoint import load_checkpoint
from .device import find_precision
from .device import threads as on_threads
from .lengthen import Length, lengthen
from .loop import TrainingRun
from .reporter import reporting
from .result import Result
from .run_folder import RunFolder, default_folder
from .tasks import open_work
from .team import Team
from .tracking import trackers


def train(
    data: object,
    out: str | Path | None = None,
    *,
    task: str | None = None,
    valid: object | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    cell: str | None = None,
    architecture: str | None = None,
    seed: int | None = None,
    device: str | None = None,
    threads: int | None = None,
    horizon: int | None = None,
    link: str | None = None,
    exceptions: bool | None = None,
    source: str | None = None,
    target: str | None = None,
    text: str | None = None,
    label: str | None = None,
    features: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    split: str | None = None,
    series: str | None = None,
    time: str | None = None,
    value: str | None = None,
    audio: str | None = None,
    start: str | None = None,
    end: str | None = None,
    form: str | None = None,
    start_from: str | Path | None = None,
    cache: str | Path | None = None,
    config: Config | Mapping[str, object] | None = None,
    progress: str | bool = "auto",
    track: str | Sequence[str] = (),
    callbacks: Sequence[Callback] = (),
    remarks: Sequence[str] = (),
    since: float | None = None,
) -> Result:
    """Train a model on a table, a text, or a data set.

    Args:
        data: What the task reads: a path (TSV, CSV, JSON, Parquet, Arrow, text; a folder or
            pattern of them), a data set (`cmudict`), or what Python holds: a pandas, polars or
            Arrow frame, `{name: column}`, a list of tuples or dictionaries.
        out: The run's folder, new or empty; if `None`, `runs/NAME` after the data, numbered.
        task: `transduce`, `classify`, `forecast`, `transcribe` or `generate`; guessed from the
            data if neither this nor `config` says it.
        valid: The same, to validate on; if `None`, a part of the data is held out.
        epochs: Length of the run in passes over the data.
        minutes: Length of the run in minutes, from this call on.
        steps: Length of the run in optimizer steps.
        cell: The recurrent cell: `rnn`, `lstm` or `gru`.
        architecture: The network: `recurrent`, `transformer`, `fully-connected`, `ctc`, `las`, as
            far as the task has it.
        seed: Of weights, batches and dropout.
        device: `cpu`, `cuda`, `mps`, or `auto`: a CUDA device if there is one.
        threads: Of the CPU.
        horizon: Steps to forecast, of the task `forecast`.
        link: Between encoder and decoder, of the task `transduce`: `attention` or `context`.
        exceptions: Put the training pairs that the finished model gets wrong into its file, of the
            task `transduce` (docs/transduce.md).
        source, target, text, label, features, weight, group, split, series, time, value, audio,
            start, end: Columns
            of the data by role, a name or a number from 1 as text; where names and contents do
            not tell.
        form: The form of the data, where its look does not tell (docs/tables.md).
        start_from: A model file or a run's folder: the run begins with that model, whose task,
            architecture and sizes it has, and trains it further (docs/runs.md).
        cache: A folder for encoded data: runs on the same data and settings read them there
            instead of the data, which are only hashed (docs/runs.md). Not for `forecast`.
        config: All settings, by section: `{"model": {"hidden_size": 512}}`, also `task`. The
            arguments above override it; what neither has takes its default (docs/settings.md).
        progress: How progress is shown on standard error: `auto` is a live line in a terminal, an
            updated output in a notebook, and plain lines elsewhere; `quiet` or `False` is nothing.
        track: Trackers of experiments: `tensorboard`, `mlflow`, `wandb`, `trackio`.
        callbacks: Told what happens; see `Callback`.
        remarks: Said before all else, e.g. why this is the task.
        since: When the run began, by `time.perf_counter`, for a run of minutes; now if `None`.
    Returns:
        A `Result`. Ctrl-C stops after the step that runs, with a checkpoint.
    Raises:
        ConfigError: A setting is unknown or out of range, or not one of the task's.
        DataError: A line of the data breaks a rule.
        RunError: The folder is full or cannot be written to.
        DivergedError: The loss is no longer a number.
        MissingExtraError: A package is not installed.
    """
    since = perf_counter() if since is None else since
    require("train", "rapidfuzz", "matplotlib")
    short = {
        **{"epochs": epochs, "minutes": minutes, "steps": steps, "seed": seed, "cell": cell},
        **{"architecture": architecture, "horizon": horizon, "link": link},
        "exceptions": exceptions,
        **{"source": source, "target": target, "text": text, "label": label, "group": group},
        **{"features": features, "weight": weight},
        **{"split": split, "series": series, "time": time, "value": value, "audio": audio},
        **{"start": start, "end": end, "form": form},
        **{"device": device, "threads": threads},
    }
    with reporting(progress, (*callbacks, *trackers(track))) as told:
        given_data, given_valid = given(data), None if valid is None else given(valid)
        model = None if start_from is None else read_start(start_from)
        settings, guessed = _settings(given_data, task, config, short, model)
        for line in (*remarks, *guessed):  # before the data are read, which may fail
            Callbacks(told).message(line)
        folder = cache_in(cache, settings.task)
        return _begin(given_data, out, given_valid, settings, told, since, model, folder)


def cache_in(folder: str | Path | None, task: str) -> Cache | None:
    """The cache in a folder, if one is given.

    Raises:
        ConfigError: The task has none.
    """
    if folder is None:
        return None
    if task == "forecast":
        raise ConfigError(
            "train: `--cache` is not for the task forecast, which encodes nothing: series are "
            "numbers already. Leave it out."
        )
    return Cache(Path(folder))


def _named(source: Given) -> object:
    """What a run without a folder is named after: of aligned files the first."""
    return source.files()[0] if source.kind == "parallel" else source.data


def _settings(
    data: Given,
    task: str | None,
    config: Config | Mapping[str, object] | None,
    short: Mapping[str, object],
    model: StartModel | None,
) -> tuple[Config, tuple[str, ...]]:
    """The settings of a new run, and why this is its task if that was guessed."""
    tree = to_tree(config) if isinstance(config, Config) else dict(config or {})
    remarks: tuple[str, ...] = ()
    if model is not None:
        own = model.file.task if task is None else task
        tree = model.inherited(laid(tree, {"task": own}, settings_of(short, own)))
        return config_from(tree, "train"), (model.say(),)
    if task is None and "task" not in tree:
        form = str(short["form"] or form_in(tree))
        guess = guess_task(data.read_as(form), columns_of(short))
        task, remarks = guess.task, (guess.say(),)
    task = str(tree["task"]) if task is None else task
    return config_from(laid(tree, {"task": task}, settings_of(short, task)), "train"), remarks


def _begin(
    source: Given,
    out: str | Path | None,
    valid: Given | None,
    config: Config,
    callbacks: Sequence[Callback],
    since: float,
    model: StartModel | None,
    cache: Cache | None,
) -> Result:
    """Read the data, make the folder, and train."""
    with Team(config.training.device) as team, ExitStack() as stack:
        stack.enter_context(on_threads(config.training.threads))
        find_precision(config.training.precision, team.device)  # refused before data are read
        folder = RunFolder(
            Path(team.same(str(default_folder(_named(source)) if out is None else out)))
        )
        if out is None:
            Callbacks(callbacks).message(f"run folder: {folder.path}")
        if team.leads:
            folder.create()
            stack.enter_context(folder.held())
            if source.name == STANDARD_INPUT:
                source = given(folder.keep(standard_input()))
        columns = say_columns(config.task, source, config.data)  # before all is read: it may fail
        if columns is not None:
            Callbacks(callbacks).message(columns)
        with working(f"reading {source.name}"), scratch(folder.path), caching(cache):
            work = open_work(source, valid, config, model)
        if cache is not None:
            Callbacks(callbacks).message(cache.say())
        run = TrainingRun(work, folder, team, callbacks)
        for line in work.report:
            run.say(line)
        run.seconds_before = run.begun - since
        run.fix_length()
        if team.leads:
            if model is not None:
                folder.write_start(model.path)
            folder.write_config(to_toml(run.config))
            folder.append(
                {
                    "event": "start",
                    **({} if model is None else {"from": model.origin}),
                    "data": source.whole,
                    "valid": None if valid is None else valid.whole,
                    **({} if cache is None else {"cache": os.path.realpath(cache.folder)}),
                    "columns": columns,
                    "fingerprint": work.fingerprint,
                    "report": list(work.report),
                    **run.facts(),
                }
            )
        return run.go()


def resume(
    out: str | Path,
    *,
    data: object | None = None,
    valid: object | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    device: str | None = None,
    threads: int | None = None,
    cache: str | Path | None = None,
    progress: str | bool = "auto",
    track: str | Sequence[str] = (),
    callbacks: Sequence[Callback] = (),
    since: float | None = None,
) -> Result:
    """Go on with a run that was interrupted or killed; or give a run another length.

    Without a length the run ends as if it had never stopped. With one, its learning rate follows
    the schedule of a run that was so long from the start, to which it rises anew.

    Args:
        out: The run's folder.
        data: What it was trained on, where Python held that; of files the folder has the paths.
        valid: Likewise, what it was validated on.
        epochs: Passes over the data in all, those that are done included.
        minutes: Minutes from now on.
        steps: Steps in all, those that are done included.
        device: Another than that of the run's settings.
        threads: Another number than that of the run's settings.
        cache: Another folder for encoded data than the run began with.
        progress: See `train`.
        track: See `train`; a tracker goes on with the run that it knows.
        callbacks: Told what happens; see `Callback`.
        since: When the minutes begin, by `time.perf_counter`; now if `None`.
    Raises:
        ConfigError: The length is out of range, or given twice.
        RunError: The folder is not that of a run, or its data has changed since.
        FormatError: The checkpoint is damaged.
    """
    since = perf_counter() if since is None else since
    length = Length(epochs, minutes, steps)
    machine = {"device": device, "threads": threads}
    with reporting(progress, (*callbacks, *trackers(track))) as told:
        return _go_on(out, data, valid, length, machine, cache, told, since)


def _go_on(
    out: str | Path,
    data: object | None,
    valid: object | None,
    length: Length,
    machine: Mapping[str, object],
    cache: str | Path | None,
    callbacks: Sequence[Callback],
    since: float,
) -> Result:
    """Read the data and the checkpoint of a run, and train."""
    folder = RunFolder(Path(out))
    events = folder.events()
    if not events or events[0].get("event") != "start" or not folder.config.exists():
        raise RunError(
            f"train: `{out}` is not the folder of a run, or the run had not begun. Remove it and "
            "train again."
        )
    start = events[0]
    given_now = {key: value for key, value in machine.items() if value is not None}
    tree = merge(read_toml(folder.config), {"training": given_now})
    config = config_from(tree, str(folder.config))
    kept = cache_in(start.get("cache") if cache is None else cache, config.task)
    with Team(config.training.device) as team, ExitStack() as stack:
        stack.enter_context(on_threads(config.training.threads))
        find_precision(config.training.precision, team.device)  # refused before data are read
        if team.leads:
            stack.enter_context(folder.held())
        source = given(start["data"] if data is None else data)
        if start["data"] is None and data is None:
            raise RunError(
                f"train: `{out}` was trained on data that Python held. Give them again: "
                f"seqloom.resume({str(out)!r}, data=...)."
            )
        with working(f"reading {source.name}"), scratch(folder.path), caching(kept):
            model = read_start(folder.start, start["from"]) if "from" in start else None
            validating = start["valid"] if valid is None else valid
            work = open_work(source, validating, config, model)
        if work.fingerprint != start["fingerprint"]:
            raise RunError(
                f"train: `{source.name}` must be the data that the run began with, got other "
                "data. Bring the old file back, or train anew with another --out."
            )
        if kept is not None:
            Callbacks(callbacks).message(kept.say())
        run = TrainingRun(work, folder, team, callbacks)
        close = "results will be close, not equal to the bit"
        for what, now in (("threads", torch.get_num_threads()), ("processes", team.world)):
            if start[what] != now:
                run.say(
                    f"note: the run began with {start[what]} {what}, now there are {now}: {close}"
                )
        here = team.device.type
        if start.get("device", here) != here:
            run.say(f"note: the run began on {start['device']}, now it is on {here}: {close}")
        if folder.checkpoint.exists():
            run.progress, carried = load_checkpoint(
                folder.checkpoint, run.model, run.average, run.optimizer
            )
            work.restore(carried)
        if team.sum(run.progress.step)[0] != team.world * run.progress.step:
            raise RunError(
                f"train: `{folder.checkpoint}` must be the same file for all {team.world} "
                "processes, got checkpoints of different steps. Put the run on a shared disk."
            )
        if team.leads:
            folder.rewind(run.progress.step)
        run.go_on(folder.events())
        if length:
            lengthen(run, length, since)
        if team.leads:
            run.say(f"resuming at step {run.progress.step} of {run.steps}")
        return run.go()
