"""Chapter 5: an encoder, a decoder, and the one vector between them."""

from pathlib import Path

from .canvas import Canvas, page

SOURCE, TARGET = ("c", "a", "k", "e"), ("K", "EY", "K", "<eos>")
ENCODER, DECODER, CONTEXT = (60, 138, 216, 294), (500, 584, 668, 752), 396
ROW, IN, OUT, BUS, BACK = 250, 160, 344, 206, 78
CELL = (50, 46)


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 410) as c:
        c.label((177, 388), "encoder: reads the source", bold=True)
        c.label((626, 388), "decoder: writes the target", bold=True)
        c.label((CONTEXT, 318), "context:\none vector", font=13)
        _encoder(c)
        _decoder(c)
        _gradient(c)
        c.legend(16, ("data", "state", "gradient"))


def _encoder(c: Canvas) -> None:
    for i, (x, letter) in enumerate(zip(ENCODER, SOURCE, strict=True)):
        c.box((x, ROW), CELL, f"$h_{i + 1}$", "state")
        c.box((x, IN), (44, 30), letter, "data")
        c.arrow([(x, IN + 15), (x, ROW - 23)])
        end = ENCODER[i + 1] - 25 if i < 3 else CONTEXT - 29
        c.arrow([(x + 25, ROW), (end, ROW)], "state", width=2)


def _decoder(c: Canvas) -> None:
    c.box((CONTEXT, ROW), (58, 76), "$c$", "state", font=18)
    c.arrow([(CONTEXT + 29, ROW), (DECODER[0] - 25, ROW)], "state", width=2)
    c.label((450, ROW + 14), "$s_0$", font=12, kind="state")
    last = DECODER[-1] - 15
    c.arrow([(CONTEXT, ROW - 38), (CONTEXT, BUS), (last, BUS), (last, ROW - 23)], "state")
    before = "<bos>"
    for i, (x, phone) in enumerate(zip(DECODER, TARGET, strict=True)):
        c.box((x, ROW), CELL, f"$s_{i + 1}$", "state")
        c.box((x, OUT), (54, 30), phone, "data", font=13)
        c.box((x, IN), (54, 30), before, "data", font=13)
        c.arrow([(x + 8, IN + 15), (x + 8, ROW - 23)])
        c.arrow([(x, ROW + 23), (x, OUT - 15)])
        before = phone
        if i < 3:
            c.dot((x - 15, BUS), "state")
            c.arrow([(x - 15, BUS), (x - 15, ROW - 23)], "state")
            c.arrow([(x + 25, ROW), (DECODER[i + 1] - 25, ROW)], "state", width=2)
            gap = x + 42
            turns = [(x + 27, OUT), (gap, OUT), (gap, IN), (DECODER[i + 1] - 27, IN)]
            c.arrow(turns, "data", dashed=True, head=7)


def _gradient(c: Canvas) -> None:
    c.arrow([(778, BACK), (CONTEXT, BACK), (CONTEXT, BUS - 8)], "gradient", width=4, head=15)
    c.arrow([(ENCODER[3], 114), (ENCODER[0], 114)], "gradient", width=4, head=15)
    start = [(CONTEXT - 20, ROW - 38), (CONTEXT - 20, 114), (ENCODER[3], 114)]
    c.arrow(start, "gradient", width=4, head=0)
    c.label(
        (600, BACK - 20),
        "the gradients of all decoder steps, summed in $c$",
        kind="gradient",
        font=13,
    )
    c.label((176, 94), "enter the encoder at its last state only", kind="gradient", font=13)
