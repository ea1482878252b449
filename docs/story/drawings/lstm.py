"""Chapter 3: the LSTM, its cell-state line on top and its three gates."""

from pathlib import Path

from .canvas import Canvas, page

CELL, BUS, GATES, SIZE = 352, 122, 205, (88, 50)
F, I, G, O = 222, 332, 434, 544
ADD, OUT = (I + G) / 2, 638


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 436) as c:
        c.frame((415, 255), (590, 330))
        _cell_line(c)
        _gates(c)
        _output(c)
        c.arrow([(765, CELL + 36), (36, CELL + 36)], "gradient", width=3.5, head=14)
        c.label(
            (415, CELL + 56),
            r"gradient along the cell state: multiplied by $f$ at each step, by no matrix",
            kind="gradient",
            font=13,
        )
        c.legend(16, ("data", "state", "gate", "layer", "gradient"))


def _cell_line(c: Canvas) -> None:
    for start, end in ((70, F - 14), (F + 14, ADD - 14), (ADD + 14, 765)):
        c.arrow([(start, CELL), (end, CELL)], "state", width=3.5, head=13)
    c.circle((F, CELL), r"$\times$")
    c.circle((ADD, CELL), "+")
    c.label((46, CELL), "$c_{t-1}$", kind="state")
    c.label((744, CELL - 20), "$c_t$", kind="state")
    c.label((300, CELL - 18), "keep", font=12, kind="layer")
    c.label((ADD + 34, CELL - 20), "write", font=12, kind="layer")


def _gates(c: Canvas) -> None:
    c.arrow([(70, BUS), (O, BUS), (O, GATES - 25)])
    c.label((46, BUS), "$h_{t-1}$", kind="state")
    c.box((162, 62), (56, 30), "$x_t$", "data")
    c.arrow([(162, 77), (162, BUS)], head=0)
    c.dot((162, BUS))
    for x in (F, I, G):
        c.arrow([(x, BUS), (x, GATES - 25)])
        c.dot((x, BUS))
    c.box((F, GATES), SIZE, "forget gate\n$f$: sigmoid", "gate", font=12)
    c.box((I, GATES), SIZE, "input gate\n$i$: sigmoid", "gate", font=12)
    c.box((G, GATES), SIZE, "candidate\n$g$: tanh", "state", font=12)
    c.box((O, GATES), SIZE, "output gate\n$o$: sigmoid", "gate", font=12)
    c.arrow([(F, GATES + 25), (F, CELL - 14)], "gate")
    middle = 285
    c.arrow([(I, GATES + 25), (I, middle), (ADD - 14, middle)], "gate")
    c.arrow([(G, GATES + 25), (G, middle), (ADD + 14, middle)], "state")
    c.circle((ADD, middle), r"$\times$")
    c.arrow([(ADD, middle + 14), (ADD, CELL - 14)], "state")


def _output(c: Canvas) -> None:
    c.dot((OUT, CELL), "state")
    c.arrow([(OUT, CELL), (OUT, 320)], "state")
    c.box((OUT, 304), (56, 30), "tanh", "layer", font=13)
    c.arrow([(OUT, 289), (OUT, 262)], "state")
    c.circle((OUT, 248), r"$\times$")
    c.arrow([(O, GATES + 25), (O, 248), (OUT - 14, 248)], "gate")
    c.arrow([(OUT, 234), (OUT, BUS), (765, BUS)], "state", width=2)
    c.label((744, BUS + 20), "$h_t$", kind="state")
    c.label((OUT + 10, 180), "show", font=12, kind="layer", align="left")
