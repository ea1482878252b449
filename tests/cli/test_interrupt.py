"""Ctrl-C in the middle of a command, and scores that do not depend on the lines beside them."""

import os
import signal
import subprocess
import time

import pytest

from ..toys import ENVIRONMENT, command


@pytest.mark.parametrize("args", [("predict", "MODEL"), ("evaluate", "MODEL", "FIFO")])
def test_ctrl_c_ends_with_one_line(model, tmp_path, args):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    words = command(*({"MODEL": model, "FIFO": fifo}.get(word, word) for word in args))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(words, env=ENVIRONMENT, **pipes)
    if "FIFO" in args:
        end = os.open(fifo, os.O_WRONLY)  # waits until the command reads
    else:
        process.stdin.write(b"ab\n")
        process.stdin.flush()
        process.stdout.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if "FIFO" in args:
        os.close(end)
    assert (process.returncode, said) == (130, b"stopped\n")


def test_scores_do_not_depend_on_the_lines_beside(cli, model):
    texts = ["ab", "hgfe", "cab", "cb", "bacd", "ha", "de", "fgh"]
    for option in ("--json", "--scores"):
        alone = "".join(cli("predict", model, text, option).out for text in texts)
        assert cli("predict", model, option, stdin="\n".join(texts).encode()).out == alone
