"""Several networks on the same words: a row of arrows for each, one below another.

The thickness of an arrow is a number of that step, as a share of the largest of its row: the norm
of a gradient, whose arrows go back, or of a change of the state, whose arrows go on.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqloom.inspection.figures.style import BLUE, RED, label_steps, paper, plain, save, width

_ROW, _LABELS = 0.95, 0.85  # inches


def draw_arrows(
    rows: Mapping[str, np.ndarray], words: Sequence[str], path: Path, *, forward: bool = False
) -> None:
    """Draw and write.

    Args:
        rows: By title, the norm at each word, `(words,)`.
        words: Labels of the steps.
        path: The picture to write.
        forward: Arrows go on, in the colour of states; else back, in the colour of gradients.
    """
    from matplotlib.figure import Figure

    with paper(words):
        size = width(len(words)), _ROW * len(rows) + _LABELS
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(len(rows), 1, squeeze=False, sharex=True)[:, 0]
        for axes, (title, sizes) in zip(grid, rows.items(), strict=True):
            _row(axes, title, sizes / sizes.max(), forward)
        label_steps(grid[-1], words, len(words))
        grid[-1].tick_params(labelbottom=True)
        save(figure, path, "draw_arrows")


def _row(axes: Any, title: str, shares: np.ndarray, forward: bool) -> None:
    for t, share in enumerate(shares):
        axes.add_patch(_arrow(t, share, forward))
    axes.set_xlim(-0.7, len(shares) - 0.3)
    axes.set_ylim(-0.54, 0.54)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, labelbottom=False)
    plain(axes, "left", "right", "top", "bottom")
    axes.set_title(title, fontsize=9)


def _arrow(t: int, share: float, forward: bool) -> Any:
    from matplotlib.patches import Polygon

    way, colour = (1, BLUE) if forward else (-1, RED)
    half, tip, neck, tail = share / 2, t + way * 0.46, t + way * 0.1, t - way * 0.42
    corners = [
        *((tail, 0.62 * half), (neck, 0.62 * half), (neck, half), (tip, 0.0)),
        *((neck, -half), (neck, -0.62 * half), (tail, -0.62 * half)),
    ]
    return Polygon(corners, closed=True, facecolor=colour, edgecolor=colour, linewidth=0.6)
