"""Signals that ask a command to stop, and the exit codes they leave."""

import os
import signal

import pytest

from seqloom.stopping import asked, exit_code


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_stops(name, code):
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), asked():
        os.kill(os.getpid(), number)
    assert exit_code() == code
    assert signal.getsignal(number) is before


def test_what_is_ignored_stays_so():
    """nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with asked():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_answer():
    heard = []
    with asked(lambda: heard.append(exit_code())):
        os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [143]
