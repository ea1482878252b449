"""A run in a notebook: a table of facts and curves of loss and score, as HTML that needs no file.

Colours are the notebook's own, so that it reads on dark pages too. Checked by
`tests/training/test_result.py`.
"""

import html
import math
from collections.abc import Mapping, Sequence

from ..evaluation.measure import Measure
from ..plain import printable

WIDTH, HEIGHT = 300, 150  # of one chart, pixels
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 20, 20  # around its curve
TRAIN, VALID = "#1f77b4", "#d95f02"


def page_of(
    facts: Mapping[str, str], history: Mapping[str, Sequence[float]], measure: Measure
) -> str:
    """A table, and charts once there are two validations.

    Args:
        facts: By name.
        history: `Result.history`.
        measure: The measure that decides.
    """
    rows = "".join(
        f'<tr><th style="text-align:left">{html.escape(printable(name))}</th>'
        f'<td style="text-align:left">{html.escape(printable(value))}</td></tr>'
        for name, value in facts.items()
    )
    steps, unit = history["step"], f" ({measure.unit})" if measure.unit else ""
    charts = ""
    if len(steps) > 1:
        losses = [
            ("training", TRAIN, history["loss"]),
            ("validation", VALID, history["valid_loss"]),
        ]
        charts = _chart("loss", steps, losses)
        title = f"validation: {measure.label}{unit}"
        charts += _chart(title, steps, [("", VALID, history[measure.key])])
    return f"<table>{rows}</table><div>{charts}</div>"


def _chart(
    title: str, steps: Sequence[float], curves: Sequence[tuple[str, str, Sequence[float]]]
) -> str:
    """Curves over steps, with the ends of both axes; values that are no numbers are left out."""
    known = [v for _, _, values in curves for v in values if math.isfinite(v)] or [0.0]
    low, high = min(known), max(known)
    first, last = steps[0], steps[-1]

    def place(step: float, value: float) -> str:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (step - first) / (last - first or 1)
        y = TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low or 1)
        return f"{x:.1f},{y:.1f}"

    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'
        for _, colour, values in curves
        for points in [
            " ".join(place(s, v) for s, v in zip(steps, values, strict=True) if math.isfinite(v))
        ]
    )
    names = "".join(
        f'<tspan dx="10" fill="{colour}">{html.escape(name)}</tspan>' for name, colour, _ in curves
    )
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="11" fill="currentColor"><title>{html.escape(title)}</title>'
        f'<text x="{LEFT}" y="12">{html.escape(title)}{names}</text>'
        f'<path d="M{LEFT},{TOP}V{floor}H{right}" fill="none" stroke="currentColor" opacity="0.4"/>'
        f'<text x="{LEFT - 4}" y="{TOP + 8}" text-anchor="end">{high:.4g}</text>'
        f'<text x="{LEFT - 4}" y="{floor}" text-anchor="end">{low:.4g}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 6}">{first:,}</text>'
        f'<text x="{right}" y="{HEIGHT - 6}" text-anchor="end">{last:,} steps</text>{lines}</svg>'
    )
