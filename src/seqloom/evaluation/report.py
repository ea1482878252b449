"""Print an evaluation: scores with their intervals, error by source length, confusions.

Fits 80 columns. Colours and rules appear on a terminal only, so a redirected report is plain
aligned text.
"""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from .bleu import LONGEST
from .error_rates import Score
from .evaluate import Evaluation, LookedUp
from .tables import (
    confusion_table,
    length_table,
    new_table,
    print_line,
    print_table,
    show_score,
)
from .weighted import WeightedRates

LENGTHS = ("symbols", "sources", "symbol errors", "output errors")


def print_evaluation(
    evaluation: Evaluation, console: Console, looked_up: LookedUp | None = None
) -> None:
    """Print the report of `evaluation` on `console`.

    Args:
        evaluation: Of the outputs as the model predicts them.
        console: Where.
        looked_up: What a dictionary of exceptions has to do with them, if there is one.
    """
    print_table(console, f"Scores of {_count(evaluation.sources)}", _scores(evaluation, console))
    about = evaluation.bleu_signature
    if evaluation.bleu is None:
        about = f"is left out: most references have fewer than {LONGEST} tokens"
    print_line(console, f"  BLEU {about}", style="dim")
    print_line(console, f"  chrF {evaluation.chrf_signature}", style="dim")
    if looked_up is not None:
        for line in _exceptions(looked_up):
            print_line(console, f"  {line}", style="")
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


def _exceptions(looked_up: LookedUp) -> Iterator[str]:
    without = looked_up.without
    yield (
        f"The dictionary of {looked_up.entries:,} exceptions answers "
        f"{looked_up.sources:,} of {_count(without.sources)}."
    )
    if looked_up.sources:
        yield (
            f"Without it: symbol error rate {show_score(without.symbol_error_rate)}, "
            f"output error rate {show_score(without.output_error_rate)}."
        )


def _scores(evaluation: Evaluation, console: Console) -> Table:
    table = new_table(console, ("score", "left"), ("value", "right"), ("95 % interval", "right"))
    weighted = evaluation.weighted
    for name, score in (
        ("symbol error rate", evaluation.symbol_error_rate),
        ("output error rate", evaluation.output_error_rate),
        *(() if weighted is None else _by_weight(weighted)),
        ("exact match", evaluation.exact_match),
        ("BLEU", evaluation.bleu),
        ("chrF", evaluation.chrf),
    ):
        if score is not None:
            table.add_row(name, show_score(score), f"{score.low:.2f} to {score.high:.2f}")
    return table


def _by_weight(weighted: WeightedRates) -> Iterator[tuple[str, Score]]:
    yield "symbol error rate, weighted", weighted.symbol_error_rate
    yield "output error rate, weighted", weighted.output_error_rate


def _count(sources: int) -> str:
    return "1 source" if sources == 1 else f"{sources:,} sources"
