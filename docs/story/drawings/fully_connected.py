"""Chapter 1: words, their vectors, the mean, a hidden layer, an output layer, one gradient."""

from itertools import pairwise
from pathlib import Path

from .canvas import Canvas, page

WORDS = ("it", "is", "highly", "…", "this", "movie")
MIDDLE, BACK = 232.0, 60.0
COLUMNS = ((320, 4, "data"), (455, 5, "state"), (580, 2, "data"))  # x, units, kind
HEADS = {
    62: "words",
    152: "vectors $x_j$",
    320: "mean $m$",
    455: "hidden layer $y$",
    600: "output layer $p$",
}


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 430) as c:
        for x, text in HEADS.items():
            c.label((x, 410), text, font=13)
        _words(c)
        _layers(c)
        c.box((742, MIDDLE), (80, 38), "loss $L$")
        c.arrow([(676, MIDDLE), (702, MIDDLE)])
        _gradient(c)
        c.legend(16, ("data", "state", "layer", "gradient"))


def _words(c: Canvas) -> None:
    for i, word in enumerate(WORDS):
        y = MIDDLE + (2.5 - i) * 48
        if word == "…":
            c.label((62, y), r"$\cdots$", font=18)
            c.label((152, y), r"$\cdots$", font=18)
            continue
        c.box((62, y), (84, 30), word, "data")
        c.arrow([(104, y), (129, y)])
        for cell in range(4):
            c.square((152 + (cell - 1.5) * 11, y), 11, "data", filled=False)
        c.arrow([(176, y), (214, MIDDLE + (2.5 - i) * 9)], width=1.0, head=7)
    c.box((240, MIDDLE), (50, 64), "mean", "layer", font=13)
    c.arrow([(265, MIDDLE), (302, MIDDLE)])


def _layers(c: Canvas) -> None:
    columns = [
        (x, [MIDDLE + (i - (count - 1) / 2) * 44 for i in range(count)], kind)
        for x, count, kind in COLUMNS
    ]
    for (x, left, _), (x_next, right, _) in pairwise(columns):
        for y in left:
            for y_next in right:
                c.arrow([(x, y), (x_next, y_next)], "layer", width=0.8, head=0)
    for x, ys, kind in columns:
        for y in ys:
            c.circle((x, y), "", kind)
    c.label((388, 354), "$W_h$", font=13)
    c.label((520, 354), "$W_o$", font=13)
    for y, text in zip(columns[2][1], ("negative", "positive"), strict=True):
        c.label((600, y), text, align="left", font=13)


def _gradient(c: Canvas) -> None:
    c.arrow([(742, MIDDLE - 19), (742, BACK), (455, BACK)], "gradient", width=4, head=15)
    for x, x_next in ((445, 322), (312, 152)):
        c.arrow([(x, BACK), (x_next, BACK)], "gradient", width=4, head=15)
    c.label((600, BACK + 18), r"one gradient $\partial L / \partial y$", kind="gradient", font=13)
    c.label((230, BACK - 20), "the same for every word, divided by T", kind="gradient", font=13)
