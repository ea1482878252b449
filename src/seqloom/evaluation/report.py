"""Print an evaluation: scores with their intervals, error by source length, confusions.

Fits 80 columns. Colours and rules appear on a terminal only, so a redirected report is plain
aligned text.
"""

import unicodedata

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .error_rates import Score
from .evaluate import Evaluation

_SPACE = "␣"
_CIRCLE = "◌"  # carries a combining mark that would otherwise sit on the cell's padding


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print the report of `evaluation` on `console`."""
    _print(console, f"Scores of {_count(evaluation.sources)}", _scores(evaluation, console))
    _line(console, f"  BLEU {evaluation.bleu_signature}", style="dim")
    _line(console, f"  chrF {evaluation.chrf_signature}", style="dim")
    console.print()
    _print(console, "Error by source length", _lengths(evaluation, console))
    if evaluation.confusions:
        console.print()
        _print(console, "Most frequent confusions", _confusions(evaluation, console))


def _scores(evaluation: Evaluation, console: Console) -> Table:
    table = _table(console, ("score", "left"), ("value", "right"), ("95 % interval", "right"))
    for name, score in (
        ("symbol error rate", evaluation.symbol_error_rate),
        ("output error rate", evaluation.output_error_rate),
        ("exact match", evaluation.exact_match),
        ("BLEU", evaluation.bleu),
        ("chrF", evaluation.chrf),
    ):
        table.add_row(name, _value(score), f"{score.low:.2f} to {score.high:.2f}")
    return table


def _lengths(evaluation: Evaluation, console: Console) -> Table:
    table = _table(
        console,
        ("symbols", "right"),
        ("sources", "right"),
        ("symbol errors", "right"),
        ("output errors", "right"),
    )
    for row in evaluation.by_length:
        table.add_row(
            str(row.low) if row.low == row.high else f"{row.low} to {row.high}",
            f"{row.sources:,}",
            f"{row.symbol_error_rate:.2f} %",
            f"{row.output_error_rate:.2f} %",
        )
    return table


def _confusions(evaluation: Evaluation, console: Console) -> Table:
    table = _table(console, ("reference", "left"), ("output", "left"), ("count", "right"))
    for confusion in evaluation.confusions:
        # Text, not str: a symbol such as "[b]" is no markup.
        table.add_row(
            Text(_visible(confusion.reference, console.encoding)),
            Text(_visible(confusion.output, console.encoding)),
            f"{confusion.count:,}",
        )
    return table


def _table(console: Console, *columns: tuple[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=True)
    for name, side in columns:
        table.add_column(
            name, justify="right" if side == "right" else "left", no_wrap=False, overflow="fold"
        )
    return table


def _print(console: Console, title: str, table: Table) -> None:
    _line(console, title, style="bold")
    console.print(table)


def _line(console: Console, text: str, *, style: str) -> None:
    console.print(Text(text, style=style), soft_wrap=True)


def _count(sources: int) -> str:
    return "1 source" if sources == 1 else f"{sources:,} sources"


def _value(score: Score) -> str:
    return f"{score.value:.2f} {score.unit}" if score.unit else f"{score.value:.2f}"


def _visible(symbol: str, encoding: str) -> str:
    """`symbol` with spaces, marks and control characters shown, in what `encoding` can write."""
    shown = "".join(_SPACE if c == " " else c if c.isprintable() else repr(c)[1:-1] for c in symbol)
    if shown and unicodedata.combining(shown[0]):
        shown = _CIRCLE + shown
    return shown.encode(encoding, "backslashreplace").decode(encoding)
