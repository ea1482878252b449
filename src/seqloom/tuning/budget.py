"""How long the trials are, and what comes next.

A search of minutes without a length of its own spends half of them on trials of equal length, which
are short, and the rest on one long run of the best settings: so a search costs the best model half
of its training at most. Everything counts from the start of the command. Checked by
`tests/tuning/test_budget.py`.
"""

from dataclasses import dataclass
from typing import Literal

SEARCH = 0.5  # share of the minutes for trials, where one long run follows
USUAL_TRIALS = 10  # that fit into it if none is stopped early
LEAST = 0.05  # minutes that a run may have
AFTER = 3.0  # seconds of the end: the table, the figure, leaving Python
MOST_AFTER = 0.05  # largest share of the time for it
DEFAULT_MINUTES = 60.0

Next = Literal["trial", "long", "nothing"]


@dataclass(frozen=True)
class TuneBudget:
    """What a search may use.

    Attributes:
        minutes: Of the whole search; `None` for no limit.
        trials: Number of trials, the long run not counted; `None` for as many as fit.
        trial_minutes: Length of a trial; `None` if the settings have it.
    """

    minutes: float | None
    trials: int | None
    trial_minutes: float | None

    @property
    def seconds(self) -> float:
        """Seconds until which runs may last."""
        if self.minutes is None:
            return float("inf")
        return 60 * self.minutes - min(AFTER, MOST_AFTER * 60 * self.minutes)

    def next(self, *, trials: int, after_long: int, elapsed: float) -> Next:
        """What comes next, when no trial is open.

        Args:
            trials: Trials that have ended, long runs not counted.
            after_long: Those of them that ended after the last long run; all if there is none.
            elapsed: Seconds that are over, all sessions together.
        """
        more = self.trials is None or trials < self.trials
        if self.minutes is None or self.trial_minutes is None:
            return "trial" if more and elapsed < self.seconds else "nothing"
        each = 60 * self.trial_minutes
        if more and elapsed + 0.5 * each <= SEARCH * 60 * self.minutes:
            return "trial"
        if after_long and self.left(elapsed) >= max(LEAST, self.trial_minutes):
            return "long"
        return "nothing"

    def left(self, elapsed: float) -> float:
        """Minutes that are left for runs."""
        return (self.seconds - elapsed) / 60


def trial_minutes(minutes: float | None, trials: int | None, *, settled: bool) -> float | None:
    """Length of the trials of a new search.

    Args:
        minutes: Of the search, if limited.
        trials: Number of trials, if limited.
        settled: Whether the settings have a length.
    """
    if minutes is None or settled:
        return None
    return max(LEAST, SEARCH * minutes / (trials or USUAL_TRIALS))
