"""A search in motion: trial after trial until the budget is used, and then the results.

Checked by `tests/tuning/test_tune.py`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from ..data.given import Given
from ..errors import RunError
from ..evaluation.measure import Measure
from ..tasks import TASKS
from ..training.callback import Callback
from ..training.work import Work
from .budget import TuneBudget
from .folder import Request, TuneFolder
from .importance import LEAST as LEAST_TRIALS
from .importance import draw, importance
from .results import TuneResult, keep, rows
from .search import LONG, TuneStudy
from .space import Space
from .trial import OutOfTime, TrialStopped, folder_name, now, run_trial, seconds_of

FAILURES = 5  # in a row, after which the space is taken to be wrong


class Tuning:
    """A search in motion."""

    def __init__(
        self,
        folder: TuneFolder,
        kept: Mapping[str, Any],
        request: Request,
        space: Space,
        shown: Callback,
        since: float,
        data: Given,
        valid: Given | None,
        cache: Path | None,
    ) -> None:
        self.data, self.valid, self.cache = data, valid, cache
        self.folder, self.kept, self.request, self.shown = folder, kept, request, shown
        self.space, self.since = space, since
        work: type[Work] = TASKS[request.task].part("work")
        self.measure: Measure = work.measures[0]
        self.search = TuneStudy(
            folder.study,
            space,
            seed=request.seed,
            rises=self.measure.rises,
            measure=self.measure.key,
        )
        self.budget = TuneBudget(request.minutes, request.trials, kept["trial_minutes"])
        self.before = self._seconds_before()

    def _seconds_before(self) -> float:
        """Seconds of the sessions before."""
        trial = self.search.open_trial()
        if trial is None:
            return self.search.seconds
        return self.search.seconds + seconds_of(self._run_of(trial.number))

    @property
    def elapsed(self) -> float:
        """Seconds that are over, all sessions together."""
        return self.before + now() - self.since

    def _run_of(self, number: int) -> Path:
        return self.folder.trials / folder_name(number)

    def go(self) -> TuneResult:
        """Do all trials, and write the results."""
        say = self.shown.message
        say(self._plan())
        self.folder.trials.mkdir(exist_ok=True)
        try:
            finished = self._all_trials()
        except (TrialStopped, KeyboardInterrupt):
            finished = False
        keep(self.search, self.folder, self.measure.key)
        best = self.search.best()
        if best is None and finished:
            raise RunError(self._no_model())
        shares = importance(self.search) if finished else {}
        if shares:
            draw(self.folder.importance, shares, self.search, self.space, self.measure)
        elif finished:
            say(f"importance: not said, for fewer than {LEAST_TRIALS} trials have a score")
        return TuneResult(
            folder=self.folder.path,
            model=self.folder.best,
            config=self.folder.config,
            best=None if best is None else best.number,
            score=None if best is None else best.value,
            measure=self.measure,
            trials=rows(self.search),
            importance=shares,
            finished=finished,
        )

    def _plan(self) -> str:
        """What is about to be done, in a line."""
        names = ", ".join(d.name for d in self.space.dimensions)
        minutes, each = self.request.minutes, self.kept["trial_minutes"]
        number = "trials" if self.request.trials is None else f"{self.request.trials} trials"
        if each is not None:
            number = f"{number} of {each:.3g} minutes, then one long run"
        total = "" if minutes is None else f", {minutes:g} minutes in all"
        return f"search: {number}{total}, over {names}"

    def _all_trials(self) -> bool:
        """Do the trials that are missing."""
        while True:
            trial = self.search.open_trial() or self._begin()
            if trial is None:
                return True
            number = trial.number
            self.shown.message(f"trial {number}{self._words(trial.params, trial.user_attrs)}")
            try:
                run_trial(
                    self.search,
                    trial,
                    self._run_of(number),
                    data=self.data,
                    valid=self.valid,
                    cache=self.cache,
                    minutes=self.kept["trial_minutes"],
                    shown=self.shown,
                    late=self._late(),
                )
            except OutOfTime:
                self.shown.message(f"trial {number}: unfinished, the minutes are over")
                return True
            self.search.note_seconds(self.elapsed)
            keep(self.search, self.folder, self.measure.key)
            self._tell(number)
            self._check_failures()

    def _begin(self) -> FrozenTrial | None:
        """Begin the next trial, if there is time for one."""
        trials = self.search.trials()
        longs = [t.number for t in trials if LONG in t.user_attrs]
        after = [t for t in trials if t.number > max(longs, default=-1)]
        what = self.budget.next(
            trials=len(trials) - len(longs), after_long=len(after), elapsed=self.elapsed
        )
        if what == "trial":
            return self.search.begin(self.kept["defaults"])
        best = self.search.best()
        if what == "long" and best is not None:
            return self.search.begin_long(best, self.budget.left(self.elapsed))
        return None

    def _late(self) -> Callable[[], bool]:
        """Whether the minutes are over; a run of minutes keeps to its own."""
        if self.kept["trial_minutes"] is not None:
            return lambda: False
        return lambda: self.elapsed > self.budget.seconds

    def _words(self, values: Mapping[str, object], attributes: Mapping[str, Any]) -> str:
        """The values of a trial for people."""
        shown = ", ".join(
            f"{name.partition('.')[2]} {value:.3g}"
            if isinstance(value, float)
            else f"{name.partition('.')[2]} {value}"
            for name, value in values.items()
        )
        length = f" (long run of {attributes[LONG]:.3g} minutes)" if LONG in attributes else ""
        return f"{length}: {shown}"

    def _tell(self, number: int) -> None:
        """How a trial ended."""
        row = rows(self.search)[number]
        score = "" if row.score is None else f" {self.measure.label} {self.measure.show(row.score)}"
        best = self.search.best()
        what = "best so far" if best is not None and best.number == number else row.state
        why = f": {row.error}" if row.error else ""
        self.shown.message(f"trial {number}:{score} ({what}){why}")

    def _check_failures(self) -> None:
        """Stop where trial after trial fails.

        Raises:
            RunError: The last ones all failed.
        """
        last = rows(self.search)[-FAILURES:]
        if len(last) == FAILURES and all(row.state == "failed" for row in last):
            raise RunError(
                f"tune: the last {FAILURES} trials failed, the last one so: {last[-1].error} "
                "Narrow the search space with --space."
            )

    def _no_model(self) -> str:
        failed = [row for row in rows(self.search) if row.error]
        if failed:
            return f"tune: no trial has ended with a model. The first error: {failed[0].error}"
        return (
            "tune: no trial has ended in the time. Give it more: seqloom tune "
            f"--resume {self.folder.path} --minutes {2 * (self.request.minutes or 1):g}"
        )
