"""Print an evaluation: scores with their intervals, error by source length, confusions.

Fits 80 columns. Colours and rules appear on a terminal only, so a redirected report is plain
aligned text.
"""

from rich.console import Console
from rich.table import Table

from .bleu import LONGEST
from .evaluate import Evaluation
from .tables import (
    confusion_table,
    length_table,
    new_table,
    print_line,
    print_table,
    show_score,
)

LENGTHS = ("symbols", "sources", "symbol errors", "output errors")


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print the report of `evaluation` on `console`."""
    print_table(console, f"Scores of {_count(evaluation.sources)}", _scores(evaluation, console))
    about = evaluation.bleu_signature
    if evaluation.bleu is None:
        about = f"is left out: most references have fewer than {LONGEST} tokens"
    print_line(console, f"  BLEU {about}", style="dim")
    print_line(console, f"  chrF {evaluation.chrf_signature}", style="dim")
    console.print()
    print_table(
        console, "Error by source length", length_table(console, evaluation.by_length, LENGTHS)
    )
    if evaluation.confusions:
        console.print()
        print_table(
            console,
            "Most frequent confusions",
            confusion_table(console, evaluation.confusions, ("reference", "output")),
        )


def _scores(evaluation: Evaluation, console: Console) -> Table:
    table = new_table(console, ("score", "left"), ("value", "right"), ("95 % interval", "right"))
    for name, score in (
        ("symbol error rate", evaluation.symbol_error_rate),
        ("output error rate", evaluation.output_error_rate),
        ("exact match", evaluation.exact_match),
        ("BLEU", evaluation.bleu),
        ("chrF", evaluation.chrf),
    ):
        if score is not None:
            table.add_row(name, show_score(score), f"{score.low:.2f} to {score.high:.2f}")
    return table


def _count(sources: int) -> str:
    return "1 source" if sources == 1 else f"{sources:,} sources"
