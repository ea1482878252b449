"""Print what was measured about transcripts: rates, errors by length, confusions, worst files."""

from rich.console import Console
from rich.table import Table

from .tables import (
    confusion_table,
    length_table,
    new_table,
    print_line,
    print_table,
    show_score,
    show_symbol,
)
from .transcripts import SpeechEvaluation

LENGTHS = ("words", "recordings", "WER", "wrong")


def print_transcripts(found: SpeechEvaluation, console: Console) -> None:
    """Print the report of `found` on `console`."""
    count = "1 recording" if found.recordings == 1 else f"{found.recordings:,} recordings"
    print_table(console, f"Scores of {count}, {found.seconds:,.1f} s", _scores(found, console))
    console.print()
    print_table(
        console, "Error by words of the reference", length_table(console, found.by_length, LENGTHS)
    )
    if found.confusions:
        console.print()
        print_table(
            console,
            "Most frequent confusions",
            confusion_table(console, found.confusions, ("said", "heard")),
        )
    if found.worst:
        console.print()
        print_line(console, "Worst recordings", style="bold")
    for row in found.worst:
        print_line(console, f"  {row.name} ({row.word_edits} of {row.words} words)", style="")
        for side, text in (("said", row.reference), ("heard", row.output)):
            print_line(console, f"    {side:<5} {_visible_text(text, console)}", style="dim")


def _scores(found: SpeechEvaluation, console: Console) -> Table:
    table = new_table(console, ("score", "left"), ("value", "right"), ("95 % interval", "right"))
    for name, score in (
        ("word error rate", found.word_error_rate),
        ("character error rate", found.character_error_rate),
        ("recordings with an error", found.wrong_recordings),
    ):
        table.add_row(name, show_score(score), f"{score.low:.2f} to {score.high:.2f}")
    return table


def _visible_text(text: str, console: Console) -> str:
    return " ".join(show_symbol(word, console.encoding) for word in text.split()) or "(nothing)"
