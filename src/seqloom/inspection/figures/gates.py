"""Gates and states as heat maps: units down, steps across.

The units of a layer stand in one order in all its maps: by the mean of the gate that keeps (f of an
LSTM, z of a GRU), the most forgetful first; without gates by the mean of the state.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..trace import Layer, Trace
from .layers import GATE_NAMES, GATES, KEEPS, MOST_LAYERS, gated, layers_with, step_labels, title
from .style import heat, label_steps, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase
    from matplotlib.image import AxesImage

NEEDS = "the gates of an LSTM or GRU"
STATES_NEED = "states"
OPEN, CLOSED = 0.9, 0.1
MAP, HEAD = 1.25, 0.9  # inches: a map; a layer's title and its steps


def available(trace: Trace) -> bool:
    """True if the trace has the gates of a layer."""
    return bool(gated(trace))


def size(trace: Trace, most: int) -> tuple[float, float]:
    """Width and height, inches, of the first `most` layers."""
    layers = gated(trace, most)
    steps = max(trace[f"states/{layer.name}/h"].shape[0] for layer in layers)
    return width(steps), sum(HEAD + MAP * len(GATES[layer.kind]) for layer in layers)


def paint(part: "FigureBase", trace: Trace, most: int) -> None:
    """Draw the gates of the first `most` layers into a figure or a part of one."""
    layers = gated(trace, most)
    ratios = [HEAD + MAP * len(GATES[layer.kind]) for layer in layers]
    rows = part.subfigures(len(layers), 1, squeeze=False, height_ratios=ratios)[:, 0]
    for row, layer in zip(rows, layers, strict=True):
        _maps(row, trace, layer, list(GATES[layer.kind]))


def states_available(trace: Trace) -> bool:
    """True if the trace has the states of a layer with steps."""
    return bool(_with_states(trace, MOST_LAYERS))


def states_size(trace: Trace, most: int) -> tuple[float, float]:
    """Width and height, inches, of the first `most` layers."""
    layers = _with_states(trace, most)
    steps = max(trace[f"states/{layer.name}/h"].shape[0] for layer in layers)
    return width(steps), sum(HEAD + MAP * len(_kept(trace, layer)) for layer in layers)


def paint_states(part: "FigureBase", trace: Trace, most: int) -> None:
    """Draw their outputs and cells likewise."""
    layers = _with_states(trace, most)
    ratios = [HEAD + MAP * len(_kept(trace, layer)) for layer in layers]
    rows = part.subfigures(len(layers), 1, squeeze=False, height_ratios=ratios)[:, 0]
    for row, layer in zip(rows, layers, strict=True):
        _maps(row, trace, layer, _kept(trace, layer))


def _with_states(trace: Trace, most: int) -> list[Layer]:
    return [layer for layer in layers_with(trace, "states/{}/h", most) if layer.steps]


def _kept(trace: Trace, layer: Layer) -> list[str]:
    return [name for name in "hc" if f"states/{layer.name}/{name}" in trace]


def _maps(row: "FigureBase", trace: Trace, layer: Layer, names: list[str]) -> None:
    """One map under another, all with the same steps and the same order of units."""
    grid = row.subplots(len(names), 1, squeeze=False, sharex=True)[:, 0]
    row.suptitle(title(layer), x=0.01, ha="left", fontsize=10, fontweight="bold")
    order = _order(trace, layer)
    for axes, name in zip(grid, names, strict=True):
        values = trace[f"states/{layer.name}/{name}"].values.T[order]
        row.colorbar(_map(axes, name, values), ax=axes, pad=0.01, aspect=12)
        axes.set_yticks([])
        axes.set_ylabel("units")
    steps = len(values[0])
    label_steps(grid[-1], step_labels(trace, layer.steps), steps)


def _map(axes: "Axes", name: str, values: np.ndarray) -> "AxesImage":
    if name in "ifgorzn" and name not in "gn":
        wide, shut = float((values > OPEN).mean()), float((values < CLOSED).mean())
        says = f"{GATE_NAMES[name]}: open {wide:.0%}, closed {shut:.0%}"
        axes.set_title(says.replace("%", " %"), fontsize=9)
        return heat(axes, values, 0.0, 1.0)
    axes.set_title({**GATE_NAMES, "h": "output h", "c": "cell c"}[name], fontsize=9)
    largest = 1.0 if name in "gn" else float(np.abs(values).max(initial=0.0)) or 1.0
    return heat(axes, values, -largest, largest)


def _order(trace: Trace, layer: Layer) -> np.ndarray:
    keeps = f"states/{layer.name}/{KEEPS.get(layer.kind, 'h')}"
    values = trace[keeps if keeps in trace else f"states/{layer.name}/h"].values
    order: np.ndarray = np.argsort(values.mean(axis=0), kind="stable")
    return order
