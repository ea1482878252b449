"""Writing the reports of results, whatever their kind.

Checked by `tests/comparison/test_write.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...files import replacing
from .analyse import analyse
from .comparison import comparison_document
from .markdown import markdown
from .page import page
from .read import read_results
from .tables import Table, score_table


@dataclass(frozen=True)
class Summary:
    """What a terminal shows: the main table and what was found, the most important first."""

    table: Table
    sentences: tuple[str, ...]


def write_report(results: Mapping[str, Any], folder: Path) -> list[Path]:
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
    analysis = analyse(read_results(results))
    document = comparison_document(analysis)
    texts = {
        "report.html": page(document),
        "report.md": markdown(document),
        "report.json": json.dumps(analysis.to_json(), indent=1, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        with replacing(folder / name, "report") as beside:
            beside.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def summary(results: Mapping[str, Any]) -> Summary:
    """The main table and the sentences, without writing anything.

    Args:
        results: As for `write_report`.
    """
    analysis = analyse(read_results(results))
    return Summary(score_table(analysis), (analysis.recommendation.sentence,))
