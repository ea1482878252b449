"""The alignment matrix as a picture: where the decoder looked while it wrote each symbol.

Source: the figure of Bahdanau, Cho & Bengio 2015 (figure 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.vocabulary import EOS, SPECIALS
from ..files import replacing

_SHOWN = {SPECIALS[EOS]: "end", " ": "␣"}


@dataclass(frozen=True)
class Alignment:
    """Where the decoder looked: attention weights of each output symbol over the source.

    Attributes:
        source: Source symbols, S of them.
        output: Output symbols and the end, T of them.
        weights: `(T, S)`, each row summing to 1.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    weights: np.ndarray


def draw_alignments(alignments: Sequence[Alignment], path: Path) -> None:
    """Draw alignments side by side: source symbols across, output symbols down.

    Args:
        alignments: From `Model.align`, at least one.
        path: The picture to write; its ending picks the format, e.g. `.png` or `.pdf`.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    cell = 0.34  # inches
    widths = [len(a.source) for a in alignments]
    tallest = max(len(a.output) for a in alignments)
    figure = Figure(
        figsize=(cell * sum(widths) + 1.1 * len(widths), cell * tallest + 0.7), layout="constrained"
    )
    row = figure.subplots(1, len(alignments), squeeze=False, width_ratios=widths)[0]
    for axes, alignment in zip(row, alignments, strict=True):
        axes.imshow(alignment.weights, cmap="Blues", vmin=0.0, vmax=1.0, aspect="equal")
        axes.set_xticks(range(len(alignment.source)), _labels(alignment.source))
        axes.set_yticks(range(len(alignment.output)), _labels(alignment.output))
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xticks([x + 0.5 for x in range(len(alignment.source) - 1)], minor=True)
        axes.set_yticks([y + 0.5 for y in range(len(alignment.output) - 1)], minor=True)
        axes.grid(which="minor", color="#dddddd", linewidth=0.5)
        axes.tick_params(which="minor", length=0)
        for spine in axes.spines.values():
            spine.set_color("#bbbbbb")
    with replacing(path, "draw_alignments") as beside:
        figure.savefig(beside, dpi=150, format=path.suffix.lstrip(".") or "png")


def _labels(symbols: Sequence[str]) -> list[str]:
    return [_SHOWN.get(symbol, symbol) for symbol in symbols]
