"""What a search leaves: a table, the best model, the settings that repeat it.

Checked by `tests/tuning/test_tune.py`.
"""

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState

from ..errors import RunError
from ..evaluation.measure import Measure
from ..files import replacing
from .folder import TuneFolder
from .search import LONG, TuneStudy
from .space import Value
from .trial import folder_name

STATES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "unfinished",
}


@dataclass(frozen=True, kw_only=True)
class TrialRow:
    """A trial.

    Attributes:
        trial: Its number, from 0; its run is `trials/NNN`.
        state: `complete`; `pruned`, stopped because it was worse than the median; `failed`;
            `unfinished`.
        score: Of the best model of a complete trial; the last validation of a pruned one.
        values: What was searched, by setting.
        steps: Optimiser steps up to the last validation.
        seconds: Time.
        long: Whether it is the long run with the settings of an earlier trial.
        error: Why it failed.
    """

    trial: int
    state: str
    score: float | None
    values: dict[str, Value]
    steps: int
    seconds: float
    long: bool
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class TuneResult:
    """How a search ended.

    Attributes:
        folder: The search's folder.
        model: The best model, `best.safetensors`.
        config: Its settings, `config.toml`.
        best: The number of its trial.
        score: Its score.
        measure: What the score is.
        trials: All trials in order.
        importance: Share of each setting in what made a trial good, largest first; empty if there
            are too few trials to say.
        finished: False if Ctrl-C stopped the search: the same call continues it.
    """

    folder: Path
    model: Path
    config: Path
    best: int | None
    score: float | None
    measure: Measure
    trials: tuple[TrialRow, ...]
    importance: dict[str, float]
    finished: bool


def rows(search: TuneStudy) -> tuple[TrialRow, ...]:
    """The trials as a table has them."""
    return tuple(_row(trial) for trial in search.trials())


def _row(trial: FrozenTrial) -> TrialRow:
    facts = trial.user_attrs
    points = trial.intermediate_values
    score = trial.value if trial.state == TrialState.COMPLETE else None
    if trial.state == TrialState.PRUNED:
        score = points[max(points)]
    return TrialRow(
        trial=trial.number,
        state=STATES[trial.state],
        score=score,
        values=dict(trial.params),
        steps=facts.get("steps", 0),
        seconds=facts.get("seconds", 0.0),
        long=LONG in facts,
        error=facts.get("error", ""),
    )


def keep(search: TuneStudy, folder: TuneFolder, measure: str) -> None:
    """Write the table, and the best model with its settings.

    Args:
        search: The study.
        folder: The search's.
        measure: What the column of scores is called.
    """
    with replacing(folder.table, "tune") as beside:
        beside.write_text(_csv(rows(search), measure), encoding="utf-8", newline="")
    best = search.best()
    if best is None:
        return
    run = folder.trials / folder_name(best.number)
    for source, target in (
        (run / "best.safetensors", folder.best),
        (run / "config.toml", folder.config),
    ):
        if not source.exists():
            raise RunError(
                f"tune: `{source}` is missing, the best trial's. Begin anew with another --out."
            )
        with replacing(target, "tune") as beside:
            shutil.copyfile(source, beside)


def _csv(trials: Sequence[TrialRow], measure: str) -> str:
    """The table: a line for each trial, a column for each setting."""
    names = list(dict.fromkeys(name for row in trials for name in row.values))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "state", measure, "steps", "seconds", "long", *names, "error"])
    for row in trials:
        values = [row.values.get(name, "") for name in names]
        score = "" if row.score is None else row.score
        long = "yes" if row.long else "no"
        facts = [row.trial, row.state, score, row.steps, row.seconds, long]
        writer.writerow([*facts, *values, row.error])
    return text.getvalue()
