"""What a run says: plain lines in a pipe, a live line on a terminal, the speed; and its curve."""

import io

import pytest
from rich.console import Console

from seqloom.evaluation.measure import Measure
from seqloom.training import clock as module
from seqloom.training.clock import Clock
from seqloom.training.curve import draw_curve
from seqloom.training.reporter import Live, PlainReporter
from seqloom.training.tasks.transduce import Transduce
from seqloom.training.validation import Validation

FOUND = Validation(
    step=40,
    epoch=1.5,
    loss=0.81234,
    values=(12.345, 50.0),
    measures=Transduce.measures,
    valid_loss=0.5,
    best=True,
    rate=12345.6,
    rate_unit="symbols",
    seconds=3.0,
)


def test_plain_prints_a_line_for_each_message_and_validation(capsys):
    plain = PlainReporter()
    plain.message("hello")
    plain.start(0, 100)
    plain.step(1, 2.0, Clock("symbols"))
    plain.validation(FOUND)
    plain.stop()
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "hello\nstep     40* epoch   1.5  loss 0.812  symbol error 12.35 %  output error 50.00 %\n"
    )


def test_live_shows_where_the_run_stands():
    live, screen = Live(), io.StringIO()
    live.console = live.progress.live.console = Console(
        file=screen, force_terminal=True, width=120, color_system=None
    )
    clock = Clock("symbols")
    clock.count, clock.seconds = 4321, 1.0
    live.start(30, 100)
    live.message("[data] is no markup")
    live.step(31, 2.0, clock)
    live.validation(FOUND)
    live.step(41, 1.0, clock)
    live.stop()
    shown = screen.getvalue()
    assert "[data] is no markup" in shown
    assert "symbol error 12.35 %" in shown
    last = shown[shown.rindex("step 41/100") :]
    assert "loss 1.980  symbol error 12.35 %" in last
    assert "4,321 symbols/s" in last


def test_clock_counts_training_time_only(monkeypatch):
    now = iter([0.0, 10.0, 12.0, 15.0, 100.0, 105.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(now))
    clock = Clock("words")
    assert clock.rate == 0.0
    clock.start()  # at 10
    clock.add(50)  # at 12
    clock.add(150)  # at 15
    clock.start()  # at 100, after a validation
    clock.add(100)  # at 105
    assert clock.rate == pytest.approx(300 / 10)


@pytest.mark.parametrize("errors", [[70.0], [90.0, 40.0, 45.0], [0.0, 0.0]])
def test_curve_is_drawn_from_the_log(tmp_path, errors):
    events = [{"event": "start"}] + [
        {
            "event": "validation",
            "step": i,
            "loss": 1 / (i + 1),
            "symbol_error": e,
            "output_error": e,
        }
        for i, e in enumerate(errors)
    ]
    draw_curve(events, tmp_path / "curve.png", Transduce.measures, "symbol")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_measure_knows_what_is_better():
    error, accuracy = Measure("e", "error"), Measure("a", "accuracy", rises=True)
    for measure in (error, accuracy):
        assert measure.better(1.0, None)
        assert not measure.better(1.0, 1.0)
    assert error.better(1.0, 2.0)
    assert not error.better(2.0, 1.0)
    assert accuracy.better(2.0, 1.0)
    assert not accuracy.better(1.0, 2.0)
