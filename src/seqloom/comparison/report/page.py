"""A report as one page: style and script lie inside, nothing is requested.

Everything is there without the script, which adds the switch of themes and hides lines. The look
is that of the page of a trace (`inspection/page/assets/base.css`). Checked in Chromium by
`tests/comparison/report/test_page.py`.
"""

from html import escape
from importlib.resources import files

from ...inspection.page.policy import policy
from .document import Document, Section
from .tables import ReportTable


def page(document: Document) -> str:
    """The whole page."""
    style = _asset("seqloom.inspection", "page/assets/base.css")
    style += _asset(__package__, "assets/report.css")
    script = _asset(__package__, "assets/report.js")
    parts = [_head(document), *(_section(s) for s in document.sections if not s.empty)]
    body = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy(style, script)}">
<link rel="icon" href="data:,">
<title>{escape(document.title)}</title>
<style>{style}</style>
</head>
<body>
<div class="top"><div class="wide"><strong class="brand">seqloom</strong>
<button id="theme" type="button" hidden>Light or dark</button></div></div>
<main>
{body}
</main>
<script>{script}</script>
</body>
</html>
"""


def _head(document: Document) -> str:
    facts = " · ".join(f"<span>{escape(fact)}</span>" for fact in document.facts)
    remarks = "".join(f"<p>{escape(line)}</p>" for line in document.remarks)
    return (
        f'<section class="head"><h1>{escape(document.title)}</h1>\n'
        f'<p class="facts">{facts}</p>\n'
        f'<p class="verdict">{escape(document.verdict)}</p>{remarks}</section>'
    )


def _section(section: Section) -> str:
    numbers = _table(section.table, section.title) if section.table else ""
    if section.folded and numbers:
        numbers = f"<details><summary>The numbers</summary>{numbers}</details>"
    name = escape(section.name)
    hint = f"<p>{escape(section.hint)}</p>" if section.hint else ""
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><header>'
        f'<h2 id="{name}-title">{escape(section.title)}</h2>{hint}</header>\n'
        f'<div class="body">{_found(section)}{_figure(section)}{numbers}{_list(section)}</div>'
        "</section>"
    )


def _found(section: Section) -> str:
    styles = ["found", *["also"] * len(section.sentences)]
    return "".join(
        f'<p class="{style}">{escape(sentence)}</p>'
        for style, sentence in zip(styles, section.sentences, strict=False)
    )


def _figure(section: Section) -> str:
    if not section.pictures:
        return ""
    below = f"<figcaption>{escape(section.caption)}</figcaption>" if section.caption else ""
    return f"<figure>{section.pictures}{below}</figure>"


def _list(section: Section) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in section.listed)
    return f'<ul class="methods">{items}</ul>' if items else ""


def _table(table: ReportTable, label: str) -> str:
    """A table that scrolls inside itself where the window is narrower than it is."""
    if not table.rows:
        return ""
    heads = "".join(_cell("th", h, table.is_number(i)) for i, h in enumerate(table.heads))
    rows = []
    for place, row in enumerate(table.rows):
        cells = [f'<th scope="row">{escape(row[0])}</th>']
        cells += [_cell("td", c, table.is_number(i)) for i, c in enumerate(row) if i]
        best = ' class="best"' if place in table.strong else ""
        rows.append(f"<tr{best}>{''.join(cells)}</tr>")
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    body = "\n".join(rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(label)}"><table>'
        f"{caption}<thead><tr>{heads}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def _cell(tag: str, words: str, number: bool) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    css = ' class="number"' if number else ""
    return f"<{tag}{scope}{css}>{escape(words)}</{tag}>"


def _asset(package: str, path: str) -> str:
    asset = files(package)
    for part in path.split("/"):
        asset = asset / part
    return asset.read_text(encoding="utf-8")
