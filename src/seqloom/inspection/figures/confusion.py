"""A classifier's confusions and its calibration as one picture.

Left, which class was given to which: each row is a class, coloured by shares of its texts, with the
counts in it. Right, how often the model was right against how sure it was; on the diagonal, its
probabilities can be believed.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...evaluation.classes import ClassEvaluation
from .style import BLUE, LINE, paper, plain, save, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_COUNTS = 20  # classes up to which the counts are written into the squares


def draw_confusion(found: ClassEvaluation, path: Path) -> None:
    """Draw the confusion matrix and the reliability diagram side by side.

    Args:
        found: From `evaluate_classes`.
        path: The picture to write; its ending picks the format, e.g. `.png` or `.pdf`.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    size = min(12.0, max(3.2, 0.5 * len(found.labels) + 1.8))
    labels = [short(label) for label in found.labels]
    with paper(labels):
        figure = Figure(figsize=(size + 4.4, max(3.6, size)), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[size, 3.6])
        _matrix(left, found, labels)
        _diagram(right, found)
        save(figure, path, "draw_confusion")


def _matrix(axes: "Axes", found: ClassEvaluation, labels: list[str]) -> None:
    counts = np.array(found.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    places = range(len(found.labels))
    longest = max(map(len, labels))
    axes.set_xticks(places, labels, rotation=0 if longest * len(labels) <= 30 else 90)
    axes.set_yticks(places, labels)
    axes.tick_params(length=0)
    if len(labels) <= MOST_COUNTS:
        for (i, j), count in np.ndenumerate(counts):
            color = "white" if shares[i, j] > 0.55 else "#333333"
            axes.text(j, i, f"{count:,}", ha="center", va="center", color=color, fontsize=8)
    axes.set_xlabel("given")
    axes.set_ylabel("right")
    axes.set_title(f"accuracy {found.accuracy.value:.1f} %", fontsize=10)
    for spine in axes.spines.values():
        spine.set_color(LINE)


def _diagram(axes: "Axes", found: ClassEvaluation) -> None:
    axes.plot([0, 1], [0, 1], color="#cccccc", linewidth=1)
    bins = found.reliability
    most = max(b.texts for b in bins)
    axes.plot([b.confidence for b in bins], [b.accuracy for b in bins], color=BLUE, linewidth=1)
    axes.scatter(
        [b.confidence for b in bins],
        [b.accuracy for b in bins],
        s=[12 + 140 * b.texts / most for b in bins],
        color=BLUE,
    )
    axes.set_xlim(0, 1.03)
    axes.set_ylim(0, 1.03)
    axes.set_aspect("equal")
    axes.set_xlabel("confidence (area: number of texts)")
    axes.set_ylabel("share that is right")
    axes.set_title(f"calibration error {found.calibration_error:.1f} %", fontsize=10)
    plain(axes)
