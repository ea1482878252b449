"""The report's tables as text, once for the page, the Markdown and the terminal."""

from dataclasses import dataclass

from .analyse import Analysis, EntryRow
from .words import (
    DASH,
    capital,
    count,
    difference,
    duration,
    interval,
    latency,
    length_range,
    p_value,
    size,
)


@dataclass(frozen=True)
class ReportTable:
    """Cells of text.

    Attributes:
        heads: Names of the columns; the first says what a row is.
        rows: As many cells each.
        text: Columns that are not numbers, besides the first.
        strong: Rows that stand out, by their place.
        caption: What it is; may be empty.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()
    caption: str = ""

    def is_number(self, column: int) -> bool:
        """True if the column's cells are numbers, which lean right."""
        return column > 0 and column not in self.text


def score_table(analysis: Analysis) -> ReportTable:
    """The main table; columns of which nothing is known are left out."""
    measure = analysis.measure
    columns = {
        "entry": [capital(entry.title) for entry in analysis.entries],
        with_unit(measure.label, measure.unit): [
            measure.typeset(entry.score, unit=False) for entry in analysis.entries
        ],
        "95 % interval": [interval(measure, entry.interval) for entry in analysis.entries],
        "runs": [_runs(entry) for entry in analysis.entries],
        "parameters": [count(entry.parameters) for entry in analysis.entries],
        "size": [size(entry.bytes) for entry in analysis.entries],
        "training": [duration(entry.seconds) for entry in analysis.entries],
        "steps": [count(entry.steps) for entry in analysis.entries],
        "latency": [latency(entry.latency_ms) for entry in analysis.entries],
    }
    kept = {head: cells for head, cells in columns.items() if set(cells) != {DASH}}
    chosen = analysis.recommendation.entry
    strong = {i for i, entry in enumerate(analysis.entries) if entry.name == chosen}
    rows = tuple(zip(*kept.values(), strict=True))
    return ReportTable(tuple(kept), rows, strong=frozenset(strong))


def pair_table(analysis: Analysis) -> ReportTable:
    """Differences of neighbouring architectures."""
    rows = []
    for pair in analysis.pairs:
        found = pair.difference
        shown, ends = difference(analysis.measure, found.estimate)
        rows.append(
            (
                f"{capital(analysis.title(pair.second))}, against {analysis.title(pair.first)}",
                shown,
                ends,
                p_value(found.p_holm, analysis.resamples),
                _verdict(analysis, found.estimate.value, found.significant),
            )
        )
    heads = ("neighbours", "difference", "95 % interval", "p (Holm)", "significant?")
    return ReportTable(heads, tuple(rows), text=frozenset({4}))


def length_table(analysis: Analysis) -> ReportTable:
    """Scores by length, with their intervals."""
    measure = analysis.measure
    titles = [e for e in analysis.entries if e.interval is not None]
    rows = tuple(
        (
            length_range(row),
            f"{row.examples:,}",
            *(
                f"{measure.typeset(row.scores[e.name].value, unit=False)} "
                f"({interval(measure, row.scores[e.name])})"
                for e in titles
            ),
        )
        for row in analysis.length_rows
    )
    heads = (analysis.length_unit, "examples", *(capital(e.title) for e in titles))
    caption = f"{with_unit(measure.label, measure.unit)} by length, 95 % interval in brackets"
    return ReportTable(heads, rows, caption=caption)


def with_unit(label: str, unit: str) -> str:
    """E.g. `symbol error, %`."""
    return f"{label}, {unit}" if unit else label


def _runs(entry: EntryRow) -> str:
    done, failed = len(entry.run_scores), len(entry.failed)
    return f"{done} of {done + failed}" if failed else str(done)


def _verdict(analysis: Analysis, value: float, significant: bool) -> str:
    if not significant:
        return "not significant"
    return "better" if (value > 0) == analysis.measure.rises else "worse"
