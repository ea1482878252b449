"""The two ways into a run: `train` begins one, `resume` goes on with one."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import torch

from ..config import Config, config_from, read_toml, to_toml
from ..data.given import given
from ..data.guess import guess_task, say_columns
from ..errors import RunError
from ..extras import require
from ..progress import progress
from .callback import Callback, Callbacks
from .checkpoint import load_checkpoint
from .loop import TrainingRun
from .result import Result
from .run_folder import RunFolder, default_folder
from .tasks import open_work
from .team import Team


def train(
    data: object,
    out: str | Path | None = None,
    *,
    valid: object | None = None,
    config: Config | Mapping[str, object] | None = None,
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
        valid: The same, to validate on; if `None`, a part of the data is held out.
        config: Settings, also as nested mappings, `task` among them; what is missing takes its
            default, and the task is guessed from the data.
        callbacks: Told what happens; see `Callback`.
        remarks: Said before all else, e.g. why this is the task.
        since: When the run began, by `time.perf_counter`, for a run of minutes; now if `None`.
    Returns:
        A `Result`. Ctrl-C stops after the step that runs, with a checkpoint.
    Raises:
        ConfigError: A setting is unknown or out of range.
        DataError: A line of the data breaks a rule.
        RunError: The folder is full or cannot be written to.
        DivergedError: The loss is no longer a number.
    """
    since = time.perf_counter() if since is None else since
    require("train", "rapidfuzz", "matplotlib")
    source, of_valid = given(data), None if valid is None else given(valid)
    if not isinstance(config, Config):
        tree: dict[str, object] = dict(config or {})
        if "task" not in tree:
            guess = guess_task(source)
            tree, remarks = {**tree, "task": guess.task}, (*remarks, guess.say())
        config = config_from(tree, "train")
    columns = say_columns(config.task, source, config.data)
    for line in (*remarks, *([] if columns is None else [columns])):  # before reading, which may fail
        Callbacks(callbacks).message(line)
    with Team() as team, ExitStack() as stack:
        folder = RunFolder(Path(team.same(str(default_folder(data) if out is None else out))))
        if out is None:
            Callbacks(callbacks).message(f"run folder: {folder.path}")
        if team.leads:
            folder.create()
            stack.enter_context(folder.held())
        with progress(f"reading {source.name}"):
            work = open_work(source, of_valid, config)
        run = TrainingRun(work, folder, team, callbacks)
        for line in work.report:
            run.say(line)
        run.seconds_before = run.begun - since
        run.fix_length()
        if team.leads:
            folder.write_config(to_toml(run.config))
            folder.append(
                {
                    "event": "start",
                    "data": source.whole,
                    "valid": None if of_valid is None else of_valid.whole,
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
    callbacks: Sequence[Callback] = (),
) -> Result:
    """Go on with a run that was interrupted or killed.

    Args:
        out: The run's folder.
        data: What it was trained on, where Python held that; of files the folder has the paths.
        valid: Likewise, what it was validated on.
        callbacks: Told what happens; see `Callback`.
    Raises:
        RunError: The folder is not that of a run, or its data has changed since.
        FormatError: The checkpoint is damaged.
    """
    folder = RunFolder(Path(out))
    events = folder.events()
    if not events or events[0].get("event") != "start" or not folder.config.exists():
        raise RunError(
            f"train: `{out}` must be the folder of a run that had begun, got one that had not. "
            "Remove it and train again."
        )
    start = events[0]
    config = config_from(read_toml(folder.config), str(folder.config))
    with Team() as team, ExitStack() as stack:
        if team.leads:
            stack.enter_context(folder.held())
        source = given(start["data"] if data is None else data)
        if start["data"] is None and data is None:
            raise RunError(
                f"train: `{out}` was trained on data that Python held. Give them again: "
                f"seqloom.resume({str(out)!r}, data=...)."
            )
        with progress(f"reading {source.name}"):
            work = open_work(source, start["valid"] if valid is None else valid, config)
        if work.fingerprint != start["fingerprint"]:
            raise RunError(
                f"train: `{source.name}` must be the data that the run began with, got other "
                "data. Bring the old file back, or train anew with another --out."
            )
        run = TrainingRun(work, folder, team, callbacks)
        for what, now in (("threads", torch.get_num_threads()), ("processes", team.world)):
            if start[what] != now:
                run.say(
                    f"note: the run began with {start[what]} {what}, now there are {now}: "
                    "results will be close, not equal to the bit"
                )
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
        if team.leads:
            run.say(f"resuming at step {run.progress.step} of {run.steps}")
        return run.go()
