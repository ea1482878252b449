"""Chapter 2: sigmoid and tanh with their slopes."""

from pathlib import Path
from typing import Any

from .canvas import COLOURS, INK, SETTINGS, SOFT, WIDTH, write

HEIGHT = 300


def draw(path: Path) -> None:
    """Write the drawing."""
    import numpy as np
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    x = np.linspace(-6, 6, 241)
    sigmoid, tanh = 1 / (1 + np.exp(-x)), np.tanh(x)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH / 96, HEIGHT / 96), facecolor="white", layout="constrained")
        left, right = figure.subplots(1, 2)
        _curves(left, x, sigmoid, sigmoid * (1 - sigmoid), "gate")
        left.set_title("sigmoid: from 0 to 1, for gates", fontsize=10.5, color=INK)
        left.text(2.6, 0.78, "value", fontsize=9.75, color=COLOURS["gate"].line)
        left.annotate("slope at most 1/4", (0, 0.25), (1.2, 0.36), **_note())
        _curves(right, x, tanh, 1 - tanh**2, "state")
        right.set_title(
            "tanh: from \N{MINUS SIGN}1 to 1, for states and contents", fontsize=10.5, color=INK
        )
        right.text(-5.6, -0.88, "value", fontsize=9.75, color=COLOURS["state"].line)
        right.annotate("slope at most 1", (0, 1.0), (1.6, 0.62), **_note())
        write(figure, path)


def _curves(axes: Any, x: Any, values: Any, slope: Any, kind: str) -> None:
    axes.plot(x, values, color=COLOURS[kind].line, lw=2.2)
    axes.plot(x, slope, color=COLOURS["gradient"].line, lw=2.0, ls=(0, (4, 2)))
    axes.fill_between(x, slope, color=COLOURS["gradient"].fill, lw=0, zorder=0)
    axes.set_xlim(-6, 6)
    axes.set_ylim(-1.1, 1.15)
    axes.set_yticks([-1, 0, 0.25, 1], ["\N{MINUS SIGN}1", "0", "1/4", "1"])
    axes.set_xticks([-6, -3, 0, 3, 6], ["\N{MINUS SIGN}6", "\N{MINUS SIGN}3", "0", "3", "6"])
    axes.axhline(0, color=SOFT, lw=0.7, zorder=0)
    axes.axvline(0, color=SOFT, lw=0.7, zorder=0)
    axes.tick_params(labelsize=9, color=SOFT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _note() -> dict[str, Any]:
    red = COLOURS["gradient"].line
    return {"color": red, "fontsize": 9.75, "arrowprops": {"arrowstyle": "-", "color": red}}
