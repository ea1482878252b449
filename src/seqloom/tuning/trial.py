"""One trial: a run like any other, in `trials/NNN`, that tells the study its validation curve.

Checked by `tests/tuning/test_tune.py` and `test_kill.py`.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from .. import training
from ..config import merge, read_toml
from ..config.short_names import LENGTHS
from ..errors import ConfigError, DivergedError, RunError
from ..training.callback import Callback, RunStart
from ..training.clock import Clock
from ..training.run_folder import RunFolder
from ..training.validation import Validation
from .search import LONG, TuneStudy


class Pruned(Exception):
    """The trial is worse than the median at this place."""


class OutOfTime(Exception):
    """The minutes of the search are over."""


class TrialStopped(Exception):
    """The user asked to stop; the trial can be continued."""


class TrialReporter(Callback):
    """Reports a run's validations to the study, and stops it."""

    def __init__(
        self, search: TuneStudy, number: int, shown: Callback, late: Callable[[], bool]
    ) -> None:
        """
        Args:
            search: The study.
            number: The trial's.
            shown: Told of the run's steps.
            late: Whether the minutes of the search are over.
        """
        self.search, self.number, self.shown, self.late = search, number, shown, late
        self.steps = 1

    def begin(self, run: RunStart) -> None:
        self.shown.begin(run)

    def start(self, step: int, steps: int) -> None:
        self.steps = steps
        self.shown.start(step, steps)

    def plan(self, steps: int) -> None:
        self.steps = steps
        self.shown.plan(steps)

    def step(self, step: int, loss: float, clock: Clock) -> None:
        self.shown.step(step, loss, clock)
        if self.late() and step < self.steps:
            raise OutOfTime

    def validation(self, found: Validation) -> None:
        self.shown.validation(found)
        share = min(100, 100 * found.step // self.steps)
        if self.search.report(self.number, share, found.values[0]):
            raise Pruned

    def stop(self) -> None:
        self.shown.stop()

    def end(self, result: training.Result) -> None:
        self.shown.end(result)


def run_trial(
    search: TuneStudy,
    trial: FrozenTrial,
    folder: Path,
    *,
    data: object,
    valid: object,
    cache: Path | None,
    minutes: float | None,
    shown: Callback,
    late: Callable[[], bool],
) -> None:
    """Carry out the open trial, or continue it, and end it in the study.

    Args:
        search: The study.
        trial: The open trial.
        folder: Of its run.
        data, valid: What it trains and validates on.
        cache: Where they are encoded, if anywhere.
        minutes: The length of a trial; `None` if the settings have it.
        shown: Told of the run's steps.
        late: Whether the minutes of the search are over.
    Raises:
        TrialStopped: The user asked to stop.
        OutOfTime: The minutes of the search are over; the trial stays open.
    """
    state, value, facts = TrialState.COMPLETE, None, {}
    try:
        if search.prunes(trial.number):  # it was killed before it was ended
            raise Pruned
        probe = TrialReporter(search, trial.number, shown, late)
        result = _run(search, trial, folder, data, valid, cache, minutes, probe)
        if not result.finished:
            raise TrialStopped
        value = result.score
    except Pruned:
        state = TrialState.PRUNED
    except (DivergedError, ConfigError, MemoryError) as error:
        state, facts = TrialState.FAIL, {"error": " ".join(str(error).split()) or "out of memory"}
    search.end(trial.number, state, value, **_facts(folder), **facts)


def _run(
    search: TuneStudy,
    trial: FrozenTrial,
    path: Path,
    data: object,
    valid: object,
    cache: Path | None,
    minutes: float | None,
    probe: TrialReporter,
) -> training.Result:
    """Begin a run, or continue it."""
    folder = RunFolder(path)
    if folder.log.exists() and (events := folder.events()):
        _report_again(search, trial.number, events)
        return training.resume(
            path, data=data, valid=valid, cache=cache, progress=False, callbacks=[probe]
        )
    if path.exists():  # killed before its first line of log
        shutil.rmtree(path)
    settings = search.space.settings_of(trial.params)
    length = trial.user_attrs.get(LONG, minutes)
    if length is not None:
        training_settings = {"minutes": length, **_validated(path.parent)}
        settings = merge(settings, {"training": training_settings})
    return training.train(
        data, path, valid=valid, cache=cache, config=settings, progress=False, callbacks=[probe]
    )


def _report_again(search: TuneStudy, number: int, events: list[dict[str, Any]]) -> None:
    """Report the validations of a run that the study may have missed: one at the last step.

    Raises:
        Pruned: The trial is worse than the median.
    """
    steps = 1
    for event in events:
        steps = event["steps"] if event["event"] in ("start", "pace") else steps
        share = min(100, 100 * event.get("step", 0) // steps)
        if event["event"] == "validation" and search.report(number, share, event[search.measure]):
            raise Pruned


def _validated(trials: Path) -> dict[str, object]:
    """The share of the validation data that the first trial had time for; later ones use the same.

    Scores on other shares would not be comparable.
    """
    first = trials / folder_name(0) / "config.toml"
    if not first.exists():
        return {}
    share = _section(read_toml(first), "training").get("valid_share", 1.0)
    return {} if share == 1.0 else {"valid_share": share}


def _section(tree: dict[str, object], name: str) -> dict[str, object]:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def folder_name(number: int) -> str:
    """The name of a trial's folder."""
    return f"{number:03d}"


def _facts(folder: Path) -> dict[str, object]:
    """What the table says of a run: steps and seconds."""
    try:
        events = RunFolder(folder).events()
    except RunError:  # it failed before its first line
        return {"steps": 0, "seconds": 0.0}
    steps = [event["step"] for event in events if event["event"] == "validation"]
    return {"steps": max(steps, default=0), "seconds": round(seconds_of(folder), 3)}


def seconds_of(folder: Path) -> float:
    """Seconds that a run has taken, by its log."""
    try:
        events = RunFolder(folder).events()
    except RunError:
        return 0.0
    return max((float(event.get("seconds", 0.0)) for event in events), default=0.0)


def has_length(settings: dict[str, object]) -> bool:
    """Whether settings say how long a run is."""
    return bool(LENGTHS & {*_section(settings, "training")})


def now() -> float:
    """Seconds of the clock that runs are timed by."""
    return time.perf_counter()
