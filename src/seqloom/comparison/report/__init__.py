"""Reports of a comparison: one page, Markdown and JSON, from results.json alone."""

from .write import Summary, summary, write_report

__all__ = ["Summary", "summary", "write_report"]
