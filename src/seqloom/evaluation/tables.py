"""Tables on a terminal or in a file: what the reports of all tasks are printed with.

Colours and rules appear on a terminal only, so a redirected report is plain aligned text. A number
is never cut nor broken: columns that do not fit a terminal go into a block below, and what is
redirected is as wide as it needs to be. Checked by `tests/evaluation/test_tables.py`.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from ..plain import printable
from .breakdown import Confusion, LengthRow
from .error_rates import Score

LEAST = 8  # characters into which words are folded where a terminal is narrow
LEAST_IN_A_FILE = 32
_SPACE = "␣"
_CIRCLE = "◌"  # carries a combining mark that would otherwise sit on the cell's padding


def new_table(console: Console, *columns: tuple[str, str]) -> Table:
    """An empty table; a column is a name and the side it leans to: words left, numbers right."""
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=True)
    for name, side in columns:
        number = side == "right"
        table.add_column(
            name, justify="right" if number else "left", no_wrap=number, overflow="fold"
        )
    return table


def length_table(console: Console, rows: Sequence[LengthRow], heads: Sequence[str]) -> Table:
    """Errors by length: its range, how many there were, errors of symbols and of outputs."""
    table = new_table(console, *((head, "right") for head in heads))
    for row in rows:
        table.add_row(
            str(row.low) if row.low == row.high else f"{row.low} to {row.high}",
            f"{row.sources:,}",
            f"{row.symbol_error_rate:.2f} %",
            f"{row.output_error_rate:.2f} %",
        )
    return table


def confusion_table(
    console: Console, confusions: Sequence[Confusion], heads: tuple[str, str]
) -> Table:
    """What came out for what, and how often."""
    table = new_table(console, (heads[0], "left"), (heads[1], "left"), ("count", "right"))
    for confusion in confusions:
        # Text, not str: a symbol such as "[b]" is no markup.
        table.add_row(
            Text(show_symbol(confusion.reference, console.encoding)),
            Text(show_symbol(confusion.output, console.encoding)),
            f"{confusion.count:,}",
        )
    return table


def print_table(console: Console, title: str, table: Table) -> None:
    """Print a title, if there is one, and a table of `new_table`."""
    if title:
        print_line(console, title, style="bold")
    table = _part(table, table.columns)
    for column in table.columns:
        width = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        least = LEAST if console.is_terminal else LEAST_IN_A_FILE
        column.min_width = width if column.no_wrap else min(least, width)
    if console.is_terminal:
        for part in _parts(console, table):
            console.print(part)
        return
    width = console.width
    console.width = max(width, _least(table, table.columns))
    console.print(table)
    console.width = width


def _parts(console: Console, table: Table) -> Iterator[Table]:
    """Blocks of columns that fit the terminal, each behind the first column."""
    first, *rest = table.columns
    shown: list[Column] = []
    for column in rest:
        if shown and _least(table, [first, *shown, column]) > console.width:
            yield _part(table, [first, *shown])
            shown = []
        shown.append(column)
    yield _part(table, [first, *shown])


def _part(table: Table, columns: Sequence[Column]) -> Table:
    part = Table(box=table.box, pad_edge=table.pad_edge)
    for c in columns:
        part.add_column(
            c.header,
            justify=c.justify,
            no_wrap=c.no_wrap,
            overflow=c.overflow,
            min_width=c.min_width,
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        part.add_row(*map(_printable, row))
    return part


def _printable(cell: RenderableType) -> RenderableType:
    """A cell without control characters: labels and symbols come from files of others."""
    if isinstance(cell, Text):
        text = printable(cell.plain)
        return cell if text == cell.plain else Text(text)
    return printable(cell) if isinstance(cell, str) else cell


def _least(table: Table, columns: Sequence[Column]) -> int:
    """The least width of these columns, numbers whole, with their padding and the box."""
    edges = len(columns) + 1 if table.box else 0
    return sum((column.min_width or 0) + 2 for column in columns) + edges


def print_line(console: Console, text: str, *, style: str) -> None:
    """Print a line that is never broken."""
    console.print(Text(printable(text), style=style), soft_wrap=True)


def show_score(score: Score) -> str:
    """A score with its unit."""
    return f"{score.value:.2f} {score.unit}" if score.unit else f"{score.value:.2f}"


def show_symbol(symbol: str, encoding: str) -> str:
    """`symbol` with spaces, marks and control characters shown, in what `encoding` can write."""
    shown = "".join(_SPACE if c == " " else c if c.isprintable() else repr(c)[1:-1] for c in symbol)
    if shown and unicodedata.combining(shown[0]):
        shown = _CIRCLE + shown
    return shown.encode(encoding, "backslashreplace").decode(encoding)
