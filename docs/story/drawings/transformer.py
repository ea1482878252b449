"""Chapter 7: a Transformer's layer, a head of its attention, and the mask."""

from pathlib import Path

from .canvas import Canvas, page

WORDS = ("it", "is", "highly", "unlikely", "that")
COLUMN, AROUND = 176, 74
KEY = 404


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 540) as c:
        c.label((164, 520), "one layer", bold=True)
        c.label((410, 520), "one attention head", bold=True)
        c.label((676, 520), "causal mask", bold=True)
        _layer(c)
        _head(c)
        _mask(c)
        c.legend(14, ("data", "state", "gate", "layer", "gradient"))


def _layer(c: Canvas) -> None:
    c.frame((164, 280), (226, 376))
    c.box((COLUMN, 60), (150, 30), "vectors + positions", "data", font=12)
    parts = (("norm", 142), ("self-attention", 190), ("norm", 322), ("fully-connected", 370))
    for text, y in parts:
        c.box((COLUMN, y), (134, 32), text, "layer", font=13)
    for start, end in (
        (75, 126),
        (158, 174),
        (206, 232),
        (260, 306),
        (338, 354),
        (386, 412),
        (440, 482),
    ):
        c.arrow([(COLUMN, start), (COLUMN, end)], "state", width=2, head=8)
    for split, plus in ((104, 246), (284, 426)):
        c.dot((COLUMN, split), "state")
        c.circle((COLUMN, plus), "+")
        turns = [(COLUMN, split), (AROUND, split), (AROUND, plus), (COLUMN - 14, plus)]
        c.arrow(turns, "state", width=2, head=8)
    c.label((COLUMN, 494), "to the next layer", font=13)
    c.arrow([(36, 482), (36, 60)], "gradient", width=3.5, head=14)
    c.label((18, 150), "gradient around each part, unchanged", kind="gradient", font=12, turned=90)


def _head(c: Canvas) -> None:
    x_q, x_k, x_v = KEY - 78, KEY, KEY + 76
    score = (x_q + x_k) / 2
    c.box((x_q, 60), (80, 30), "position $t$", "state", font=12)
    c.box(((x_k + x_v) / 2, 60), (112, 30), "every position $s$", "state", font=12)
    for x, name, text in ((x_q, "$q_t$", "query"), (x_k, "$k_s$", "key"), (x_v, "$v_s$", "value")):
        c.box((x, 142), (52, 32), name, "state")
        c.arrow([(x, 75), (x, 126)])
        c.arrow([(x, 158), (x, 388 if x == x_v else 200)], "state")
        c.label((x + 8, 100), text, font=12, align="left")
    c.box((score, 218), (130, 36), r"$q_t \cdot k_s \, / \sqrt{K}$", "layer", font=13)
    c.box((score, 278), (130, 32), "mask", "layer", font=13)
    c.box((score, 334), (130, 32), "softmax", "layer", font=13)
    c.arrow([(score, 236), (score, 262)])
    c.arrow([(score, 294), (score, 318)])
    c.arrow([(score, 350), (score, 388)], "gate")
    c.label((score + 8, 368), "$a_{ts}$", kind="gate", align="left", font=13)
    middle = (score + x_v) / 2
    c.box((middle, 406), (190, 36), r"weighted mean $\sum_s a_{ts} v_s$", "layer", font=13)
    c.arrow([(middle, 424), (middle, 468)], "state", width=2)
    c.label((middle, 488), "$z_t$, joined with the other heads", font=12)


def _mask(c: Canvas) -> None:
    side, left, top = 30, 640, 400
    for row, word in enumerate(WORDS):
        c.label((left - 24, top - row * side), word, font=13, align="right", kind="data")
        for column in range(len(WORDS)):
            at = left + column * side, top - row * side
            c.square(at, side - 3, "gate" if column <= row else "layer", filled=column <= row)
    for column, word in enumerate(WORDS):
        c.label((left + column * side, top + 26), word, font=13, kind="data", turned=90)
    bottom = top - 5 * side
    c.square((576, bottom - 8), 16, "gate", filled=True)
    c.label((592, bottom - 8), "may attend", font=13, align="left")
    c.square((576, bottom - 36), 16, "layer", filled=False)
    c.label((592, bottom - 36), "must not: not yet written", font=13, align="left")
    c.label(
        (676, 150),
        "Rows attend to columns.\nA decoder has this mask;\nan encoder attends to all.",
        font=13,
    )
