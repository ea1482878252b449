"""Figures for papers, drawn from a `Trace`: `seqloom inspect MODEL INPUT --figure x.pdf`.

`FIGURES` names them. Each is three functions of a trace in a file of its own: is there something to
draw, how large is it, and draw it into a part of a figure. `overview` is what a trace has, one
under another, with fewer layers; where it has gates, without states. `alignment`, `confusion` and
`forecasts` draw what other commands find.

matplotlib is imported when something is drawn. Checked by `tests/inspection/figures/`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...errors import ConfigError
from ..trace import Trace
from . import attention, gates, gradient, importance
from .layers import MOST_LAYERS
from .style import paper, save, shown

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

OVERVIEW = "overview"
FEW_LAYERS = 2  # of each kind of picture in an overview


class Picture(NamedTuple):
    """A figure that can be drawn of a trace.

    Attributes:
        needs: What the trace must have, in words.
        available: True if it has it.
        size: Width and height, inches, with at most so many layers.
        paint: Draws at most so many layers into a figure or a part of one.
    """

    needs: str
    available: Callable[[Trace], bool]
    size: Callable[[Trace, int], tuple[float, float]]
    paint: Callable[["FigureBase", Trace, int], None]


_PICTURES = {
    name: Picture(module.NEEDS, module.available, module.size, module.paint)
    for name, module in {
        "importance": importance,
        "gradient": gradient,
        "attention": attention,
        "gates": gates,
    }.items()
} | {
    "states": Picture(
        gates.STATES_NEED, gates.states_available, gates.states_size, gates.paint_states
    )
}
FIGURES = (OVERVIEW, *_PICTURES)


def draw(trace: Trace, path: str | Path, what: str | None = None) -> None:
    """Draw a figure of a trace.

    Args:
        trace: What a network did with one input.
        path: The picture to write; its ending picks the format, e.g. `.pdf`, `.svg` or `.png`.
        what: One of `FIGURES`; `overview` if `None`.
    Raises:
        ConfigError: There is no such figure, or the trace has nothing to draw in it.
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    names = _chosen(trace, what or OVERVIEW)
    most = MOST_LAYERS if len(names) == 1 else FEW_LAYERS
    steps = [texts for axis, texts in trace.labels.items() if axis != "vocabulary"]
    with paper(shown(text) for texts in steps for text in texts):
        sizes = [_PICTURES[name].size(trace, most) for name in names]
        heights = [height for _, height in sizes]
        size = max(width for width, _ in sizes), sum(heights)
        figure = Figure(figsize=size, layout="constrained")
        parts = figure.subfigures(len(names), 1, squeeze=False, height_ratios=heights)[:, 0]
        for name, part in zip(names, parts, strict=True):
            _PICTURES[name].paint(part, trace, most)
        save(figure, Path(path), "draw")


def _chosen(trace: Trace, what: str) -> list[str]:
    """Names of the pictures to draw."""
    if what not in FIGURES:
        raise ConfigError(f"figure: `what` must be one of {', '.join(FIGURES)}, got {what}.")
    has = [name for name, picture in _PICTURES.items() if picture.available(trace)]
    others = ", ".join([OVERVIEW, *has]) if has else "nothing"
    if what != OVERVIEW and what not in has:
        raise ConfigError(
            f"figure: `{what}` needs {_PICTURES[what].needs}, which this trace of a {trace.kind} "
            f"does not have. It can be drawn as: {others}."
        )
    if not has:
        raise ConfigError(
            "figure: the trace has no states, gradients or attention. "
            "Make it again with: seqloom inspect MODEL INPUT."
        )
    if what != OVERVIEW:
        return [what]
    return [name for name in has if name != "states" or "gates" not in has]
