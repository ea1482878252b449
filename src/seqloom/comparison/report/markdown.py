"""A report in Markdown, to paste into a paper or a pull request. Pictures are left out.

Checked by `tests/comparison/report/test_write.py`.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...plain import printable
from .document import Document, Section
from .tables import ReportTable


def markdown(document: Document) -> str:
    """The whole report."""
    parts = [
        f"# {escape(document.title)}",
        escape(" · ".join(document.facts)),
        f"**{escape(document.verdict)}**",
        *map(escape, document.remarks),
    ]
    for section in document.sections:
        if not replace(section, pictures="").empty:
            parts += _section(section)
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section) -> list[str]:
    return [
        f"## {escape(section.title)}",
        *map(escape, section.sentences),
        table(section.table) if section.table and section.table.rows else "",
        "\n".join(f"- {escape(sentence)}" for sentence in section.listed),
    ]


def table(content: ReportTable) -> str:
    """A table, its caption above it; rows that stand out in bold."""
    rules = ["--:" if content.is_number(i) else ":--" for i in range(len(content.heads))]
    lines = [_row([escape(head) for head in content.heads]), _row(rules)]
    for place, row in enumerate(content.rows):
        cells = [escape(cell) for cell in row]
        lines.append(_row([f"**{c}**" for c in cells] if place in content.strong else cells))
    caption = f"{escape(content.caption)}:\n\n" if content.caption else ""
    return caption + "\n".join(lines)


def escape(words: str) -> str:
    """Text in which nothing is markup, and no control character is left."""
    words = printable(words.replace("\n", " "))
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "#"):
        words = words.replace(mark, f"\\{mark}")
    return words


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
