"""Tables at every width: numbers whole, each beside its name."""

import io
import re

import pytest
from rich.console import Console

from seqloom.evaluation.tables import new_table, print_table

NAMES = ["accuracy", "95 % interval", "macro-F1", "log loss", "milliseconds"]
ROWS = [
    ("logistic regression, 1-2-grams", "90.34 %", "88.21 to 92.40", "90.33 %", "0.2514", "0.75"),
    ("GRU", "-7.00 %", "-123,456.78 to 1.00", "0.00 %", "12.0000", "1,234.56"),
]


def printed(width, *, terminal):
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=terminal,
        color_system=None,
        legacy_windows=False,
    )
    table = new_table(console, ("classifier", "left"), *((name, "right") for name in NAMES))
    for row in ROWS:
        table.add_row(*row)
    print_table(console, "A title", table)
    assert console.width == width
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", range(40, 201, 8))
def test_a_terminal_gets_whole_numbers(width):
    lines = printed(width, terminal=True)
    assert lines[0] == "A title"
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    for row in ROWS:
        for number in row[1:]:
            assert any(re.search(rf"(?:^|\s){re.escape(number)}(?:\s|$)", line) for line in lines)
    for name in NAMES:  # each number stands below its name, at the same right edge
        place = NAMES.index(name) + 1
        head = next(i for i, line in enumerate(lines) if name in line)
        edge = lines[head].index(name) + len(name)
        below = next(line for line in lines[head + 1 :] if ROWS[1][place] in line)
        assert below.index(ROWS[1][place]) + len(ROWS[1][place]) == edge


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_pipe_gets_a_line_a_row(width):
    lines = printed(width, terminal=False)
    assert len(lines) == 2 + len(ROWS)
    for line, row in zip(lines[2:], ROWS, strict=True):
        assert re.split(r"\s{2,}", line.strip()) == list(row)
