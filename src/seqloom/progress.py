"""How far long work is. Packages report it; the command line and `train` in Python show it.

    for one in each(series, "theta"):                        # a loop over what has a length
        ...
    with progress("reading words.tsv", size, "bytes") as step:
        step(len(line))                                      # so much more is done
    with progress("loading PyTorch"):                        # of unknown length
        import torch

Work may be nested: the innermost is shown. A command shows nothing in its first half second, so
short ones stay silent; then a terminal has one live line, which goes when the work ends, and a
pipe a line every ten seconds (`SEQLOOM_PROGRESS=off`: nothing). A thread shows it, so that a
single long step is seen too, and a step costs one addition. Checked by `tests/test_progress.py`.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from rich.live import Live

FIRST = 0.5  # seconds in which nothing is shown
EVERY = 10.0  # seconds between lines in a pipe
_TICK = 0.1  # seconds between looks at what is done
_SURE = 1.0  # seconds of work from which the time left is shown

Item = TypeVar("Item")


@runtime_checkable
class Display(Protocol):
    """Shows a line about the work; called from a thread, never twice at once."""

    def show(self, line: str) -> None:
        """This is how far the work is, some times a second."""

    def clear(self) -> None:
        """No work goes on."""


class _Work:
    """What goes on, and how much of it is done."""

    def __init__(self, what: str, total: int | None, unit: str) -> None:
        self.what, self.total, self.unit = what, total, unit
        self.done = 0
        self.begun = time.perf_counter()

    def step(self, count: int = 1) -> None:
        self.done += count

    def line(self) -> str:
        """What it is, how much is done, and the time left."""
        seconds = time.perf_counter() - self.begun
        unit = f" {self.unit}" if self.unit else ""
        facts = []
        if self.total and self.unit == "bytes":
            facts.append(f"{100 * min(self.done, self.total) // self.total} %")
        elif self.total:
            facts.append(f"{self.done:,} of {self.total:,}{unit}")
        elif self.done:
            facts.append(f"{self.done:,}{unit}")
        if seconds >= _SURE:
            if self.total and self.done:
                left = seconds / self.done * max(self.total - self.done, 0)
                facts.append(f"{clock(left)} left")
            else:
                facts.append(clock(seconds))
        return f"{self.what}: {', '.join(facts)}" if facts else self.what


_works: list[_Work] = []
_display: Display | None = None
_lock = threading.Lock()  # of both, and of what is shown


@contextlib.contextmanager
def progress(what: str, total: int | None = None, unit: str = "") -> Iterator[Callable[..., None]]:
    """Show how far work is while it goes on.

    Args:
        what: It goes on, e.g. `reading words.tsv`.
        total: How much there is to do; `None` if nobody knows.
        unit: What is counted, plural; `bytes` are shown as a share.
    Yields:
        `step(count=1)`: so much more is done.
    """
    work = _Work(what, total, unit)
    with _lock:
        _works.append(work)
    try:
        yield work.step
    finally:
        with _lock:
            _works.remove(work)
            if _display is not None and not _works:
                _display.clear()


def each(
    items: Iterable[Item], what: str, total: int | None = None, unit: str = ""
) -> Iterator[Item]:
    """The items, one after another; each is a step of the work.

    Args:
        items: What is worked on.
        what: See `progress`.
        total: Their number; known of whatever has a length.
        unit: See `progress`.
    """
    known = len(items) if total is None and isinstance(items, Sized) else total
    with progress(what, known, unit) as step:
        for item in items:
            yield item
            step()


@contextlib.contextmanager
def showing(display: Display | None) -> Iterator[None]:
    """Show work that goes on within, as the command line does.

    Args:
        display: Where, e.g. `on_standard_error()`; `None` shows nothing, whatever goes on outside.
    """
    global _display
    with _lock:
        before, _display = _display, display
        if before is not None:
            before.clear()
    ended = threading.Event()
    if display is not None:
        threading.Thread(target=_watch, args=(display, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        with _lock:
            _display = before
            if display is not None:
                display.clear()


def _watch(display: Display, ended: threading.Event) -> None:
    """Show the innermost work again and again, until the end or until nobody reads it."""
    while not ended.wait(_TICK):
        with _lock, contextlib.suppress(OSError, ValueError):  # a closed standard error
            if _works and _display is display:
                display.show(_works[-1].line())


class Lines:
    """A line now and then, for pipes and logs."""

    def __init__(self) -> None:
        self._next = time.perf_counter() + FIRST

    def show(self, line: str) -> None:
        """Print it, if it is time for one."""
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + EVERY
            print(line, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Lines stay."""


class LiveLine:
    """One line in a terminal, drawn again and again; what else is printed stands above it."""

    def __init__(self) -> None:
        self._first = time.perf_counter() + FIRST
        self._live: Live | None = None

    def show(self, line: str) -> None:
        """Draw it, once the command has taken a while."""
        from rich.text import Text

        if time.perf_counter() < self._first:
            return
        if self._live is None:
            self._live = self._begun()
        self._live.update(Text(line, no_wrap=True, overflow="ellipsis"), refresh=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _begun(self) -> "Live":
        from rich.console import Console
        from rich.live import Live  # not before it is needed: a tenth of a second

        console = Console(stderr=True, highlight=False)
        live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)
        live.start()
        return live


def on_standard_error() -> Display | None:
    """The display that suits standard error; `None` if nothing is to be shown.

    That is: `SEQLOOM_PROGRESS=off` is set, standard error is closed, or this is not the first of
    the processes that torchrun started.
    """
    if os.environ.get("SEQLOOM_PROGRESS") == "off" or os.environ.get("RANK", "0") != "0":
        return None
    if sys.stderr is None:
        return None
    dumb = os.environ.get("TERM") in ("dumb", "unknown")
    return LiveLine() if sys.stderr.isatty() and not dumb else Lines()


def clock(seconds: float) -> str:
    """A time for people: `45 s`, `3:05 min`, `1:02 h`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"
