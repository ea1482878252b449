"""The loss-and-score curve of a run, from its log alone: drawn, and whether it was still moving."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..evaluation.measure import Measure
from ..inspection.figures.style import BLUE, GREEN, GREY, ORANGE, paper, save

_COLOURS = (BLUE, ORANGE, GREEN, "#7570b3")
LATE, STEEP = 0.75, 0.1  # the last quarter of the steps; a tenth of the errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def still_improving(curve: Sequence[Mapping[str, Any]], *, rises: bool = False) -> bool:
    """Whether a run ended while it was still getting much better: more steps would help.

    It is so if the best validation is among the last (in the last tenth of the steps, or the very
    last), and a tenth of the errors or more was lost in the last quarter of the steps.

    Args:
        curve: The run's validations in their order, with `step` and `value`.
        rises: True if more is better; the errors are then what is missing to 100 %.
    """
    steps = [point["step"] for point in curve]
    errors = [100.0 - point["value"] if rises else point["value"] for point in curve]
    if len(curve) < 2:
        return False
    best = errors.index(min(errors))
    if steps[best] <= 0.9 * steps[-1] and best < len(steps) - 1:
        return False
    before = [e for step, e in zip(steps, errors, strict=True) if step <= LATE * steps[-1]]
    return bool(errors[best] < (1.0 - STEEP) * min(before or errors[:1]))


def prepare() -> None:
    """Load what drawing needs: a run of minutes does so while it can count the time."""
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401


def draw_curve(
    events: list[dict[str, Any]], path: Path, measures: Sequence[Measure], unit: str
) -> None:
    """Draw training loss and validation scores against steps.

    Args:
        events: The log's events; those of kind `validation` are drawn.
        path: The PNG to write.
        measures: What was measured; those with the unit of the first are drawn.
        unit: What the loss is per.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    with paper():
        figure = Figure(figsize=(7, 4), layout="constrained")
        found = [event for event in events if event["event"] == "validation"]
        _curve(figure.subplots(), found, measures, unit)
        save(figure, path, "train")


def _curve(
    left: "Axes", found: list[dict[str, Any]], measures: Sequence[Measure], unit: str
) -> None:
    steps = [event["step"] for event in found]
    marker = "o" if len(found) < 3 else None
    (loss,) = left.plot(
        steps, [e["loss"] for e in found], color=GREY, marker=marker, label="training loss"
    )
    left.set_xlabel("step")
    left.set_ylabel(f"training loss (per {unit})")
    right = left.twinx()
    lines, values = [loss], []
    main = measures[0]
    drawn = [measure for measure in measures if measure.unit == main.unit]
    for measure, colour in reversed(list(zip(drawn, _COLOURS, strict=False))):
        own = [e[measure.key] for e in found]
        values += own
        label = f"validation: {measure.label}"
        lines += right.plot(steps, own, color=colour, marker=marker, label=label)
    right.set_ylabel(f"validation ({main.unit})" if main.unit else "validation")
    if main.unit == "%":
        right.set_ylim(0, min(105.0, 1.1 * max(values) + 1))
    best = (max if main.rises else min)(found, key=lambda e: e[main.key])
    right.plot(best["step"], best[main.key], "o", color=_COLOURS[0])
    right.annotate(
        f"best: {main.show(best[main.key])}",
        (best["step"], best[main.key]),
        xytext=(-8, 8),
        textcoords="offset points",
        ha="right",
        color=_COLOURS[0],
    )
    left.legend(handles=lines, loc="upper right")
