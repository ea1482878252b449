"""The study: drawing the settings of a trial, its validation curve, pruning; Optuna with SQLite.

A trial's values depend on the seed, its number and the trials before it, on nothing else: a sampler
is made anew for each, on a copy of those trials in memory, and the values are written in one
transaction. So a search that is killed at any time and continued equals one that was not.
Trials run one after another. Checked by `tests/tuning/test_search.py` and `test_kill.py`.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import optuna
from optuna.samplers import RandomSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from .space import Space, Value

NAME = "seqloom"
RANDOM_TRIALS = 5  # before the sampler learns from what was found
PRUNED_AFTER = 4  # trials that are complete
WARM_UP = 30  # % of a run before which no trial is pruned
GRID = range(10, 101, 10)  # % of a run at which trials are compared
LONG = "long"  # what a trial that is longer than the others has


class TuneStudy:
    """The trials of one search, in their file."""

    def __init__(
        self, path: Path, space: Space, *, seed: int, rises: bool, measure: str = ""
    ) -> None:
        """
        Args:
            path: The SQLite file, made if it is not there.
            space: What is searched.
            seed: Of the drawing.
            rises: Whether more of the measure is better.
            measure: Its key in the log of a run.
        """
        self.space, self.seed, self.measure = space, seed, measure
        self._direction = StudyDirection.MAXIMIZE if rises else StudyDirection.MINIMIZE
        with quiet():
            self.study = optuna.create_study(
                storage=f"sqlite:///{path.resolve()}",
                study_name=NAME,
                load_if_exists=True,
                direction=self._direction,
                sampler=RandomSampler(seed=0),  # asked for nothing
                pruner=optuna.pruners.MedianPruner(
                    n_startup_trials=PRUNED_AFTER,
                    n_warmup_steps=WARM_UP,
                    n_min_trials=PRUNED_AFTER,
                ),
            )

    def trials(self) -> list[FrozenTrial]:
        """All trials in their order; only the last can be open."""
        return self.study.get_trials(deepcopy=False)

    def open_trial(self) -> FrozenTrial | None:
        """The trial that has begun and not ended."""
        trials = self.trials()
        return trials[-1] if trials and not trials[-1].state.is_finished() else None

    def begin(self, defaults: Mapping[str, Value]) -> FrozenTrial:
        """Begin a trial.

        Args:
            defaults: Values of the first trial; those that are missing are drawn.
        """
        drawn = self._draw(defaults)
        return self._add(drawn.params, drawn, {})

    def begin_long(self, model: FrozenTrial, minutes: float) -> FrozenTrial:
        """Begin a run of the same values as a trial's, of another length.

        Args:
            model: The trial.
            minutes: The length.
        """
        return self._add(model.params, model, {LONG: minutes})

    def _add(
        self, values: Mapping[str, object], drawn: FrozenTrial, attributes: dict[str, object]
    ) -> FrozenTrial:
        self.study.add_trial(
            create_trial(
                state=TrialState.RUNNING,
                params=dict(values),
                distributions=drawn.distributions,
                user_attrs=attributes,
            )
        )
        return self.trials()[-1]

    def _draw(self, defaults: Mapping[str, Value]) -> FrozenTrial:
        """Draw the values of the next trial."""
        before = self.trials()
        seed = np.random.SeedSequence([self.seed, len(before)]).generate_state(1)[0]
        sampler = TPESampler(seed=int(seed), n_startup_trials=RANDOM_TRIALS)
        with quiet():
            copy = optuna.create_study(direction=self._direction, sampler=sampler)
            copy.add_trials([trial for trial in before if LONG not in trial.user_attrs])
            if not before:
                copy.enqueue_trial(dict(defaults))
            self.space.suggest(copy.ask())
            return copy.get_trials(deepcopy=False)[-1]

    def report(self, number: int, share: int, value: float) -> bool:
        """Note a validation of the open trial.

        Args:
            number: The trial's.
            share: How much of the run is over, %.
            value: Of the measure that decides.
        Returns:
            Whether to stop the trial.
        """
        frozen = self.trials()[number]
        point = max((p for p in GRID if p <= share), default=0)  # one, so that it is all or nothing
        if point and point not in frozen.intermediate_values:
            Trial(self.study, frozen._trial_id).report(value, point)
        return self.prunes(number)

    def prunes(self, number: int) -> bool:
        """Whether the open trial is worse than the median, by what it has reported."""
        frozen = self.trials()[number]
        points = frozen.intermediate_values
        if LONG in frozen.user_attrs or not points or max(points) == max(GRID):
            return False
        return bool(self.study.pruner.prune(self.study, frozen))

    def end(self, number: int, state: TrialState, value: float | None, **facts: object) -> None:
        """End the open trial.

        Args:
            number: The trial's.
            state: How it ended.
            value: Its score, of one that is complete.
            facts: What the table says of it.
        """
        trial = Trial(self.study, self.trials()[number]._trial_id)
        for name, fact in facts.items():
            trial.set_user_attr(name, fact)
        self.study.tell(number, value, state=state)

    @property
    def seconds(self) -> float:
        """Seconds that the trials which have ended took, with all between them."""
        return float(self.study.user_attrs.get("seconds", 0.0))

    def note_seconds(self, seconds: float) -> None:
        """Note what is over when a trial ends."""
        self.study.set_user_attr("seconds", seconds)

    def best(self) -> FrozenTrial | None:
        """The complete trial of the best score, the first of equal ones."""
        done = [t for t in self.trials() if t.state == TrialState.COMPLETE]
        sign = -1.0 if self._direction == StudyDirection.MAXIMIZE else 1.0
        return min(done, key=lambda t: sign * float(t.values[0]), default=None)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from printing what it does."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
