"""Chapter 4: the GRU, its one state kept or replaced."""

from pathlib import Path

from .canvas import Canvas, page

LINE, GATES, SIZE = 352, 205, (88, 50)
H_BUS, X_BUS = 130, 62
Z, R, N = 242, 398, 600
RESET = (512, H_BUS)


def draw(path: Path) -> None:
    """Write the drawing."""
    with page(path, 436) as c:
        c.frame((415, 257), (590, 326))
        _state_line(c)
        _inputs(c)
        _gates(c)
        c.arrow([(765, LINE + 36), (36, LINE + 36)], "gradient", width=3.5, head=14)
        c.label(
            (415, LINE + 56),
            r"gradient along the state: multiplied by $z$ at each step, by no matrix",
            kind="gradient",
            font=13,
        )
        c.legend(16, ("data", "state", "gate", "layer", "gradient"))


def _state_line(c: Canvas) -> None:
    for start, end in ((70, Z - 14), (Z + 14, N - 14), (N + 14, 765)):
        c.arrow([(start, LINE), (end, LINE)], "state", width=3.5, head=13)
    c.circle((Z, LINE), r"$\times$")
    c.circle((N, LINE), "+")
    c.label((46, LINE), "$h_{t-1}$", kind="state")
    c.label((744, LINE - 20), "$h_t$", kind="state")
    c.label((Z + 40, LINE - 18), "keep", font=12, kind="layer")
    c.label((N + 36, LINE - 20), "replace", font=12, kind="layer")


def _inputs(c: Canvas) -> None:
    c.dot((150, LINE), "state")
    c.arrow([(150, LINE), (150, H_BUS), (RESET[0] - 14, H_BUS)], "state")
    c.box((458, H_BUS), (44, 28), "$W_{hn}$", "layer", font=12)
    c.box((62, X_BUS), (56, 30), "$x_t$", "data")
    c.arrow([(90, X_BUS), (N + 18, X_BUS), (N + 18, GATES - 25)], "data")
    for x in (Z, R):
        c.dot((x - 18, H_BUS), "state")
        c.arrow([(x - 18, H_BUS), (x - 18, GATES - 25)], "state")
        c.dot((x + 18, X_BUS), "data")
        c.arrow([(x + 18, X_BUS), (x + 18, GATES - 25)], "data")


def _gates(c: Canvas) -> None:
    c.box((Z, GATES), SIZE, "update gate\n$z$: sigmoid", "gate", font=12)
    c.box((R, GATES), SIZE, "reset gate\n$r$: sigmoid", "gate", font=12)
    c.box((N, GATES), SIZE, "candidate\n$n$: tanh", "state", font=12)
    c.circle(RESET, r"$\times$")
    c.arrow([(R + 44, GATES), (RESET[0], GATES), (RESET[0], H_BUS + 14)], "gate")
    c.arrow([(RESET[0] + 14, H_BUS), (N - 18, H_BUS), (N - 18, GATES - 25)], "state")
    c.label((532, H_BUS - 26), "how much of the old state", font=11, kind="layer")
    c.arrow([(Z, GATES + 25), (Z, LINE - 14)], "gate")
    across = 285
    c.dot((Z, across), "gate")
    c.arrow([(Z, across), (438, across)], "gate")
    c.box((466, across), (56, 30), r"$1 - z$", "gate", font=13)
    c.arrow([(494, across), (N - 14, across)], "gate")
    c.circle((N, across), r"$\times$")
    c.arrow([(N, GATES + 25), (N, across - 14)], "state")
    c.arrow([(N, across + 14), (N, LINE - 14)], "state")
