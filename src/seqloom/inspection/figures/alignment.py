"""Alignment matrices side by side: where the decoder looked while it wrote each symbol.

Source: figure 3 of Bahdanau, Cho & Bengio 2015.
"""

from collections.abc import Sequence
from pathlib import Path

from ...decoding.alignment import Alignment
from .attention import draw_grid
from .style import heat, label_steps, paper, save, shown

_CELL = 0.34  # inches


def draw_alignments(alignments: Sequence[Alignment], path: Path) -> None:
    """Draw alignments side by side: source symbols across, output symbols down.

    Args:
        alignments: From `Model.align`, at least one.
        path: The picture to write; its ending picks the format, e.g. `.png` or `.pdf`.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    widths = [len(a.source) for a in alignments]
    tallest = max(len(a.output) for a in alignments)
    size = _CELL * sum(widths) + 1.1 * len(widths), _CELL * tallest + 0.7
    with paper(shown(x) for a in alignments for x in (*a.source, *a.output)):
        figure = Figure(figsize=size, layout="constrained")
        row = figure.subplots(1, len(alignments), squeeze=False, width_ratios=widths)[0]
        for axes, alignment in zip(row, alignments, strict=True):
            heat(axes, alignment.weights, 0.0, 1.0)
            axes.set_aspect("equal")
            label_steps(axes, alignment.source, len(alignment.source))
            label_steps(axes, alignment.output, len(alignment.output), axis="y")
            axes.xaxis.tick_top()
            axes.tick_params(length=0)
            draw_grid(axes, len(alignment.output), len(alignment.source))
        save(figure, path, "draw_alignments")
