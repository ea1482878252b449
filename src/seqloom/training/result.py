"""How a run ended."""

from dataclasses import dataclass
from pathlib import Path

from ..evaluation.measure import Measure


@dataclass(frozen=True)
class Result:
    """How a run ended.

    Attributes:
        folder: The run's folder.
        model: Its best model, `best.safetensors`; absent only if it stopped before a validation.
        finished: False if it was interrupted and can be resumed.
        step: Steps done.
        steps: Steps planned.
        score: The best value of the measure that decides; `None` before a validation.
        measure: That measure.
    """

    folder: Path
    model: Path
    finished: bool
    step: int
    steps: int
    score: float | None
    measure: Measure
