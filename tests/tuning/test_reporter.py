"""What a search shows, and to whom."""

import io

import pytest
from rich.console import Console

from seqloom.errors import ConfigError
from seqloom.training.callback import Callback
from seqloom.training.clock import Clock
from seqloom.tuning.reporter import LiveTrials, PlainTrials, Together, reporting

from .small import Told


class Failing(Callback):
    def step(self, step, loss, clock):
        raise OSError("full")


def two_trials(shown):
    for number in range(2):
        shown.message(f"trial {number}: [b]")
        shown.start(0, 3)
        shown.plan(2)
        shown.step(1, 0.5, Clock("symbols"))
        shown.stop()


def test_all_are_told_and_an_error_is_raised():
    told = Told()
    two_trials(Together([told, Callback()]))
    assert (told.lines, told.begun) == (["trial 0: [b]", "trial 1: [b]"], [0, 0])
    with pytest.raises(OSError, match="full"):
        two_trials(Together([told, Failing()]))


def test_lines(capsys):
    two_trials(PlainTrials())
    assert capsys.readouterr().err == "trial 0: [b]\ntrial 1: [b]\n"


def test_a_live_line_for_each_run():
    out = io.StringIO()
    shown = LiveTrials()
    shown.console = Console(file=out, force_terminal=True, width=80, highlight=False)
    two_trials(shown)
    assert out.getvalue() == "trial 0: [b]\ntrial 1: [b]\n"
    assert shown.run is None


def test_who_is_told(capsys):
    told = Told()
    for progress, said in (("auto", "a\n"), ("quiet", ""), (False, "")):
        with reporting(progress, [told]) as shown:
            shown.message("a")
        assert capsys.readouterr().err == said
    assert told.lines == ["a"] * 3
    with (
        pytest.raises(ConfigError, match=r"^tune: `progress` must be .* or False, got 'no'\.$"),
        reporting("no", ()),
    ):
        pass
