"""Print how good a classifier is: scores, each class, confusions, length, baselines, the winner.

Fits 80 columns. Colours and rules appear on a terminal only, so a redirected report is plain
aligned text.
"""

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..plain import printable
from .classes import ClassEvaluation, Comparison
from .error_rates import Score

MOST_ROWS = 30  # classes listed; of more, those with the worst F1
MOST_CONFUSIONS = 10


def print_classes(
    found: ClassEvaluation,
    console: Console,
    *,
    groups: Mapping[str, Score] | None = None,
    by: str = "group",
) -> None:
    """Print the report of one classifier.

    Args:
        found: Its scores.
        console: Where to.
        groups: Accuracy of groups of texts, by their name.
        by: What the groups are of.
    """
    _print(console, f"Scores of {found.texts:,} texts", _scores(found, console))
    console.print()
    _print(console, "Classes", _classes(found, console))
    confusions = _confusions(found, console)
    if confusions is not None:
        console.print()
        _print(console, "Most frequent confusions", confusions)
    if found.by_length:
        console.print()
        _print(console, "Accuracy by length", _lengths(found, console))
    if groups:
        console.print()
        _print(console, f"Accuracy by {by}", _groups(groups, console, by))


def print_baselines(
    found: Mapping[str, tuple[str, ClassEvaluation]],
    comparisons: Sequence[Comparison],
    console: Console,
) -> None:
    """Print classifiers side by side, and who wins.

    Args:
        found: What was chosen for each, and its scores; by name.
        comparisons: Of the model with each baseline.
        console: Where to.
    """
    table = _table(console, "classifier", "chosen", "accuracy", "95 %", "macro-F1", "log loss")
    for name, (chosen, scores) in found.items():
        accuracy = scores.accuracy
        table.add_row(
            Text(name),
            chosen,
            f"{accuracy.value:.2f} %",
            f"{accuracy.low:.2f} to {accuracy.high:.2f}",
            f"{scores.macro_f1.value:.2f} %",
            f"{scores.log_loss:.4f}",
        )
    console.print()
    _print(console, "Against the baselines", table)
    console.print()
    for comparison in comparisons:
        console.print(Text(str(comparison)), soft_wrap=True)


def _scores(found: ClassEvaluation, console: Console) -> Table:
    table = _table(console, "score", "value", "95 % interval")
    for name, score in (("accuracy", found.accuracy), ("macro-F1", found.macro_f1)):
        table.add_row(name, f"{score.value:.2f} %", f"{score.low:.2f} to {score.high:.2f}")
    table.add_row("log loss", f"{found.log_loss:.4f} nats", "")
    table.add_row("Brier score", f"{found.brier:.4f}", "")
    table.add_row("calibration error", f"{found.calibration_error:.2f} %", "")
    return table


def _classes(found: ClassEvaluation, console: Console) -> Table:
    rows = list(found.classes)
    if len(rows) > MOST_ROWS:
        rows = sorted(rows, key=lambda row: row.f1)[:MOST_ROWS]
    table = _table(console, "label", "texts", "precision", "recall", "F1")
    for row in rows:
        table.add_row(
            Text(printable(row.label)),
            f"{row.texts:,}",
            f"{row.precision:.2f} %",
            f"{row.recall:.2f} %",
            f"{row.f1:.2f} %",
        )
    return table


def _confusions(found: ClassEvaluation, console: Console) -> Table | None:
    wrong = [
        (count, found.labels[i], found.labels[j])
        for i, row in enumerate(found.confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    if not wrong:
        return None
    table = _table(console, "right", "given", "count")
    for count, right, given in sorted(wrong, key=lambda w: -w[0])[:MOST_CONFUSIONS]:
        table.add_row(Text(printable(right)), Text(printable(given)), f"{count:,}")
    return table


def _lengths(found: ClassEvaluation, console: Console) -> Table:
    table = _table(console, "symbols", "texts", "accuracy")
    for row in found.by_length:
        span = str(row.low) if row.low == row.high else f"{row.low} to {row.high}"
        table.add_row(span, f"{row.texts:,}", f"{row.accuracy:.2f} %")
    return table


def _groups(groups: Mapping[str, Score], console: Console, by: str) -> Table:
    table = _table(console, by, "accuracy", "95 % interval")
    for name, score in groups.items():
        table.add_row(Text(name), f"{score.value:.2f} %", f"{score.low:.2f} to {score.high:.2f}")
    return table


def _table(console: Console, first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=True)
    table.add_column(first, overflow="fold")
    for name in others:
        side = "left" if name in ("given", "chosen") else "right"
        table.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type]
    return table


def _print(console: Console, title: str, table: Table) -> None:
    console.print(Text(title, style="bold"), soft_wrap=True)
    console.print(table)
