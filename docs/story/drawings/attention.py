"""Chapter 6: attention; its fully-connected scorer, and the decoder's state fed back to it."""

from pathlib import Path

from .canvas import Canvas, page

SOURCE = ("c", "a", "k", "e")
WEIGHTS = ("0.1", "0.7", "0.1", "0.1")
COLUMNS = (108, 200, 292, 384)
STATES, SCORERS, BUS, SOFTMAX, SHARES, MEAN = 106, 196, 248, 306, 362, 424
MIDDLE, WIDE = 246, 360
DECODER = 336


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 500) as c:
        c.label((MIDDLE, 480), "one step of attention", bold=True)
        c.label((636, 480), "one step of the decoder", bold=True)
        _memory(c)
        _weights(c)
        _decoder(c)
        _scorer(c)
        _gradient(c)
        c.legend(14, ("data", "state", "gate", "layer", "gradient"))


def _memory(c: Canvas) -> None:
    c.frame((MIDDLE, STATES), (WIDE + 6, 48), kind="state")
    for i, (x, letter) in enumerate(zip(COLUMNS, SOURCE, strict=True)):
        c.box((x, STATES), (56, 32), f"$h_{i + 1}$", "state")
        c.label((x, 56), letter, font=14, kind="data")
        c.arrow([(x, 66), (x, STATES - 16)], "data", head=7)
        c.arrow([(x, STATES + 16), (x, SCORERS - 16)], "state")
    start = MIDDLE - WIDE / 2
    c.arrow([(start - 3, STATES), (44, STATES), (44, MEAN), (start, MEAN)], "state", width=2)


def _weights(c: Canvas) -> None:
    for i, (x, weight) in enumerate(zip(COLUMNS, WEIGHTS, strict=True)):
        c.box((x, SCORERS), (70, 32), "scorer", "layer", font=13)
        c.arrow([(x - 16, SCORERS + 16), (x - 16, SOFTMAX - 16)])
        c.label((x - 22, SOFTMAX - 30), f"$z_{i + 1}$", font=12, align="right")
        c.arrow([(x, SOFTMAX + 16), (x, SHARES - 13)], "gate", head=7)
        c.box((x, SHARES), (50, 26), weight, "gate", font=13)
        c.arrow([(x, SHARES + 13), (x, MEAN - 17)], "gate", head=7)
    c.box((MIDDLE, SOFTMAX), (WIDE, 32), "softmax", "layer", font=13)
    c.label((COLUMNS[3] + 34, SHARES), "$a_j$", kind="gate", font=13)
    c.box(
        (MIDDLE, MEAN),
        (WIDE, 34),
        r"weighted mean of the states: $c_t = \sum_j a_j h_j$",
        "state",
        font=13,
    )


def _decoder(c: Canvas) -> None:
    old, cell, new = 506, 614, 724
    c.box((old, DECODER), (60, 36), "$s_{t-1}$", "state")
    c.box((cell, DECODER), (84, 50), "decoder\ncell", "layer", font=13)
    c.box((new, DECODER), (60, 36), "$s_t$", "state")
    c.arrow([(old + 30, DECODER), (cell - 42, DECODER)], "state", width=2)
    c.arrow([(cell + 42, DECODER), (new - 30, DECODER)], "state", width=2)
    start = MIDDLE + WIDE / 2
    c.arrow([(start, MEAN), (cell - 20, MEAN), (cell - 20, DECODER + 25)], "state", width=2)
    c.label((498, MEAN + 14), "$c_t$", kind="state", font=13)
    for x, at, text in ((cell + 20, 0, "$y_{t-1}$"), (new, 0, "$y_t$")):
        c.box((x, MEAN + at), (54, 30), text, "data")
    c.arrow([(cell + 20, MEAN - 15), (cell + 20, DECODER + 25)])
    c.arrow([(new, DECODER + 18), (new, MEAN - 15)])
    for i, x in enumerate(COLUMNS):
        if i:
            c.dot((x + 18, BUS), "state")
            c.arrow([(x + 18, BUS), (x + 18, SCORERS + 16)], "state", head=7)
    first = COLUMNS[0] + 18
    c.arrow(
        [(old - 12, DECODER - 18), (old - 12, BUS), (first, BUS), (first, SCORERS + 16)],
        "state",
        head=7,
    )
    c.arrow(
        [(new, DECODER - 18), (new, 270), (old + 14, 270), (old + 14, DECODER - 18)],
        "state",
        dashed=True,
    )
    c.label((636, 256), "fed back: the next step's query", font=12, kind="state")


def _scorer(c: Canvas) -> None:
    c.frame((622, 128), (316, 190))
    c.label((622, 210), "the scorer: fully-connected", bold=True, font=13)
    left = [(540, y, "state") for y in (174, 146, 104, 76)]
    hidden, score = [(640, y) for y in (165, 125, 85)], (730, 125)
    for x, y, kind in left:
        for at in hidden:
            c.arrow([(x, y), at], "layer", width=0.8, head=0)
        c.circle((x, y), "", kind, radius=10)
    for at in hidden:
        c.arrow([at, score], "layer", width=0.8, head=0)
        c.circle(at, "", "state", radius=10)
    c.circle(score, "", "plain", radius=10)
    c.label((520, 160), "$s_{t-1}$", align="right", kind="state", font=13)
    c.label((520, 90), "$h_j$", align="right", kind="state", font=13)
    c.label((590, 46), "$W_q$, $W_m$", font=12)
    c.label((640, 64), "$e_j$: tanh", font=12)
    c.label((690, 46), "$v$", font=12)
    c.label((748, 125), "$z_j$", align="left", font=13)


def _gradient(c: Canvas) -> None:
    left = MIDDLE - WIDE / 2
    c.arrow(
        [(left, MEAN + 10), (24, MEAN + 10), (24, STATES - 8), (left - 3, STATES - 8)],
        "gradient",
        width=3,
        head=12,
    )
    c.label((14, 150), "gradient: one step back, times $a_j$", kind="gradient", font=12, turned=90)
