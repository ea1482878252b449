"""Writing the reports of results, whatever their kind.

Checked by `tests/comparison/report/test_write.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...files import replacing
from .analyse import analyse
from .comparison import comparison_document
from .document import Document
from .markdown import markdown
from .page import page
from .probe import probe_document
from .read import read_results
from .spans import analyse_probe
from .tables import ReportTable


@dataclass(frozen=True)
class Summary:
    """What a terminal shows: the main table and what was found, the most important first."""

    table: ReportTable
    sentences: tuple[str, ...]


def write_report(results: Mapping[str, object], folder: Path) -> list[Path]:
    """Write report.html, report.md and report.json.

    Args:
        results: What results.json holds, of `seqloom compare` or of its probes.
        folder: Where to; it must exist. Older reports there are replaced.
    Returns:
        The three files.
    Raises:
        FormatError: Something is missing in `results`.
        RunError: A file cannot be written.
    """
    document, numbers = _document(results)
    texts = {
        "report.html": page(document),
        "report.md": markdown(document),
        "report.json": json.dumps(numbers, indent=1, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        with replacing(folder / name, "report") as beside:
            beside.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def summary(results: Mapping[str, object]) -> Summary:
    """The main table and the sentences, without drawing or writing anything.

    Args:
        results: As for `write_report`.
    """
    document, _ = _document(results, pictures=False)
    lengths = [line for s in document.sections if s.name == "lengths" for line in s.sentences[:1]]
    table = next(s.table for s in document.sections if s.table is not None)
    return Summary(table, (document.verdict, *document.remarks, *lengths))


def _document(
    results: Mapping[str, object], *, pictures: bool = True
) -> tuple[Document, dict[str, object]]:
    """The report of results and all its numbers."""
    if results.get("kind") == "probe":
        probe = analyse_probe(results)
        return probe_document(probe, pictures=pictures), probe.to_json()
    analysis = analyse(read_results(results))
    return comparison_document(analysis, pictures=pictures), analysis.to_json()
