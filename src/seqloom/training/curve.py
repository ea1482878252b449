"""The loss-and-error curve of a run, from its log alone."""

from pathlib import Path
from typing import Any

from ..files import replacing


def draw_curve(events: list[dict[str, Any]], path: Path) -> None:
    """Draw training loss and validation errors against steps.

    Args:
        events: The log's events; those of kind `validation` are drawn.
        path: The PNG to write.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    found = [event for event in events if event["event"] == "validation"]
    steps = [event["step"] for event in found]
    figure = Figure(figsize=(7, 4), layout="constrained")
    left = figure.subplots()
    marker = "o" if len(found) < 3 else None
    (loss,) = left.plot(
        steps, [e["loss"] for e in found], color="#888888", marker=marker, label="training loss"
    )
    left.set_xlabel("step")
    left.set_ylabel("training loss (nats per symbol)")
    right = left.twinx()
    lines = [loss]
    for key, label, color in (
        ("output_error", "validation: wrong outputs", "#d95f02"),
        ("symbol_error", "validation: symbol error", "#1b6ca8"),
    ):
        values = [e[key] for e in found]
        lines += right.plot(steps, values, color=color, marker=marker, label=label)
    right.set_ylabel("validation error (%)")
    right.set_ylim(0, min(105.0, 1.1 * max(e["output_error"] for e in found) + 1))
    best = min(found, key=lambda e: e["symbol_error"])
    right.plot(best["step"], best["symbol_error"], "o", color="#1b6ca8")
    right.annotate(
        f"best: {best['symbol_error']:.2f} %",
        (best["step"], best["symbol_error"]),
        xytext=(-8, 8),
        textcoords="offset points",
        ha="right",
        color="#1b6ca8",
    )
    left.legend(handles=lines, loc="upper right", frameon=False)
    with replacing(path, "train") as beside:
        figure.savefig(beside, dpi=120, format="png")
