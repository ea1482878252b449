"""The one style of the story's drawings: boxes, circles, arrows and labels on a white page.

Coordinates are pixels of a page that is 800 wide, y upwards. A colour has one meaning in all
drawings (`COLOURS`). Text becomes paths, so that a drawing looks the same everywhere, and the file
holds neither date nor version: the same code writes the same file.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from seqloom.files import replacing
from seqloom.inspection.figures.style import BLUE, GREEN, ORANGE, RED

WIDTH = 800
INK, SOFT = "#333333", "#666666"
_PIXEL = 0.75  # points


class Colour(NamedTuple):
    """What a colour means, and the colours of an outline and of the area in it."""

    meaning: str
    line: str
    fill: str


COLOURS = {
    "data": Colour("data", GREEN, "#dff2e8"),
    "state": Colour("state", BLUE, "#d9e8f6"),
    "gate": Colour("gate or weight from 0 to 1", ORANGE, "#fde8d3"),
    "gradient": Colour("gradient", RED, "#f7dcdf"),
    "layer": Colour("layer or operation", SOFT, "#f0f0f0"),
    "plain": Colour("", INK, "#ffffff"),
}
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "seqloom",
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "mathtext.fontset": "dejavusans",
    "text.usetex": False,
    "text.parse_math": True,
    "path.simplify": False,
}
Point = tuple[float, float]


class Canvas:
    """A page to draw on; made by `page`."""

    def __init__(self, axes: Any) -> None:
        self.axes = axes

    def box(
        self, at: Point, size: Point, text: str = "", kind: str = "plain", *, font: float = 14
    ) -> None:
        """A rectangle with round corners around its centre `at`."""
        from matplotlib.patches import FancyBboxPatch

        (x, y), (w, h) = at, size
        colour = COLOURS[kind]
        style = f"round,pad=0,rounding_size={min(6.0, w / 4, h / 4)}"
        self.axes.add_patch(
            FancyBboxPatch(
                (x - w / 2, y - h / 2),
                *(w, h),
                boxstyle=style,
                **{"facecolor": colour.fill, "edgecolor": colour.line, "linewidth": 1.1},
                zorder=3,
            )
        )
        self.label(at, text, font=font)

    def frame(self, at: Point, size: Point, *, kind: str = "layer") -> None:
        """A dashed rectangle behind everything, around its centre `at`."""
        from matplotlib.patches import FancyBboxPatch

        (x, y), (w, h) = at, size
        self.axes.add_patch(
            FancyBboxPatch(
                (x - w / 2, y - h / 2),
                *(w, h),
                boxstyle="round,pad=0,rounding_size=12",
                **{"facecolor": "#fafafa", "edgecolor": COLOURS[kind].line, "linewidth": 1.0},
                linestyle=(0, (4, 3)),
                zorder=0,
            )
        )

    def circle(
        self,
        at: Point,
        text: str = "",
        kind: str = "plain",
        *,
        radius: float = 14,
        font: float = 14,
    ) -> None:
        """A circle: a unit, or an operation on each element with its sign in it."""
        from matplotlib.patches import Circle

        colour = COLOURS[kind]
        edge = {"facecolor": colour.fill, "edgecolor": colour.line, "linewidth": 1.1}
        self.axes.add_patch(Circle(at, radius, **edge, zorder=3))
        self.label(at, text, font=font)

    def vector(self, at: Point, kind: str, *, cells: int = 4, side: float = 11) -> None:
        """A column of small squares: the numbers of a vector."""
        for i in range(cells):
            y = at[1] + (i - (cells - 1) / 2) * side
            self._square((at[0], y), side, kind)

    def _square(self, at: Point, side: float, kind: str, fill: str = "") -> None:
        from matplotlib.patches import Rectangle

        colour = COLOURS[kind]
        corner = at[0] - side / 2, at[1] - side / 2
        edge = {"facecolor": fill or colour.fill, "edgecolor": colour.line, "linewidth": 0.9}
        self.axes.add_patch(Rectangle(corner, side, side, **edge, zorder=3))

    def square(self, at: Point, side: float, kind: str, *, filled: bool) -> None:
        """A cell of a table, filled with its colour or empty."""
        self._square(at, side, kind, COLOURS[kind].line if filled else "#ffffff")

    def label(
        self,
        at: Point,
        text: str,
        *,
        kind: str = "plain",
        font: float = 14,
        align: str = "center",
        bold: bool = False,
        turned: float = 0.0,
    ) -> None:
        """Text; between dollar signs a formula. `font` is its size, pixels; `turned`, degrees."""
        if text:
            lines = text.split("\n")
            first = at[1] + (len(lines) - 1) * font * 0.65 - font * 0.36
            style = {"ha": align, "va": "baseline", "fontweight": "bold" if bold else "normal"}
            for i, line in enumerate(lines):
                place = at[0], first - i * font * 1.3
                colour = {"fontsize": font * _PIXEL, "color": COLOURS[kind].line}
                self.axes.text(*place, line, **colour, **style, rotation=turned, zorder=5)

    def arrow(
        self,
        points: Sequence[Point],
        kind: str = "plain",
        *,
        width: float = 1.4,
        dashed: bool = False,
        head: float = 9,
        corner: float = 8,
    ) -> None:
        """A line through points with round corners and a head at its end; no head if 0."""
        import numpy as np
        from matplotlib.patches import PathPatch, Polygon
        from matplotlib.path import Path as Curve

        xy = np.array(points, dtype=float)
        colour = COLOURS[kind].line
        way = (xy[-1] - xy[-2]) / np.linalg.norm(xy[-1] - xy[-2])
        tip = xy[-1].copy()
        if head:
            xy[-1] = tip - way * head * 0.8
        corners, codes = [xy[0]], [Curve.MOVETO]
        for before, at, after in zip(xy, xy[1:], xy[2:], strict=False):
            first, second = before - at, after - at
            near = min(corner, *(np.linalg.norm(leg) / 2 for leg in (first, second)))
            corners += [at + first / np.linalg.norm(first) * near, at]
            corners += [at + second / np.linalg.norm(second) * near]
            codes += [Curve.LINETO, Curve.CURVE3, Curve.CURVE3]
        line = Curve([*corners, xy[-1]], [*codes, Curve.LINETO])
        style = {"linestyle": (0, (4, 2.5)) if dashed else "solid", "linewidth": width}
        patch = PathPatch(line, facecolor="none", edgecolor=colour, capstyle="butt", **style)
        patch.set_zorder(2)
        self.axes.add_patch(patch)
        if head:
            side = np.array([-way[1], way[0]]) * head * 0.42
            back = tip - way * head
            self.axes.add_patch(
                Polygon([tip, back + side, back - side], closed=True, color=colour, lw=0, zorder=4)
            )

    def dot(self, at: Point, kind: str = "plain") -> None:
        """Where a line branches."""
        from matplotlib.patches import Circle

        self.axes.add_patch(Circle(at, 3.2, color=COLOURS[kind].line, lw=0, zorder=4))

    def legend(self, y: float, kinds: Sequence[str]) -> None:
        """What the colours mean, in one line."""
        texts = [COLOURS[kind].meaning for kind in kinds]
        x = 20.0
        for kind, text in zip(kinds, texts, strict=True):
            self.box((x + 7, y), (14, 14), "", kind)
            self.label((x + 20, y), text, font=12, align="left")
            x += 52 + 6.7 * len(text)


@contextmanager
def page(path: Path, height: float) -> Iterator[Canvas]:
    """A page of 800 pixels by `height`, written to `path` (`.svg`, or `.png` to look at)."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH / 96, height / 96), facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        yield Canvas(axes)
        write(figure, path)


def write(figure: Any, path: Path) -> None:
    """Write a figure made under `SETTINGS`, without date or version."""
    kind = path.suffix.removeprefix(".")
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {}
    with replacing(path, "drawings") as beside:
        figure.savefig(beside, format=kind, dpi=144, metadata=metadata)
        if kind == "svg":
            beside.write_text(_compact(beside.read_text(encoding="utf-8")), encoding="utf-8")


def _compact(svg: str) -> str:
    """A drawing with each path on one line and coordinates to a hundredth, without comments."""

    def path(found: re.Match[str]) -> str:
        joined = " ".join(found[0].split())
        return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", joined)

    return re.sub(r' d="[^"]*"', lambda found: " " + path(found), re.sub(r"\s*<!--.*?-->", "", svg))
