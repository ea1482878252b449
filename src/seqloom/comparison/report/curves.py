"""Learning curves: the runs of an entry, and their mean over a common axis.

Checked by `tests/comparison/report/test_analyse.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..records import RunRecord

Line = tuple[tuple[float, float], ...]  # (x, value) by ascending x


@dataclass(frozen=True)
class MeanCurve:
    """The validation value of an entry's runs, against steps and against seconds of training."""

    name: str
    runs_by_steps: tuple[Line, ...]
    runs_by_seconds: tuple[Line, ...]
    mean_by_steps: Line
    mean_by_seconds: Line


def mean_curve(name: str, runs: Sequence[RunRecord]) -> MeanCurve | None:
    """The curves of an entry; `None` if no run has one."""
    steps = _lines(runs, "step")
    seconds = _lines(runs, "seconds")
    if not steps and not seconds:
        return None
    return MeanCurve(name, steps, seconds, mean_line(steps), mean_line(seconds))


def mean_line(lines: Sequence[Line]) -> Line:
    """The mean of lines where all of them are, straight between their points.

    Its points are those of all lines, from the latest beginning to the earliest end.
    """
    if not lines:
        return ()
    start = max(line[0][0] for line in lines)
    end = min(line[-1][0] for line in lines)
    places = sorted({x for line in lines for x, _ in line if start <= x <= end})
    values = [np.interp(places, [x for x, _ in line], [y for _, y in line]) for line in lines]
    return tuple(zip(places, np.mean(values, axis=0).tolist(), strict=True)) if places else ()


def _lines(runs: Sequence[RunRecord], place: Literal["step", "seconds"]) -> tuple[Line, ...]:
    lines = []
    for run in runs:
        points = {
            float(x): float(y)
            for point in run.get("curve") or ()
            if (x := point.get(place)) is not None
            and (y := point.get("value")) is not None
            and np.isfinite(y)
        }
        if points:
            lines.append(tuple(sorted(points.items())))
    return tuple(lines)
