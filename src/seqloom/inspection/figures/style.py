"""What every figure shares: letters that stay letters, colours, labels of steps, the file.

Text is written as text and fonts are embedded (TrueType, `fonttype` 42), as journals ask; no symbol
of the data is taken for a formula. Letters that matplotlib's own font lacks are drawn in a font of
this machine that has them (`fonts.py`). Checked by `tests/inspection/figures/`.
"""

import logging
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...data.vocabulary import BOS, EOS, PAD, SPECIALS, UNK
from ...files import replacing
from .fonts import families

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

BLUE, ORANGE, GREEN, RED, GREY = "#1b6ca8", "#d95f02", "#1b9e77", "#b2182b", "#888888"
LINE = "#bbbbbb"
CELL = 0.30  # inches of a step whose label is written
MOST_LABELS = 64  # steps up to which each has its label
_LONGEST = 20  # letters of a name
NARROWEST, WIDEST = 5.0, 14.0  # inches

_SHOWN = {SPECIALS[EOS]: "end", SPECIALS[BOS]: "start", SPECIALS[PAD]: "pad", SPECIALS[UNK]: "?"}
_BREAKS = {"\n": "↵", "\t": "⇥"}
_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "seqloom",  # the same picture, the same file
    "text.parse_math": False,  # nor by the user's own settings of matplotlib
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
    "axes.edgecolor": LINE,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "legend.fontsize": 8.0,
}


@contextmanager
def paper(texts: Iterable[str] = (), *, size: float = 9.0) -> Iterator[None]:
    """Settings of matplotlib under which a figure is made and saved.

    Args:
        texts: What of the data is written in it, so that there is a font for each letter.
        size: Of text, points.
    """
    from matplotlib import rc_context

    settings = {**_SETTINGS, "font.family": families(texts), "font.size": size}
    with rc_context(settings), _quiet():
        yield


@contextmanager
def _quiet() -> Iterator[None]:
    """What matplotlib says of fonts is left out: `families` has said it once."""
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            yield
    finally:
        logger.setLevel(level)


def save(figure: "Figure", path: Path, where: str) -> None:
    """Write a figure that was made on `paper`, before that ends; its ending picks the format.

    Raises:
        RunError: The file cannot be written.
    """
    kind = path.suffix.lstrip(".") or "png"
    metadata = {"CreationDate": None} if kind == "pdf" else {"Date": None} if kind == "svg" else {}
    with replacing(path, where) as beside:
        figure.savefig(beside, dpi=150, format=kind, metadata=metadata)


def written(text: str) -> str:
    """A text of the data on one line; what no font has, controls and half characters, as `�`."""
    return "".join(
        _BREAKS.get(letter, "�" if unicodedata.category(letter) in ("Cc", "Cs") else letter)
        for letter in text
    )


def shown(symbol: str) -> str:
    """A symbol as it is written beside an axis, spaces made visible."""
    return _SHOWN.get(symbol) or written(symbol).replace(" ", "␣")


def short(name: str) -> str:
    """A name of the data, cut where it would not fit beside an axis."""
    name = written(name)
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def width(num_steps: int) -> float:
    """Inches of a figure with so many steps across."""
    return float(np.clip(CELL * min(num_steps, MOST_LABELS) + 1.6, NARROWEST, WIDEST))


def label_steps(
    axes: "Axes", labels: Sequence[str] | None, num_steps: int, *, axis: Literal["x", "y"] = "x"
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
    ticks(range(num_steps), texts, rotation=90 if turned else None)
    axes.tick_params(axis=axis, length=0)


def plain(axes: "Axes", *sides: str) -> None:
    """Take away the frame's sides; the upper and the right one if none is named."""
    for side in sides or ("top", "right"):
        axes.spines[side].set_visible(False)


def heat(axes: "Axes", values: np.ndarray, low: float, high: float) -> "AxesImage":
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
