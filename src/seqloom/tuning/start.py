"""`tune`: a search over settings, from the request to the best model.

Trials run one after another in one process. What is done stays done: the same call continues, and a
trial that was killed is resumed. Checked by `tests/tuning/test_tune.py` and `test_kill.py`.
"""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..config import config_from, merge, read_toml
from ..data.cache import Cache, caching
from ..data.given import Given, given
from ..data.guess import guess_task, say_columns
from ..errors import ConfigError, RunError
from ..extras import require
from ..progress import progress as working
from ..training.callback import Callback
from ..training.run_folder import RunFolder
from ..training.start import cache_in
from ..training.tasks import open_work
from .budget import DEFAULT_MINUTES, LEAST, trial_minutes
from .folder import FORMAT, Request, TuneFolder, check_data, check_same, digests, space_toml
from .reporter import reporting
from .results import TuneResult
from .space import Space, space_from
from .spaces import default_space
from .trial import has_length, now
from .tuning import Tuning


def tune(
    data: object,
    out: str | Path | None = None,
    *,
    minutes: float | None = None,
    trials: int | None = None,
    space: Mapping[str, object] | str | Path | None = None,
    valid: object = None,
    task: str | None = None,
    settings: Mapping[str, object] | None = None,
    cache: str | Path | None = None,
    progress: str | bool = "auto",
    callbacks: Sequence[Callback] = (),
    since: float | None = None,
) -> TuneResult:
    """Search for the settings that train the best model.

    Args:
        data: What `train` takes; what Python holds is given again to continue.
        out: The search's folder: new, empty, or that of the same search, which continues;
            `runs/tune-NAME` after the data if `None`.
        minutes: Length of all of it; 60 if neither `minutes` nor `trials` is given.
        trials: Number of trials; as many as fit if `None`.
        space: What is searched: nested mappings or a TOML file, see docs/tune.md; the task's
            default space if `None`.
        valid: Validation data, of the same kind; a part of `data` is held out if `None`.
        task: What to learn; guessed from the data if `None`.
        settings: Nested settings of every trial, as `train` takes them. Their length is that of
            a trial.
        cache: A folder for encoded data, which the trials read, see `train`.
        progress: How progress is shown on standard error, see `train`.
        callbacks: Told of the search by `message`, and of the steps of every trial.
        since: When the search began, by `time.perf_counter`; now if `None`.
    Returns:
        A `TuneResult`. Ctrl-C stops after the step that runs: `finished` is False, and the same
        call continues.
    Raises:
        ConfigError: A setting is unknown, out of range, or both set and searched; or torchrun
            started it.
        DataError: The data break a rule.
        RunError: The folder holds another search, or every trial failed.
    """
    since = now() if since is None else since
    _check_environment()
    if minutes is not None and not 10 * LEAST <= minutes <= 100_000:
        raise ConfigError(
            f"tune: `--minutes` must be from {10 * LEAST:g} to 100000, got {minutes:g}."
        )
    if trials is not None and not 1 <= trials <= 100_000:
        raise ConfigError(f"tune: `--trials` must be from 1 to 100000, got {trials}.")
    with reporting(progress, callbacks) as shown:
        source, of_valid = given(data), None if valid is None else given(valid)
        if task is None:
            guess = guess_task(source)
            task = guess.task
            shown.message(guess.say())
        whole = merge({"task": task}, settings or {})
        searched = _space(space, whole)
        request = Request(
            data=source.whole,
            valid=None if of_valid is None else of_valid.whole,
            task=task,
            settings=whole,
            space=searched.plain(),
            seed=_seed(whole),
            minutes=DEFAULT_MINUTES if minutes is None and trials is None else minutes,
            trials=trials,
        )
        folder = TuneFolder(_default_folder(source) if out is None else Path(out))
        kept = folder.read()
        if kept is not None:
            check_same(folder.path, kept, request)
        kept_in = cache_in(cache, task)
        return _carry_on(folder, kept, request, searched, shown, since, source, of_valid, kept_in)


def _default_folder(source: Given) -> Path:
    """The folder of a search, named after the data without its endings."""
    return Path("runs", f"tune-{Path(source.name).name.partition('.')[0] or 'data'}")


def resume_tuning(
    out: str | Path,
    *,
    minutes: float | None = None,
    trials: int | None = None,
    cache: str | Path | None = None,
    progress: str | bool = "auto",
    callbacks: Sequence[Callback] = (),
    since: float | None = None,
) -> TuneResult:
    """Continue a search that was interrupted or killed, or lengthen one.

    Args:
        out: The search's folder.
        minutes: Length of all of it, earlier sessions included; as before if `None`.
        trials: Number of trials, likewise.
        cache, progress, callbacks: See `tune`.
        since: When this session began, by `time.perf_counter`; now if `None`.
    Raises:
        RunError: The folder is not that of a search, or its data has changed since.
    """
    since = now() if since is None else since
    _check_environment()
    folder = TuneFolder(Path(out))
    kept = folder.read()
    if kept is None:
        raise RunError(
            f"tune: `{out}` is not the folder of a search, or the search had not begun. Begin it "
            "with: seqloom tune DATA --out DIR"
        )
    asked = {field.name: kept[field.name] for field in dataclasses.fields(Request)}
    if minutes is not None or trials is not None:
        asked |= {
            "minutes": asked["minutes"] if minutes is None else minutes,
            "trials": asked["trials"] if trials is None else trials,
        }
    request = Request(**asked)
    space = space_from(request.space, request.settings, str(folder.request))
    if request.data is None:
        raise RunError(
            f"tune: `{out}` is a search on data that Python held. Give them again: "
            "seqloom.tune(data, out)."
        )
    source = given(request.data)
    of_valid = None if request.valid is None else given(request.valid)
    with reporting(progress, callbacks) as shown:
        kept_in = cache_in(cache, request.task)
        return _carry_on(folder, kept, request, space, shown, since, source, of_valid, kept_in)


def _check_environment() -> None:
    require("tune", "torch", "rapidfuzz", "matplotlib", "optuna")
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if processes > 1:
        raise ConfigError(
            f"tune: it must run in 1 process, got {processes} of torchrun. Start it without."
        )


def _space(
    given_space: Mapping[str, object] | str | Path | None, settings: dict[str, Any]
) -> Space:
    """What is searched: the user's space, or the default one without what the user has set."""
    if given_space is None:
        model = config_from(settings, "tune").model
        base = default_space(settings["task"], model.architecture)
        space = Space(
            base, {"task": settings["task"], "model": {"architecture": model.architecture}}
        )
        left = tuple(
            one
            for one in base
            if not any(
                _is_set(settings, name) for name in space.targets(one.name, model.architecture)
            )
        )
        return Space(left, settings)
    if isinstance(given_space, Mapping):
        return space_from(given_space, settings)
    return space_from(read_toml(Path(given_space)), settings, f"tune: {given_space}")


def _is_set(settings: Mapping[str, object], name: str) -> bool:
    section, _, key = name.partition(".")
    found = settings.get(section, {})
    return isinstance(found, Mapping) and key in found


def _seed(settings: Mapping[str, object]) -> int:
    return int(config_from(settings, "tune").training.seed)


def _carry_on(
    folder: TuneFolder,
    kept: dict[str, Any] | None,
    request: Request,
    space: Space,
    shown: Callback,
    since: float,
    data: Given,
    valid: Given | None,
    cache: Cache | None,
) -> TuneResult:
    """Begin or continue a search, with the folder held."""
    folder.path.mkdir(parents=True, exist_ok=True)
    with RunFolder(folder.path).held(), caching(cache):
        if kept is None:
            kept = _prepare(folder, request, space, shown, data, valid)
            if cache is not None:
                shown.message(cache.say())
        else:
            check_data(kept, data, valid)
            _check_python(kept, request, data, valid)
            kept |= {"minutes": request.minutes, "trials": request.trials}
            folder.write(kept)
        place = None if cache is None else cache.folder
        return Tuning(folder, kept, request, space, shown, since, data, valid, place).go()


def _check_python(
    kept: Mapping[str, Any], request: Request, data: Given, valid: Given | None
) -> None:
    """Refuse what Python holds if it is not what the search began with."""
    if "python" not in (data.kind, valid and valid.kind):
        return
    work = open_work(data, valid, config_from(request.settings, "tune"))
    if work.fingerprint != kept["fingerprint"]:
        raise RunError(
            "tune: the data must be those that the search began with, got others. "
            "Give the same, or begin anew with another folder."
        )


def _prepare(
    folder: TuneFolder,
    request: Request,
    space: Space,
    shown: Callback,
    data: Given,
    valid: Given | None,
) -> dict[str, Any]:
    """Read the data once, for the defaults that depend on them, and write the request."""
    found = digests(data, valid)
    config = config_from(request.settings, "tune")
    columns = say_columns(config.task, data, config.data)
    if columns is not None:
        shown.message(columns)
    with working(f"reading {data.name}"):
        work = open_work(data, valid, config)
    for line in work.report:
        shown.message(line)
    settled = has_length(request.settings)
    kept: dict[str, Any] = {
        "format": FORMAT,
        **dataclasses.asdict(request),
        "digests": found,
        "fingerprint": work.fingerprint,
        "trial_minutes": trial_minutes(request.minutes, request.trials, settled=settled),
        "defaults": space.defaults(work.config),
    }
    folder.space.write_text(space_toml(request.space), encoding="utf-8")
    folder.write(kept)
    return kept
