"""A report before it is written: what the page and the Markdown have in common."""

from dataclasses import dataclass

from .tables import ReportTable


@dataclass(frozen=True)
class Section:
    """One question and its answer.

    Attributes:
        name: Key, for links.
        title: Of the section.
        hint: How to read it.
        sentences: What is to be seen, the most important first.
        pictures: SVG; only the page has them.
        caption: Of the pictures.
        table: The numbers.
        folded: True if the page shows the table on demand.
        listed: Sentences of a list.
    """

    name: str
    title: str
    hint: str = ""
    sentences: tuple[str, ...] = ()
    pictures: str = ""
    caption: str = ""
    table: ReportTable | None = None
    folded: bool = False
    listed: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """True if there is nothing to show."""
        rows = self.table.rows if self.table else ()
        return not (self.sentences or self.pictures or rows or self.listed)


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title: Of the page.
        facts: What was measured, in short.
        verdict: What was found, in large words.
        remarks: What else is worth knowing at once.
        sections: In their order; empty ones are left out.
    """

    title: str
    facts: tuple[str, ...]
    verdict: str
    remarks: tuple[str, ...]
    sections: tuple[Section, ...]
