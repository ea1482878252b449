"""Tables that scripts write into pages, between `<!-- begin NAME -->` and `<!-- end NAME -->`."""

from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
DOCS = HERE.parent / "docs"
README = HERE.parent / "README.md"


def write_tables(page: Path, tables: dict[str, str]) -> None:
    """Replace each table that has a place on the page; others are left out."""
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if begin in text:
            head, rest = text.split(begin)
            text = f"{head}{begin}\n{table}\n{end}{rest.split(end)[1]}"
    page.write_text(text, encoding="utf-8")
