"""How a run ended, its model and its history.

Checked by `tests/training/test_result.py`.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..evaluation.measure import Measure
from ..runtime import Model, load
from .history_page import page_of
from .run_folder import RunFolder


@dataclass(frozen=True, repr=False)
class Result:
    """How a run ended.

    Attributes:
        folder: The run's folder.
        path: Its best model, `best.safetensors`; absent only if it stopped before a validation.
        finished: False if it was interrupted and can be resumed.
        step: Steps done.
        steps: Steps planned.
        score: The best value of the measure that decides; `None` before a validation.
        measure: That measure.
    """

    folder: Path
    path: Path
    finished: bool
    step: int
    steps: int
    score: float | None
    measure: Measure

    @cached_property
    def model(self) -> Model:
        """The best model, ready to predict: `load(result.path)`, loaded once.

        Raises:
            FormatError: There is none, because the run stopped before a validation.
        """
        return load(self.path)

    @property
    def history(self) -> dict[str, list[float]]:
        """The validations so far, as columns of equal length, e.g. for `pandas.DataFrame`.

        `step`, `epoch`, `minutes` since the run began, `loss` (of training, since the validation
        before), a column for each measure, `valid_loss`, and `best`, true where a validation was
        the best so far; `docs/python.md` has the units.
        """
        events = RunFolder(self.folder).events()
        columns: dict[str, list[float]] = {"step": [], "epoch": [], "minutes": []}
        for event in (event for event in events if event["event"] == "validation"):
            columns["minutes"].append(event["seconds"] / 60)
            for key, value in event.items():
                if isinstance(value, int | float) and not key.endswith(("_per_second", "seconds")):
                    columns.setdefault(key, []).append(value)
        return columns

    def __repr__(self) -> str:
        state = f"{self.step:,} steps" if self.finished else f"step {self.step:,} of {self.steps:,}"
        stopped = "" if self.finished else f", stopped: seqloom.resume({str(self.folder)!r})"
        return f"<Result {self.folder}: {state}, validation {self._score()}{stopped}>"

    def _repr_html_(self) -> str:
        """The run as a table and two curves."""
        facts = {
            "run": str(self.folder),
            "model": str(self.path),
            "steps": f"{self.step:,}" if self.finished else f"{self.step:,} of {self.steps:,}",
            "best validation": self._score(),
        }
        return page_of(facts, self.history, self.measure)

    def _score(self) -> str:
        if self.score is None:
            return "none yet"
        return f"{self.measure.label} {self.measure.show(self.score)}"
