"""What is shown while a comparison runs: a live table on a terminal, plain lines elsewhere.

The table has a row for each entry: the seed at work, how far it is, the validation now and at its
best, the time left, and the score on the test of the seeds that are done. Checked by
`tests/comparison/test_live.py`.
"""

import contextlib
import sys
import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..evaluation.measure import Measure
from ..plain import printable
from ..progress import clock, showing
from ..training.validation import Validation
from .records import RunRecord

BAR = 12  # characters
REDRAWN = 4.0  # times a second, at most


class Watcher:
    """Receives events; prints nothing."""

    def say(self, text: str) -> None:
        """A line on what was read and decided."""

    def planned(self, titles: dict[str, str], seeds: tuple[int, ...], measure: Measure) -> None:
        """What is to come: titles by name of the entry, baselines first."""

    def began(self, entry: str, seed: int | None) -> None:
        """An entry is at work; a baseline has no seed."""

    def moved(self, entry: str, seed: int, step: int, steps: int) -> None:
        """A step is done."""

    def validated(self, entry: str, seed: int, found: Validation) -> None:
        """A validation is done."""

    def scoring(self, entry: str, seed: int) -> None:
        """Training has ended; the test is at work."""

    def ended(self, entry: str, seed: int | None, found: RunRecord) -> None:
        """An entry is done at this seed: a run as results.json has it."""

    def close(self) -> None:
        """All is done, or stopped."""


@dataclass
class Row:
    """Where an entry is."""

    title: str
    seed: int | None = None
    state: str = "waits"
    step: int = 0
    steps: int = 0
    begun: float = 0.0
    begun_at: int = 0
    measure: Measure | None = None
    now: float | None = None
    best: float | None = None
    scores: list[float] = field(default_factory=list)

    def begin(self, seed: int | None) -> None:
        """Another seed is at work."""
        self.seed, self.state, self.step, self.steps = seed, "at work", 0, 0
        self.now = self.best = None

    def move(self, step: int, steps: int) -> None:
        """So many steps are done."""
        if not self.steps:
            self.begun, self.begun_at = time.perf_counter(), step
        self.step, self.steps, self.state = step, steps, "trains"

    def validate(self, found: Validation) -> None:
        """The validation now, and the best one."""
        self.measure, self.now = found.measures[0], found.values[0]
        if self.measure.better(self.now, self.best):
            self.best = self.now

    def end(self, found: RunRecord) -> None:
        """The seed is done."""
        self.state = "failed" if "error" in found else "done"
        if "error" not in found:
            self.scores.append(found["score"] or 0.0)

    @property
    def left(self) -> float | None:
        """Seconds until the last step, at the pace so far."""
        moved = self.step - self.begun_at
        if self.state != "trains" or moved < 1:
            return None
        return (time.perf_counter() - self.begun) / moved * (self.steps - self.step)

    def show(self, value: float | None) -> str:
        """A validation's value."""
        return "" if value is None or self.measure is None else self.measure.show(value)


class Shown(Watcher):
    """What both ways of showing share: the rows, kept up to date."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.seeds: tuple[int, ...] = ()
        self.measure = Measure("", "", "", 2)

    def changed(self, *, now: bool = True) -> None:
        """A row is another; `now` is False if that can be shown later."""

    def planned(self, titles: dict[str, str], seeds: tuple[int, ...], measure: Measure) -> None:
        self.rows = {name: Row(title) for name, title in titles.items()}
        self.seeds, self.measure = seeds, measure

    def began(self, entry: str, seed: int | None) -> None:
        self.rows[entry].begin(seed)
        self.changed()

    def moved(self, entry: str, seed: int, step: int, steps: int) -> None:
        self.rows[entry].move(step, steps)
        self.changed(now=False)

    def validated(self, entry: str, seed: int, found: Validation) -> None:
        self.rows[entry].validate(found)
        self.changed()

    def scoring(self, entry: str, seed: int) -> None:
        self.rows[entry].state = "is tested"
        self.changed()

    def ended(self, entry: str, seed: int | None, found: RunRecord) -> None:
        self.rows[entry].end(found)
        self.changed()

    def score(self, value: float) -> str:
        """A score on the test."""
        measure = self.measure
        return f"{value:.{measure.digits}f}" + (f" {measure.unit}" if measure.unit else "")


class ComparisonLines(Shown):
    """A line for each thing that happens, on stderr."""

    def say(self, text: str) -> None:
        print(printable(text, lines=True), file=sys.stderr, flush=True)

    def validated(self, entry: str, seed: int, found: Validation) -> None:
        super().validated(entry, seed, found)
        row = self.rows[entry]
        left = "" if row.left is None else f", {clock(row.left)} left"
        label = found.measures[0].label
        self.say(
            f"{entry}, seed {seed}: step {row.step} of {row.steps}, validation {label} "
            f"{row.show(row.now)}, best {row.show(row.best)}{left}"
        )

    def ended(self, entry: str, seed: int | None, found: RunRecord) -> None:
        super().ended(entry, seed, found)
        name = entry if seed is None else f"{entry}, seed {seed}"
        if "error" in found:
            self.say(f"{name}: failed: {found['error']}")
        else:
            self.say(f"{name}: test {self.measure.label} {self.score(found['score'] or 0.0)}")


class LiveTable(Shown):
    """A table that is redrawn in place."""

    def __init__(self) -> None:
        super().__init__()
        self.console = Console(stderr=True, highlight=False)
        self.live = Live(console=self.console, auto_refresh=False, transient=True)
        self.work = ""
        self.shows_work = contextlib.ExitStack()
        self._updated = 0.0

    def say(self, text: str) -> None:
        self.console.print(printable(text, lines=True), markup=False, soft_wrap=True)

    def planned(self, titles: dict[str, str], seeds: tuple[int, ...], measure: Measure) -> None:
        super().planned(titles, seeds, measure)
        self.live.start()
        self.shows_work.enter_context(showing(self))  # below the table, not beside it

    def ended(self, entry: str, seed: int | None, found: RunRecord) -> None:
        super().ended(entry, seed, found)
        if "error" in found:
            self.say(f"{entry}, seed {seed}: failed: {found['error']}")

    def close(self) -> None:
        self.shows_work.close()
        self.live.stop()

    def show(self, line: str) -> None:
        """What the entry at work does, below the table."""
        self.work = line
        self.changed(now=False)

    def clear(self) -> None:
        """No long work goes on."""
        self.work = ""

    def table(self) -> Table:
        """The table as it is now."""
        table = Table(box=None, pad_edge=False, caption=Text(self.work), caption_justify="left")
        for name in ("entry", "seed", "progress"):
            table.add_column(name, no_wrap=True)
        for name in ("validation", "best", "left", f"test {self.measure.label}"):
            table.add_column(name, justify="right", no_wrap=True)
        for row in self.rows.values():
            left = "" if row.left is None else clock(row.left)
            mean = sum(row.scores) / len(row.scores) if row.scores else None
            seed = "" if row.seed is None else f"{row.seed} of {len(self.seeds)}"
            tested = "" if mean is None else f"{self.score(mean)} ({len(row.scores)})"
            cells = (row.title, seed, _bar(row), row.show(row.now), row.show(row.best), left)
            style = "bold" if row.state in ("trains", "is tested", "at work") else ""
            table.add_row(*(Text(cell) for cell in cells), Text(tested), style=style)
        return table

    def changed(self, *, now: bool = True) -> None:
        if now or time.perf_counter() - self._updated > 1 / REDRAWN:
            self._updated = time.perf_counter()
            self.live.update(self.table(), refresh=True)


def _bar(row: Row) -> str:
    if row.state != "trains" or not row.steps:
        return row.state
    full = BAR * row.step // row.steps
    return "█" * full + "░" * (BAR - full) + f" {100 * row.step // row.steps:>3} %"
