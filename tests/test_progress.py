"""What is said while long work goes on: where, when, and what."""

import io
import re
import sys
import time

import pytest

from seqloom import progress as module
from seqloom.progress import Lines, LiveLine, clock, each, on_standard_error, progress, showing


class Heard:
    """A display that remembers."""

    def __init__(self):
        self.lines, self.cleared = [], 0

    def show(self, line):
        self.lines.append(line)

    def clear(self):
        self.cleared += 1


def until(condition):
    """Wait for the thread that shows."""
    end = time.perf_counter() + 5
    while not condition():
        assert time.perf_counter() < end
        time.sleep(0.01)


def test_the_innermost_work_is_shown_and_then_the_outer_again():
    heard = Heard()
    with showing(heard), progress("outer", 3) as step:
        step(2)
        until(lambda: heard.lines)
        with progress("inner"):
            until(lambda: heard.lines[-1].startswith("inner"))
        until(lambda: heard.lines[-1] == "outer: 2 of 3")
    assert heard.lines[0] == "outer: 2 of 3"
    before = len(heard.lines)
    assert heard.cleared
    with progress("unseen"):
        time.sleep(0.25)
    assert len(heard.lines) == before


@pytest.mark.parametrize(
    ("total", "unit", "done", "seconds", "line"),
    [
        (None, "", 0, 75, "w: 1:15 min"),
        (None, "rows", 12345, 3, "w: 12,345 rows, 3 s"),
        (None, "", 0, 0.6, "w"),
        (359, "", 0, 20, "w: 0 of 359, 20 s"),
        (359, "series", 100, 0.5, "w: 100 of 359 series"),  # too early to say
        (359, "series", 100, 60, "w: 100 of 359 series, 2:35 min left"),  # 60 / 100 * 259
        (4000, "bytes", 1000, 30, "w: 25 %, 1:30 min left"),
        (4000, "bytes", 5000, 30, "w: 100 %, 0 s left"),
        (0, "", 0, 5, "w: 5 s"),
    ],
)
def test_line(monkeypatch, total, unit, done, seconds, line):
    now = 1000.0
    monkeypatch.setattr(module.time, "perf_counter", lambda: now)
    work = module._Work("w", total, unit)
    now += seconds
    work.step(done)
    assert work.line() == line


def test_each_counts_and_ends_with_its_loop():
    assert list(each(iter("abc"), "letters")) == ["a", "b", "c"]
    heard = Heard()
    with showing(heard):
        for letter in each("abc", "letters"):
            if letter == "b":
                until(lambda: heard.lines)
                break
        assert heard.lines[-1] == "letters: 1 of 3"
        assert not module._works
        with pytest.raises(KeyError), progress("fails"):
            raise KeyError
        assert not module._works


def test_nothing_is_shown_within_showing_none():
    heard = Heard()
    with showing(heard), progress("work"):
        until(lambda: heard.lines)
        with showing(None):
            time.sleep(0.15)
            before = len(heard.lines)
            time.sleep(0.25)
            assert len(heard.lines) == before
        until(lambda: len(heard.lines) > before)


def test_lines_come_after_half_a_second_and_then_every_ten(monkeypatch, capsys):
    now = 0.0
    monkeypatch.setattr(module.time, "perf_counter", lambda: now)
    lines = Lines()
    for tenth in range(300):
        now = tenth / 10
        lines.show(f"at {now}")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "at 0.5\nat 10.5\nat 20.5\n")


def test_a_live_line_stands_below_what_is_printed_and_goes(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "30")
    display = on_standard_error()
    assert isinstance(display, LiveLine)
    display.show("too early")
    assert terminal.getvalue() == ""
    monkeypatch.setattr(module, "FIRST", 0.0)
    display = LiveLine()
    display.show("theta: 1 of 359 [b]" + "x" * 50)
    print("note: printed", file=sys.stderr)
    display.show("theta: 2 of 359")
    display.clear()
    assert sys.stderr is terminal
    shown = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", terminal.getvalue())
    assert "theta: 1 of 359 [b]xxxxxxxxxx…" in shown
    assert "note: printed\n" in shown
    assert terminal.getvalue().endswith("\x1b[2K")  # the line is erased


@pytest.mark.parametrize(
    ("variable", "value", "kind"),
    [
        ("RANK", "1", type(None)),
        ("SEQLOOM_PROGRESS", "off", type(None)),
        ("TERM", "dumb", Lines),
    ],
)
def test_where_there_is_no_live_line(monkeypatch, variable, value, kind):
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert type(on_standard_error()) is kind
    monkeypatch.setattr(sys, "stderr", None)
    assert on_standard_error() is None


def test_a_closed_standard_error_ends_nothing(monkeypatch):
    class Closed(Heard):
        def show(self, line):
            super().show(line)
            raise BrokenPipeError

    heard = Closed()
    with showing(heard), progress("work"):
        until(lambda: len(heard.lines) > 1)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (185, "3:05 min"), (3720, "1:02 h")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text
