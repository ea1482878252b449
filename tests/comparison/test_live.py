"""What is shown of a comparison: lines for a log, a table for a terminal."""

import io

from rich.console import Console

from seqloom.comparison.live import ComparisonLines, LiveTable
from seqloom.evaluation.measure import Measure
from seqloom.training.validation import Validation

MEASURE = Measure("symbol_error", "symbol error", "%")
TITLES = {"nearest": "nearest training source", "gru": "GRU, fixed context", "lstm": "LSTM"}


def validation(value):
    values = {"loss": 1.0, "values": (value,), "measures": (MEASURE,), "best": True}
    values["valid_loss"] = 1.0
    return Validation(step=5, epoch=0.1, rate=1.0, rate_unit="symbols", seconds=1.0, **values)


def play(watcher):
    """A baseline, a run with two validations, and one that fails."""
    watcher.planned(TITLES, (1, 2), Measure("symbol_error", "symbol error", "%", 2, scale=100.0))
    watcher.began("nearest", None)
    watcher.ended("nearest", None, {"score": 40.0})
    watcher.began("gru", 1)
    watcher.moved("gru", 1, 0, 10)
    for step, value in ((5, 30.0), (8, 31.5)):
        watcher.moved("gru", 1, step, 10)
        watcher.validated("gru", 1, validation(value))


def finish(watcher):
    watcher.scoring("gru", 1)
    watcher.ended("gru", 1, {"score": 29.5})
    watcher.began("lstm", 1)
    watcher.ended("lstm", 1, {"score": None, "error": "train: the loss must stay a number"})
    watcher.close()


def test_lines(capsys):
    watcher = ComparisonLines()
    play(watcher)
    finish(watcher)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "nearest: test symbol error 40.00 %",
        "gru, seed 1: step 5 of 10, validation symbol error 30.00 %, best 30.00 %, 0 s left",
        "gru, seed 1: step 8 of 10, validation symbol error 31.50 %, best 30.00 %, 0 s left",
        "gru, seed 1: test symbol error 29.50 %",
        "lstm, seed 1: failed: train: the loss must stay a number",
    ]


def drawn(watcher):
    """ComparisonLines of the table, a space between cells."""
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(watcher.table())
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_table():
    watcher = LiveTable()
    watcher.console = Console(file=io.StringIO(), width=120)
    play(watcher)
    assert drawn(watcher) == [
        "entry seed progress validation best left test symbol error",
        "nearest training source done 40.00 % (1)",
        "GRU, fixed context 1 of 2 █████████░░░ 80 % 31.50 % 30.00 % 0 s",
        "LSTM waits",
    ]
    finish(watcher)
    found = drawn(watcher)
    assert found[2] == "GRU, fixed context 1 of 2 done 31.50 % 30.00 % 29.50 % (1)"
    assert found[3] == "LSTM 1 of 2 failed"
    assert "failed: train: the loss" in watcher.console.file.getvalue()
