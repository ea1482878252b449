"""What every figure shares: letters that stay letters, colours, labels of steps, the file.

Text is written as text and fonts are embedded (TrueType, `fonttype` 42), as journals ask; no symbol
of the data is taken for a formula. Checked by `tests/inspection/figures/`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...data.vocabulary import BOS, EOS, PAD, SPECIALS, UNK
from ...files import replacing

BLUE, ORANGE, GREEN, RED, GREY = "#1b6ca8", "#d95f02", "#1b9e77", "#b2182b", "#888888"
LINE = "#bbbbbb"
CELL = 0.30  # inches of a step whose label is written
MOST_LABELS = 64  # steps up to which each has its label
NARROWEST, WIDEST = 5.0, 14.0  # inches

_SHOWN = {SPECIALS[EOS]: "end", SPECIALS[BOS]: "start", SPECIALS[PAD]: "pad", SPECIALS[UNK]: "?"}
_INVISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥"}
_FONTS = (  # after matplotlib's own, for the scripts that it lacks; those that are installed
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Hiragino Sans", "Yu Gothic"),
    *("Microsoft YaHei", "Malgun Gothic", "Apple SD Gothic Neo", "WenQuanYi Zen Hei"),
    *("Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai"),
)
_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "seqloom",  # the same picture, the same file
    "text.parse_math": False,
    "font.size": 9.0,
    "axes.edgecolor": LINE,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "legend.fontsize": 8.0,
}


@contextmanager
def paper() -> Iterator[None]:
    """Settings of matplotlib under which a figure is made and saved."""
    from matplotlib import rc_context
    from matplotlib.font_manager import get_font_names

    installed = set(get_font_names())
    fonts = ["DejaVu Sans", *(font for font in _FONTS if font in installed)]
    with rc_context({**_SETTINGS, "font.family": fonts}):
        yield


def save(figure: Any, path: Path, where: str) -> None:
    """Write a figure; its ending picks the format.

    Raises:
        RunError: The file cannot be written.
    """
    kind = path.suffix.lstrip(".") or "png"
    metadata = {"CreationDate": None} if kind == "pdf" else {"Date": None} if kind == "svg" else {}
    with paper(), replacing(path, where) as beside:
        figure.savefig(beside, dpi=150, format=kind, metadata=metadata)


def shown(symbol: str) -> str:
    """A symbol as it is written beside an axis."""
    if symbol in _SHOWN:
        return _SHOWN[symbol]
    return "".join(_INVISIBLE.get(letter, letter) for letter in symbol)


def width(num_steps: int) -> float:
    """Inches of a figure with so many steps across."""
    return float(np.clip(CELL * min(num_steps, MOST_LABELS) + 1.6, NARROWEST, WIDEST))


def label_steps(
    axes: Any, labels: Sequence[str] | None, num_steps: int, *, axis: str = "x"
) -> None:
    """Write the steps' symbols along an axis, or their numbers where symbols would not fit."""
    ticks = axes.set_xticks if axis == "x" else axes.set_yticks
    if labels is None or num_steps > MOST_LABELS:
        every = max(1, -(-num_steps // 10))
        ticks(range(0, num_steps, every), [str(i + 1) for i in range(0, num_steps, every)])
        (axes.set_xlabel if axis == "x" else axes.set_ylabel)("step")
        return
    texts = [shown(label) for label in labels]
    turned = axis == "x" and max(map(len, texts), default=0) > 2
    ticks(range(num_steps), texts, **({"rotation": 90} if turned else {}))
    axes.tick_params(axis=axis, length=0)


def plain(axes: Any, *sides: str) -> None:
    """Take away the frame's sides; the upper and the right one if none is named."""
    for side in sides or ("top", "right"):
        axes.spines[side].set_visible(False)


def heat(axes: Any, values: np.ndarray, low: float, high: float) -> Any:
    """A heat map, one colour for each number: blue on white, or red to blue where low is not 0.

    Args:
        axes: Where to.
        values: `(rows, columns)`.
        low: Least number of the scale; `-high` makes 0 white.
        high: Largest number of the scale.
    """
    colours = "Blues" if low == 0.0 else "RdBu"
    return axes.imshow(
        values, cmap=colours, vmin=low, vmax=high, aspect="auto", interpolation="nearest"
    )
