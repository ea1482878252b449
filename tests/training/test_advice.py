"""What a run says at its end, from logs written by hand."""

from pathlib import Path

import pytest

from seqloom.evaluation.measure import Measure
from seqloom.training.advice import advice

ERROR, RIGHT = Measure("error", "error", "%"), Measure("accuracy", "accuracy", "%", rises=True)
FOLDER = Path("runs/words")


def said(values, measure=ERROR, epochs=3.0):
    events = [{"event": "start"}]
    for k, value in enumerate(values, start=1):
        event = {"event": "validation", "step": 10 * k, measure.key: value, "seconds": 20.0 * k}
        events += [event, {"event": "clock", "step": 10 * k, "seconds": 20.0 * k}]
    return advice(events, measure, FOLDER, epochs)


@pytest.mark.parametrize(
    ("values", "measure", "improves"),
    [
        ([90, 80, 70, 60, 50, 40, 30, 20], ERROR, True),
        ([90, 50, 30, 20.5, 20.2, 20.1, 20.05, 20], ERROR, False),
        ([90, 50, 30, 20, 21, 22, 23, 24], ERROR, False),
        ([10, 20, 30, 40, 50, 60, 70, 80], RIGHT, True),
        ([90, 94, 94.5, 94.9, 95, 95, 95, 95.1], RIGHT, False),
        ([90], ERROR, False),
        ([], ERROR, False),
    ],
)
def test_still_improving(values, measure, improves):
    line = "note: still improving: seqloom train --resume runs/words --minutes 3"
    assert said(values, measure) == [line] * improves


@pytest.mark.parametrize(
    ("epochs", "read"),
    [
        (0.004, "hardly any data"),
        (0.31, "31 % of the training data"),
        (0.5, None),
    ],
)
def test_less_than_half_of_the_data(epochs, read):
    line = (
        f"note: this run has read {read}; all of them: seqloom train --resume {FOLDER} --epochs 1"
    )
    assert said([20, 20, 20], epochs=epochs) == [line] * (read is not None)
