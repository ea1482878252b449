"""What a run says at its end if more of it would help, from its log alone.

Checked by `tests/training/test_advice.py`.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..evaluation.measure import Measure
from ..plain import printable
from .curve import still_improving

HALF = 0.5  # epochs: less was read of the training data, and the run says so


def advice(
    events: Sequence[Mapping[str, Any]], measure: Measure, folder: Path, epochs: float
) -> list[str]:
    """Lines to say, most often none.

    Args:
        events: The log of a run that has ended.
        measure: The measure that decides.
        folder: The run's folder.
        epochs: Passes over the training data that are done.
    """
    go_on = f"seqloom train --resume {printable(str(folder))}"
    found = [event for event in events if event["event"] == "validation"]
    lines = []
    if epochs < HALF:
        read = f"{100 * epochs:.0f} % of the training data" if epochs >= 0.01 else "hardly any data"
        lines.append(f"note: this run has read {read}; all of them: {go_on} --epochs 1")
    curve = [{"step": event["step"], "value": event[measure.key]} for event in found]
    if still_improving(curve, rises=measure.rises):
        minutes = max(1, math.ceil(found[-1]["seconds"] / 60))
        lines.append(f"note: still improving: {go_on} --minutes {minutes}")
    return lines
