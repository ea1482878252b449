"""How far the gradient reaches while a network learns, from the log of its run.

Every 250 training steps the log has the largest singular value of the Jacobian of the last state by
the states before it, as a share of the nearest; and every validation has the accuracy.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqloom.inspection.figures.style import BLUE, GREY, paper, plain, save

BACK, LEFT = 20, 0.01  # steps back; share of the Jacobian that counts as reaching
LEARNED = 95.0  # accuracy, %
_COLOURS = (GREY, BLUE)


class History(NamedTuple):
    """Of one run: the share of the Jacobian `BACK` steps back, and the accuracy, %, by step."""

    reach: dict[int, float]
    accuracy: dict[int, float]

    def opened(self) -> int:
        """First training step in the log at which the gradient reaches that far."""
        return next(step for step, share in self.reach.items() if share > LEFT)

    def learned(self) -> int:
        """First validation with that accuracy."""
        return next(step for step, right in self.accuracy.items() if right > LEARNED)


def history(run: Path) -> History:
    """Read the log of a run."""
    reach, accuracy = {}, {}
    for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["event"] == "validation":
            accuracy[event["step"]] = event["accuracy"]
        if event["event"] == "memory":
            layer = event["layers"]["encoder.0"]
            if layer["distances"][-1] >= BACK:  # each time another sentence, some are shorter
                logs = np.log(np.maximum(layer["norms"], 1e-30))
                reach[event["step"]] = float(np.exp(np.interp(BACK, layer["distances"], logs)))
    return History(reach, accuracy)


def draw_learning(runs: Mapping[str, History], path: Path) -> None:
    """Draw both over the training steps, a curve for each run."""
    from matplotlib.figure import Figure

    with paper():
        figure = Figure(figsize=(8.0, 2.9), layout="constrained")
        left, right = figure.subplots(1, 2)
        for (title, run), colour in zip(runs.items(), _COLOURS, strict=True):
            style = {"marker": "o", "ms": 3.0, "lw": 1.4, "color": colour, "label": title}
            left.plot(list(run.reach), list(run.reach.values()), **style)
            right.plot(list(run.accuracy), list(run.accuracy.values()), **style)
        left.set_yscale("log")
        left.axhline(LEFT, color=GREY, lw=0.8, ls=":")
        left.yaxis.set_major_formatter(
            lambda value, _: f"{100 * value:.6f}".rstrip("0").rstrip(".") + " %"
        )
        left.yaxis.minorticks_off()
        left.set_title(f"Jacobian left {BACK} steps back", fontsize=9)
        right.set_title("right answers, %", fontsize=9)
        right.set_ylim(40, 102)
        right.legend(loc="lower right")
        for axes in (left, right):
            axes.set_xlabel("training step")
            axes.set_xlim(left=0)
            plain(axes)
        save(figure, path, "draw_learning")
