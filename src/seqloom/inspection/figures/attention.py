"""Attention: where a decoder looked, what a classifier read, what the heads of a Transformer see.

Rows are who looks, columns what is looked at. Source: figure 3 of Bahdanau, Cho & Bengio 2015; the
heads as in the appendix of Vaswani et al. 2017.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..trace import Trace
from .layers import in_words
from .style import BLUE, CELL, LINE, MOST_LABELS, heat, label_steps, plain, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

NEEDS = "attention"
HEADS_ACROSS = 4
SMALL = 20  # steps up to which the small maps of heads have labels


def available(trace: Trace) -> bool:
    """True if the trace has attention weights."""
    return any(name.startswith("attention/") for name in trace)


def size(trace: Trace, most: int) -> tuple[float, float]:
    """Width and height, inches, of the last `most` layers."""
    heights, widths = zip(
        *((_height(trace, n), _width(trace, n)) for n in _drawn(trace, most)), strict=True
    )
    return max(widths), sum(heights)


def paint(part: "FigureBase", trace: Trace, most: int) -> None:
    """Draw the last `most` layers into a figure or a part of one."""
    names = _drawn(trace, most)
    ratios = [_height(trace, name) for name in names]
    rows = part.subfigures(len(names), 1, squeeze=False, height_ratios=ratios)[:, 0]
    for row, name in zip(rows, names, strict=True):
        if trace[name].values.ndim == 1:
            _bars(row.subplots(), trace, name)
        elif trace[name].values.ndim == 2:
            _matrix(row.subplots(), trace, name)
        else:
            _heads(row, trace, name)


def _drawn(trace: Trace, most: int) -> list[str]:
    """One matrix, one pool, and the last `most` maps of heads."""
    names = [name for name in trace if name.startswith("attention/")]
    heads = [name for name in names if trace[name].values.ndim == 3]
    return [name for name in names if name not in heads] + heads[-most:]


def _height(trace: Trace, name: str) -> float:
    values = trace[name].values
    if values.ndim == 1:
        return 2.2
    if values.ndim == 2:
        return CELL * min(len(values), MOST_LABELS) + 1.3
    rows = -(-len(values) // HEADS_ACROSS)
    across = min(len(values), HEADS_ACROSS)
    each = _width(trace, name) / across
    return rows * (min(each, 3.2) * 0.95 + 0.3) + 0.5


def _width(trace: Trace, name: str) -> float:
    values = trace[name].values
    if values.ndim == 3:
        return float(np.clip(len(values) * 3.0, 5.0, 11.0))
    return width(values.shape[-1])


def _bars(axes: "Axes", trace: Trace, name: str) -> None:
    array = trace[name]
    axes.bar(range(len(array.values)), array.values, color=BLUE, width=0.7)
    axes.axhline(1 / max(1, len(array.values)), color=LINE, lw=0.8, ls="--")
    axes.set_ylabel("weight")
    axes.set_title("attention over the states; dashed: equal weights")
    plain(axes)
    label_steps(axes, trace.labels.get(array.dims[0]), len(array.values))


def _matrix(axes: "Axes", trace: Trace, name: str) -> None:
    array = trace[name]
    T, S = array.shape
    heat(axes, array.values, 0.0, 1.0)
    label_steps(axes, trace.labels.get(array.dims[0]), T, axis="y")
    label_steps(axes, trace.labels.get(array.dims[1]), S)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    if max(T, S) <= MOST_LABELS:
        axes.set_aspect("equal")
        draw_grid(axes, T, S)


def _heads(row: "FigureBase", trace: Trace, name: str) -> None:
    array = trace[name]
    N, T, S = array.shape
    across = min(N, HEADS_ACROSS)
    grid = row.subplots(-(-N // across), across, squeeze=False).ravel()
    row.suptitle(
        in_words(name.removeprefix("attention/")), x=0.01, ha="left", fontweight="bold", fontsize=10
    )
    for head, axes in enumerate(grid):
        if head >= N:
            axes.set_visible(False)
            continue
        largest = float(array.values[head].max(initial=0.0)) or 1.0
        heat(axes, array.values[head], 0.0, largest)
        axes.set_title(f"head {head + 1}; largest weight {largest:.2f}", fontsize=9)
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])
        if max(T, S) <= SMALL:
            label_steps(axes, trace.labels.get(array.dims[2]), S)
            if head % across == 0:
                label_steps(axes, trace.labels.get(array.dims[1]), T, axis="y")
            axes.tick_params(labelsize=7)


def draw_grid(axes: "Axes", rows: int, columns: int) -> None:
    """Thin lines between the cells of a small matrix."""
    axes.set_xticks([x + 0.5 for x in range(columns - 1)], minor=True)
    axes.set_yticks([y + 0.5 for y in range(rows - 1)], minor=True)
    axes.grid(which="minor", color="#dddddd", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
