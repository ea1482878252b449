"""The parts that every report's page is made of: the frame, sections, tables.

One file: style and script lie inside, nothing is requested, and everything is there without the
script. The look is that of the page of a trace (`inspection/page/assets/base.css`). Checked in
Chromium by `tests/comparison/test_report_page.py`.
"""

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from .tables import Table

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def frame(title: str, body: Sequence[str]) -> str:
    """A whole page.

    Args:
        title: Its title, plain text.
        body: HTML of its sections.
    """
    style = _asset("seqloom.inspection", "page/assets/base.css")
    style += _asset(__package__, "assets/report.css")
    script = _asset(__package__, "assets/report.js")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<div class="top"><div class="wide"><strong class="brand">seqloom</strong>
<button id="theme" type="button" hidden>Light or dark</button></div></div>
<main>
{chr(10).join(body)}
</main>
<script>
{script}</script>
</body>
</html>
"""


def head(title: str, facts: Sequence[str], verdict: str, more: Sequence[str] = ()) -> str:
    """The head: what this is, and what was found in large words."""
    return "\n".join(
        [
            '<section class="head">',
            f"<h1>{escape(title)}</h1>",
            f'<p class="facts">{escape(" · ".join(fact for fact in facts if fact))}</p>',
            f'<p class="verdict">{escape(verdict)}</p>',
            *(f"<p>{escape(line)}</p>" for line in more),
            "</section>",
        ]
    )


def section(name: str, title: str, hint: str, *body: str) -> str:
    """A section: its title, how to read it, and what is in it (HTML); empty without a body."""
    if not any(body):
        return ""
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><header>'
        f'<h2 id="{name}-title">{escape(title)}</h2><p>{escape(hint)}</p></header>\n'
        f'<div class="body">{"".join(body)}</div></section>'
    )


def figure(*pictures: str, caption: str = "") -> str:
    """Pictures (HTML) with a caption of plain text."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{''.join(pictures)}{below}</figure>"


def found(sentences: Sequence[str]) -> str:
    """What is to be seen, in sentences of plain text."""
    return "".join(f'<p class="found">{escape(sentence)}</p>' for sentence in sentences)


def listed(sentences: Sequence[str]) -> str:
    """Sentences of plain text as a list."""
    return f'<ul class="methods">{"".join(f"<li>{escape(s)}</li>" for s in sentences)}</ul>'


def table(content: Table, label: str) -> str:
    """A table that scrolls inside itself where the window is narrower.

    Args:
        content: Its cells.
        label: What it is, for those who do not see it.
    """
    if not content.rows:
        return ""
    heads = "".join(_cell("th", h, content.is_number(i)) for i, h in enumerate(content.heads))
    rows = []
    for place, row in enumerate(content.rows):
        cells = [f'<th scope="row">{escape(row[0])}</th>']
        cells += [_cell("td", c, content.is_number(i)) for i, c in enumerate(row) if i]
        best = ' class="best"' if place in content.strong else ""
        rows.append(f"<tr{best}>{''.join(cells)}</tr>")
    caption = f"<caption>{escape(content.caption)}</caption>" if content.caption else ""
    body = "\n".join(rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(label)}"><table>'
        f"{caption}<thead><tr>{heads}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def folded(summary: str, content: str) -> str:
    """Content (HTML) that opens on demand."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>" if content else ""


def _cell(tag: str, words: str, number: bool) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    css = ' class="number"' if number else ""
    return f"<{tag}{scope}{css}>{escape(words)}</{tag}>"


def _asset(package: str, path: str) -> str:
    asset = files(package)
    for part in path.split("/"):
        asset = asset / part
    return asset.read_text(encoding="utf-8")
