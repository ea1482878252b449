"""The signals that ask a command to stop: Ctrl-C, and those that a system sends before it kills.

A command that is asked to stop raises `KeyboardInterrupt`, so that files are closed and locks let
go; a training run catches the first signal, finishes its step and saves. The exit code is 128 plus
the signal's number: 130, 143 of SIGTERM, 129 of SIGHUP. A signal that is ignored, as SIGHUP under
`nohup`, stays so. Checked by `tests/test_stopping.py`.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_last = signal.SIGINT  # signals belong to the process, and so does this


def exit_code() -> int:
    """Of a command that was asked to stop."""
    return 128 + int(_last)


def stop() -> None:
    """Stop at once."""
    raise KeyboardInterrupt


@contextmanager
def asked(do: Callable[[], None] = stop) -> Iterator[None]:
    """Call `do` for each signal that asks to stop; outside the main thread none arrives."""

    def handle(number: int, frame: FrameType | None) -> None:
        global _last
        _last = signal.Signals(number)
        do()

    before = {}
    try:
        for number in SIGNALS:
            if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handle)
    except ValueError:  # not in the main thread
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
