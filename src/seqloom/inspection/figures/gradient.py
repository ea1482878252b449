"""Gradient through time: one arrow for each time step of a recurrent network, its size to scale.

Above, the norm of dL/dh_t as arrows that point the way the gradient runs, back through time; a
fully-connected network has one gradient and one arrow. Below, the same on a logarithmic scale, with
the largest singular value of the Jacobian of the last state by that of each step: the whole state,
and for gated cells the path through the cell and the path through the gates.

Source: Hochreiter 1991; Bengio, Simard & Frasconi, "Learning Long-Term Dependencies with Gradient
Descent Is Difficult", 1994. Arrays: `docs/trace.md`.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..trace import Layer, Trace
from .layers import layers_with, norms, step_labels, title
from .style import BLUE, GREY, MOST_LABELS, ORANGE, RED, label_steps, plain, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

NEEDS = "gradients"
FALLEN = 0.01  # of the largest: what counts as gone
LOWEST = 1e-8  # of the largest: the axis goes no further down
JACOBIANS = {
    "state": ("∂h(last)/∂(state t)", BLUE, "-"),
    "cell": ("along the cell", BLUE, "--"),
    "gates": ("through the gates", ORANGE, "-."),
}


def available(trace: Trace) -> bool:
    """True if the trace has the gradient of a layer."""
    return bool(layers_with(trace, "gradient/{}/h"))


def size(trace: Trace, most: int) -> tuple[float, float]:
    """Width and height, inches, of the first `most` layers."""
    layers = layers_with(trace, "gradient/{}/h", most)
    steps = max(_steps(trace, layer) for layer in layers)
    return width(steps), sum(4.2 if layer.steps else 2.4 for layer in layers)


def paint(part: "FigureBase", trace: Trace, most: int) -> None:
    """Draw the first `most` layers into a figure or a part of one."""
    layers = layers_with(trace, "gradient/{}/h", most)
    ratios = [4.2 if layer.steps else 2.4 for layer in layers]
    rows = part.subfigures(len(layers), 1, squeeze=False, height_ratios=ratios)[:, 0]
    for row, layer in zip(rows, layers, strict=True):
        if layer.steps:
            _through_time(row, trace, layer)
        else:
            _at_once(row, trace, layer)


def _steps(trace: Trace, layer: Layer) -> int:
    if layer.steps:
        return trace[f"gradient/{layer.name}/h"].shape[0]
    return len(trace.labels.get("source", ()))


def _through_time(row: "FigureBase", trace: Trace, layer: Layer) -> None:
    sizes = norms(trace[f"gradient/{layer.name}/h"].values)
    above, below = row.subplots(2, 1, sharex=True, height_ratios=[1.0, 1.4])
    _head(row, layer)
    largest = sizes.max(initial=0.0) or 1.0
    for t, share in enumerate(sizes / largest):
        _arrow(above, t, share, layer)
    above.set_xlim(-0.7, len(sizes) - 0.3)
    above.set_ylim(-0.54, 0.54)
    above.set_yticks([])
    above.tick_params(axis="x", length=0, labelbottom=False)
    plain(above, "left", "right", "top", "bottom")
    above.set_title(f"‖∂L/∂h(t)‖, to scale; largest {largest:.2g}", fontsize=9)
    _logarithmic(below, trace, layer, sizes / largest)
    label_steps(below, step_labels(trace, layer.steps), len(sizes))


def _head(row: "FigureBase", layer: Layer) -> None:
    row.suptitle(title(layer), x=0.01, ha="left", fontsize=10, fontweight="bold")


def _arrow(axes: "Axes", t: int, share: float, layer: Layer) -> None:
    """An arrow whose thickness is a share of the largest, pointing back through time."""
    from matplotlib.patches import Polygon

    way = 1.0 if layer.reverse else -1.0
    half, tip, neck, tail = share / 2, t + way * 0.46, t + way * 0.1, t - way * 0.42
    body = half * 0.62
    corners = [
        *((tail, body), (neck, body), (neck, half), (tip, 0.0)),
        *((neck, -half), (neck, -body), (tail, -body)),
    ]
    if not layer.recurrent:  # no way through time: a block
        corners = [(t - 0.35, -half), (t - 0.35, half), (t + 0.35, half), (t + 0.35, -half)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=RED, edgecolor=RED, linewidth=0.6))


def _logarithmic(axes: "Axes", trace: Trace, layer: Layer, shares: np.ndarray) -> None:
    curves = [("‖∂L/∂h(t)‖", RED, "-", shares), *_jacobians(trace, layer)]
    steps = np.arange(len(shares))
    marks = "o" if len(steps) <= MOST_LABELS else ""
    for label, colour, line, values in curves:
        drawn = np.where(values > 0, np.maximum(values, LOWEST), np.nan)
        axes.plot(steps, drawn, color=colour, ls=line, lw=1.2, marker=marks, ms=2.5, label=label)
    axes.axhline(FALLEN, color=GREY, lw=0.8, ls=":")
    least = min(float(values[values > 0].min(initial=1.0)) for *_, values in curves)
    axes.set_yscale("log")
    axes.set_ylim(max(0.5 * LOWEST, min(0.003, 0.5 * least)), 1.6)
    axes.yaxis.set_major_formatter(
        lambda value, _: f"{100 * value:.9f}".rstrip("0").rstrip(".") + " %"
    )
    axes.yaxis.minorticks_off()
    axes.set_ylabel("of the largest")
    plain(axes)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2 + (len(steps) > 20) * 2)


def _jacobians(trace: Trace, layer: Layer) -> list[tuple[str, str, str, np.ndarray]]:
    """Label, colour, line and values of each that the trace has; the two paths on one scale."""
    found = {
        name: trace[f"jacobian/{layer.name}/{name}"].values.astype(np.float64)
        for name in JACOBIANS
        if f"jacobian/{layer.name}/{name}" in trace
    }
    largest = {name: float(values.max(initial=0.0)) or 1.0 for name, values in found.items()}
    paths = max((largest[name] for name in found if name != "state"), default=1.0)
    return [
        (*JACOBIANS[name], values / (largest[name] if name == "state" else paths))
        for name, values in found.items()
    ]


def _at_once(row: "FigureBase", trace: Trace, layer: Layer) -> None:
    """The fully-connected network: one gradient, the same for every input."""
    from matplotlib.patches import Polygon

    axes = row.subplots()
    _head(row, layer)
    labels = trace.labels.get("source", ("input",))
    middle, top = (len(labels) - 1) / 2, 1.0
    corners = [
        *((middle - 0.5, top), (middle + 0.5, top), (middle + 0.5, 0.45), (middle + 0.9, 0.45)),
        *((middle, 0.12), (middle - 0.9, 0.45), (middle - 0.5, 0.45)),
    ]
    axes.add_patch(Polygon(corners, closed=True, facecolor=RED))
    axes.plot([-0.4, len(labels) - 0.6], [0.06, 0.06], color=RED, lw=2)
    axes.set_xlim(-0.7, len(labels) - 0.3)
    axes.set_ylim(0.0, 1.1)
    axes.set_yticks([])
    plain(axes, "left", "right", "top", "bottom")
    size_of_all = float(norms(trace[f"gradient/{layer.name}/h"].values)[0])
    axes.set_title(f"one gradient for all inputs: ‖∂L/∂h‖ = {size_of_all:.2g}", fontsize=9)
    label_steps(axes, labels, len(labels))
