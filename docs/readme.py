"""The output that README.md shows: its first block is run, and what is shortened is marked.

    python docs/readme.py [--minutes 5]

Runs in a temporary folder and writes the block between the marks of README.md. Checked by
`tests/docs/test_documents.py`: the commands print lines of these forms.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- begin output -->\n", "<!-- end output -->\n"
CUT = "..."
FIRST_LINES, LAST_LINES = 9, 3  # of a command that prints more than both
WIDTH = 110  # characters of a line


def commands(minutes: str) -> list[str]:
    """The README's first block, without its installation."""
    block = re.search(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None, "the README begins with a block of commands"
    lines = [line for line in block[1].splitlines() if line.startswith("seqloom ")]
    return [line.replace("--minutes 5", f"--minutes {minutes}") for line in lines]


def printed(command: str, folder: Path) -> list[str]:
    """The lines that a command prints to both of its outputs."""
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=folder,
        env={**os.environ, "SEQLOOM_PROGRESS": "off"},  # as on a terminal, where it is erased
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout)
    return [line.rstrip()[:WIDTH] for line in done.stdout.splitlines()]


def shortened(lines: list[str]) -> list[str]:
    """The first and the last lines, and a mark between them."""
    if len(lines) <= FIRST_LINES + LAST_LINES:
        return lines
    return [*lines[:FIRST_LINES], CUT, *lines[-LAST_LINES:]]


def form(line: str) -> str:
    """A line without what differs from run to run: its numbers, its spaces, what was predicted."""
    line = re.sub(r"\s*[-+]?\d[\d.,]*\*?", "#", line)
    line = re.sub(r" epoch#", "", line)  # left out of a long line
    line = re.sub(r"\b[A-Z]{1,2}(?: [A-Z]{1,2})*\b|∅", "@", line)  # phones, or none
    return re.sub(r"\s+", " ", line)


def block(found: dict[str, list[str]]) -> str:
    """The text between the marks."""
    lines = []
    for command, output in found.items():
        lines += [f"$ {command}", *shortened(output), ""]
    return "```text\n" + "\n".join(lines[:-1]) + "\n```\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", default="5", help="minutes of the training")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {line: printed(line, Path(folder)) for line in commands(arguments.minutes)}
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    PAGE.write_text(head + BEGIN + block(found) + END + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
