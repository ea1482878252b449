"""Tables on a terminal or in a file: what the reports of all tasks are printed with.

Colours and rules appear on a terminal only, so a redirected report is plain aligned text.
"""

import unicodedata
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .breakdown import Confusion, LengthRow
from .error_rates import Score

_SPACE = "␣"
_CIRCLE = "◌"  # carries a combining mark that would otherwise sit on the cell's padding


def new_table(console: Console, *columns: tuple[str, str]) -> Table:
    """An empty table; a column is a name and the side it leans to."""
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=True)
    for name, side in columns:
        table.add_column(
            name, justify="right" if side == "right" else "left", no_wrap=False, overflow="fold"
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
    """Print a title and a table."""
    print_line(console, title, style="bold")
    console.print(table)


def print_line(console: Console, text: str, *, style: str) -> None:
    """Print a line that is never broken."""
    console.print(Text(text, style=style), soft_wrap=True)


def show_score(score: Score) -> str:
    """A score with its unit."""
    return f"{score.value:.2f} {score.unit}" if score.unit else f"{score.value:.2f}"


def show_symbol(symbol: str, encoding: str) -> str:
    """`symbol` with spaces, marks and control characters shown, in what `encoding` can write."""
    shown = "".join(_SPACE if c == " " else c if c.isprintable() else repr(c)[1:-1] for c in symbol)
    if shown and unicodedata.combining(shown[0]):
        shown = _CIRCLE + shown
    return shown.encode(encoding, "backslashreplace").decode(encoding)
