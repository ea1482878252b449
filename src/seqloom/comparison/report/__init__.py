"""Reports of a comparison: one page, Markdown and JSON, from results.json alone."""

from .figure import figure
from .write import Summary, summary, write_report

__all__ = ["Summary", "figure", "summary", "write_report"]
