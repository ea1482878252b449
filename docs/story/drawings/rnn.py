"""Chapter 2: the RNN folded and unrolled; its gradient beside that of a fully-connected network."""

from pathlib import Path

from .canvas import Canvas, page

WORDS = ("it", "is", "highly", "…", "movie")
SHARES = (0.9, 2.0, 3.6, 6.0)  # thickness of the gradient, from the first step on
STEP, CELL = 112, (58, 46)


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 600) as c:
        c.label((90, 580), "folded", bold=True)
        c.label((510, 580), "unrolled: the same weights at each step", bold=True)
        _folded(c, 90, 486)
        c.label((188, 486), "=", font=28)
        _unrolled(c, 302, 486)
        c.arrow([(20, 344), (780, 344)], "layer", width=0.8, head=0)
        c.label((290, 320), "the gradient of an RNN: through every step", bold=True)
        _back(c, 58, 186)
        c.label((684, 320), "fully-connected: one step", bold=True)
        _one(c, 684, 186)
        c.legend(16, ("data", "state", "layer", "gradient"))


def _folded(c: Canvas, x: float, y: float) -> None:
    c.box((x, y), CELL, "RNN", "layer")
    c.box((x, y - 90), (56, 30), "$x_t$", "data")
    c.arrow([(x, y - 75), (x, y - 23)])
    c.arrow([(x, y + 23), (x, y + 68)], "state", width=2)
    c.label((x + 12, y + 62), "$h_t$", kind="state", align="left")
    around = [(x + 12, y + 23), (x + 12, y + 42), (x + 56, y + 42), (x + 56, y), (x + 29, y)]
    c.arrow(around, "state", width=2)
    c.label((x + 60, y - 24), "$h_{t-1}$", kind="state", font=13)


def _unrolled(c: Canvas, x: float, y: float) -> None:
    c.label((x - 58, y), "$h_0$", kind="state", font=13)
    for i, word in enumerate(WORDS):
        at = x + i * STEP
        name = ("1", "2", "3", "", "T")[i]
        if word == "…":
            c.label((at, y), r"$\cdots$", font=18)
            c.label((at, y - 90), r"$\cdots$", font=18)
        else:
            c.box((at, y), CELL, "RNN", "layer")
            c.box((at, y - 90), (66, 30), word, "data", font=13)
            c.label((at, y - 118), f"$x_{name}$", font=13)
            c.arrow([(at, y - 75), (at, y - 23)])
            c.arrow([(at, y + 23), (at, y + 68)], "state", width=2)
            c.label((at + 8, y + 58), f"$h_{name}$", kind="state", align="left", font=13)
        start = x - 46 if i == 0 else at - STEP + (29 if WORDS[i - 1] != "…" else 14)
        end = at - (29 if word != "…" else 14)
        c.arrow([(start, y), (end, y)], "state", width=2)
        if i not in (0, 3):
            c.label(((start + end) / 2, y + 14), "$W_{hh}$", font=11, kind="layer")


def _back(c: Canvas, x: float, y: float) -> None:
    for i, word in enumerate(WORDS):
        at = x + i * STEP
        if word == "…":
            c.label((at, y), r"$\cdots$", font=18)
            continue
        name = ("1", "2", "3", "", "T")[i]
        c.box((at, y), CELL, f"$h_{name}$", "state")
        c.box((at, y - 84), (66, 30), word, "data", font=13)
        c.arrow([(at, y - 69), (at, y - 23)], "layer", width=1.0, head=7)
    for i, share in enumerate(SHARES):
        at = x + i * STEP
        start = at + STEP - (33 if WORDS[i + 1] != "…" else 16)
        end = at + (33 if WORDS[i] != "…" else 16)
        c.arrow([(start, y), (end, y)], "gradient", width=share, head=7 + 1.6 * share)
    last = x + 4 * STEP
    c.box((last, y + 92), (78, 34), "loss $L$")
    c.arrow([(last, y + 75), (last, y + 26)], "gradient", width=9, head=22)
    c.label(
        (x + 1.5 * STEP, y + 76),
        "each step multiplies by $W_{hh}$\nand by a slope of tanh, at most 1;",
        kind="gradient",
        font=13,
    )
    c.label((x + 1.5 * STEP, y + 42), "after many steps little is left", kind="gradient", font=13)
    c.label(
        (x + 2 * STEP, y - 120),
        "T \N{MINUS SIGN} 1 steps from the last word back to the first",
        font=13,
    )


def _one(c: Canvas, x: float, y: float) -> None:
    c.box((x, y + 92), (78, 34), "loss $L$")
    c.box((x, y), (204, 46), "hidden layer", "state")
    c.arrow([(x, y + 75), (x, y + 26)], "gradient", width=9, head=22)
    for i, word in enumerate(("it", "is", "…", "movie")):
        at = x + (i - 1.5) * 52
        if word == "…":
            c.label((at, y - 84), r"$\cdots$", font=18)
            continue
        c.box((at, y - 84), (48, 30), word, "data", font=12)
        c.arrow([(at, y - 69), (at, y - 23)], "layer", width=1.0, head=7)
    c.label((x, y - 120), "one step back to every word", font=13)
