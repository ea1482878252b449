"""report.md: the same in Markdown, to paste into a paper or a pull request."""

from .analyse import Analysis
from .page import facts
from .tables import Table, length_table, pair_table, score_table
from .words import length_sentences, methods, remarks


def markdown(analysis: Analysis) -> str:
    """The whole report."""
    parts = [
        f"# Comparison on {escape(analysis.data)}" if analysis.data else "# Comparison",
        escape(" · ".join(fact for fact in facts(analysis) if fact)),
        f"**{escape(analysis.recommendation.sentence)}**",
        *map(escape, remarks(analysis)),
        "## Scores",
        table(score_table(analysis)),
    ]
    if analysis.length_rows:
        parts += ["## Score by length", *map(escape, length_sentences(analysis))]
        parts += [table(length_table(analysis))] if len(analysis.length_rows) > 1 else []
    if analysis.pairs:
        parts += ["## Neighbours on the ladder", table(pair_table(analysis))]
    parts += ["## How this was measured", "\n".join(f"- {escape(m)}" for m in methods(analysis))]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(content: Table) -> str:
    """A table, its caption above it; rows that stand out in bold."""
    rules = ["--:" if content.is_number(i) else ":--" for i in range(len(content.heads))]
    lines = [_row(content.heads), _row(rules)]
    for place, row in enumerate(content.rows):
        cells = [escape(cell) for cell in row]
        if place in content.strong:
            cells = [f"**{cell}**" for cell in cells]
        lines.append(_row(cells))
    caption = f"{escape(content.caption)}:\n\n" if content.caption else ""
    return caption + "\n".join(lines)


def escape(words: str) -> str:
    """Text in which nothing is markup."""
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "#"):
        words = words.replace(mark, f"\\{mark}")
    return words.replace("\n", " ")


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
