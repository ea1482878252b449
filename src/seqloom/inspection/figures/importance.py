"""Which inputs mattered: the words themselves, coloured by what each brought to the answer.

Blue spoke for the answer, red against it; under each word stands its number. Inputs that are no
symbols, such as the values of a series, are bars. Source: integrated gradients, Sundararajan, Taly
& Yan 2017; leave-one-out, Li, Monroe & Jurafsky 2016.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..trace import Trace
from .style import BLUE, LINE, RED, label_steps, plain, shown, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

NEEDS = "importance of inputs"
MEASURES = {
    "integrated_gradients": "integrated gradients: share of the answer that each input brought",
    "leave_one_out": "leave-one-out: what the answer loses without each input",
}
LETTERS, LINE_HEIGHT, GAP = 12.0, 40.0, 5.0  # points: of a word; of a line; between words
MARGIN = 12.0  # points at each side
MOST_WORDS = 300


def available(trace: Trace) -> bool:
    """True if the trace has the importance of its inputs."""
    return bool(_names(trace))


def size(trace: Trace, most: int) -> tuple[float, float]:
    """Width and height, inches; layers have no part in it."""
    across = _across(trace)
    height = 0.0
    for name in _names(trace):
        words = _words(trace, name)
        height += 2.3 if words is None else (_places(words, across)[1] * LINE_HEIGHT + 34) / 72
    return across, height


def paint(part: "FigureBase", trace: Trace, most: int) -> None:
    """Draw into a figure or a part of one."""
    names = _names(trace)
    rows = part.subfigures(len(names), 1, squeeze=False)[:, 0]
    for row, name in zip(rows, names, strict=True):
        words = _words(trace, name)
        values = trace[name].values.astype(np.float64)
        axes = row.subplots()
        axes.set_title(MEASURES[name.removeprefix("importance/")])
        if words is None:
            _bars(axes, values)
        else:
            _coloured(axes, words, values, _across(trace))


def _names(trace: Trace) -> list[str]:
    return [f"importance/{name}" for name in MEASURES if f"importance/{name}" in trace]


def _words(trace: Trace, name: str) -> list[str] | None:
    labels = trace.labels.get(trace[name].dims[0])
    if labels is None or len(labels) > MOST_WORDS:
        return None
    return [shown(label) for label in labels]


def _across(trace: Trace) -> float:
    return min(width(trace[_names(trace)[0]].shape[0]), 7.5)


def _places(words: list[str], across: float) -> tuple[list[tuple[float, int, float]], int]:
    """Left edge, line and width of each word, in points; and the number of lines."""
    found, x, line = [], 0.0, 0
    for word in words:
        wide = max(_extent(word), 22.0) + 6.0  # a number must fit under it
        if x and x + wide > 72 * across - 2 * MARGIN:
            x, line = 0.0, line + 1
        found.append((x, line, wide))
        x += wide + GAP
    return found, line + 1


def _extent(word: str) -> float:
    """Points across a word."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=LETTERS)
    return float(text_to_path.get_text_width_height_descent(word, font, ismath=False)[0])


def _coloured(axes: "Axes", words: list[str], values: np.ndarray, across: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    places, lines = _places(words, across)
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    for word, value, (x, line, wide) in zip(words, values, places, strict=True):
        strength = float(abs(value)) / largest
        box = FancyBboxPatch(
            (x + 2, line * LINE_HEIGHT), wide - 4, 20, boxstyle="round,pad=1.5", linewidth=0,
            facecolor=BLUE if value >= 0 else RED, alpha=0.85 * strength,
        )  # fmt: skip
        axes.add_patch(box)
        colour = "white" if strength > 0.6 else "#222222"
        middle, height = x + wide / 2, line * LINE_HEIGHT
        axes.text(middle, height + 10, word, ha="center", va="center", size=LETTERS, color=colour)
        axes.text(middle, height + 28, f"{value:+.2f}", ha="center", va="center", size=6.5)
    axes.set_xlim(-2, 72 * across - 2 * MARGIN)
    axes.set_ylim(lines * LINE_HEIGHT - 2, -4)
    axes.set_axis_off()


def _bars(axes: "Axes", values: np.ndarray) -> None:
    colours = [BLUE if value >= 0 else RED for value in values]
    axes.bar(range(len(values)), values, color=colours, width=0.8)
    axes.axhline(0, color=LINE, lw=0.8)
    plain(axes)
    label_steps(axes, None, len(values))
