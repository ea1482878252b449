"""Print how good a classifier is: scores, each class, confusions, length, baselines, the winner.

Tables as in `tables.py`.
"""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..plain import printable
from .classes import ClassEvaluation, Comparison
from .error_rates import Score
from .tables import new_table, print_line, print_table

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
    print_table(console, f"Scores of {found.texts:,} texts", _scores(found, console))
    console.print()
    print_table(console, "Classes", _classes(found, console))
    confusions = _confusions(found, console)
    if confusions is not None:
        console.print()
        print_table(console, "Most frequent confusions", confusions)
    if found.by_length:
        console.print()
        print_table(console, "Accuracy by length", _lengths(found, console))
    if groups:
        console.print()
        print_table(console, f"Accuracy by {by}", _groups(groups, console, by))


def print_baselines(
    found: Mapping[str, tuple[str, ClassEvaluation]],
    comparisons: Sequence[Comparison],
    console: Console,
) -> None:
    """Print classifiers side by side, and who wins.

    Args:
        found: What was chosen for each, and its scores; by name.
        comparisons: Of the model with each baseline; none if it has seen the texts.
        console: Where to.
    """
    table = new_table(
        console,
        ("classifier", "left"),
        ("chosen", "left"),
        ("accuracy", "right"),
        ("95 %", "right"),
        ("macro-F1", "right"),
        ("log loss", "right"),
    )
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
    print_table(console, "Against the baselines", table)
    console.print()
    lines = [str(comparison) for comparison in comparisons]
    for line in lines or ["no verdict: the model has seen these texts"]:
        print_line(console, line, style="")


def _scores(found: ClassEvaluation, console: Console) -> Table:
    table = new_table(console, ("score", "left"), ("value", "right"), ("95 % interval", "right"))
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
    table = new_table(
        console,
        ("label", "left"),
        ("texts", "right"),
        ("precision", "right"),
        ("recall", "right"),
        ("F1", "right"),
    )
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
    table = new_table(console, ("right", "left"), ("given", "left"), ("count", "right"))
    for count, right, given in sorted(wrong, key=lambda w: -w[0])[:MOST_CONFUSIONS]:
        table.add_row(Text(printable(right)), Text(printable(given)), f"{count:,}")
    return table


def _lengths(found: ClassEvaluation, console: Console) -> Table:
    table = new_table(console, ("symbols", "left"), ("texts", "right"), ("accuracy", "right"))
    for row in found.by_length:
        span = str(row.low) if row.low == row.high else f"{row.low} to {row.high}"
        table.add_row(span, f"{row.texts:,}", f"{row.accuracy:.2f} %")
    return table


def _groups(groups: Mapping[str, Score], console: Console, by: str) -> Table:
    table = new_table(console, (by, "left"), ("accuracy", "right"), ("95 % interval", "right"))
    for name, score in groups.items():
        table.add_row(Text(name), f"{score.value:.2f} %", f"{score.low:.2f} to {score.high:.2f}")
    return table
