"""Print what was measured about transcripts: rates, errors by length, confusions, worst files."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .report import _line, _print, _table, _value, _visible
from .transcripts import SpeechEvaluation


def print_transcripts(found: SpeechEvaluation, console: Console) -> None:
    """Print the report of `found` on `console`."""
    count = "1 recording" if found.recordings == 1 else f"{found.recordings:,} recordings"
    _print(console, f"Scores of {count}, {found.seconds:,.1f} s", _scores(found, console))
    console.print()
    _print(console, "Error by words of the reference", _lengths(found, console))
    if found.confusions:
        console.print()
        _print(console, "Most frequent confusions", _confusions(found, console))
    if found.worst:
        console.print()
        _line(console, "Worst recordings", style="bold")
    for row in found.worst:
        _line(console, f"  {row.name} ({row.word_edits} of {row.words} words)", style="")
        for side, text in (("said", row.reference), ("heard", row.output)):
            _line(console, f"    {side:<5} {_visible_text(text, console)}", style="dim")


def _scores(found: SpeechEvaluation, console: Console) -> Table:
    table = _table(console, ("score", "left"), ("value", "right"), ("95 % interval", "right"))
    for name, score in (
        ("word error rate", found.word_error_rate),
        ("character error rate", found.character_error_rate),
        ("recordings with an error", found.wrong_recordings),
    ):
        table.add_row(name, _value(score), f"{score.low:.2f} to {score.high:.2f}")
    return table


def _lengths(found: SpeechEvaluation, console: Console) -> Table:
    table = _table(
        console, ("words", "right"), ("recordings", "right"), ("WER", "right"), ("wrong", "right")
    )
    for row in found.by_length:
        table.add_row(
            str(row.low) if row.low == row.high else f"{row.low} to {row.high}",
            f"{row.sources:,}",
            f"{row.symbol_error_rate:.2f} %",
            f"{row.output_error_rate:.2f} %",
        )
    return table


def _confusions(found: SpeechEvaluation, console: Console) -> Table:
    table = _table(console, ("said", "left"), ("heard", "left"), ("count", "right"))
    for confusion in found.confusions:
        table.add_row(
            Text(_visible(confusion.reference, console.encoding)),
            Text(_visible(confusion.output, console.encoding)),
            f"{confusion.count:,}",
        )
    return table


def _visible_text(text: str, console: Console) -> str:
    return " ".join(_visible(word, console.encoding) for word in text.split()) or "(nothing)"
