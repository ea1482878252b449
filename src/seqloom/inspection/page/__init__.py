"""One HTML page that draws a trace: everything is in it, it opens from disk and asks no network.

`assets/` holds its parts as plain files: `page.html` with gaps, style sheets (`base.css` is the
look that every page of seqloom shares), and scripts without a build step. A script registers a
section of the page (`Seqloom.section` in `core.js`), which is drawn if the trace has its data. Each
script stands in a block of its own, so that their names cannot meet; what they share hangs on
`Seqloom`.

Checked in Chromium by `tests/inspection/page/`; its speed is measured by `benchmarks/page.py`.
"""

import html
from importlib import resources
from pathlib import Path

from ...files import replacing
from ..trace import Trace
from .embed import embedded, encoded
from .policy import policy

# In this order: helpers, the model's networks, the sections as they stand on the page, the start.
_HELPERS = ("core", "file", "colour", "canvas", "steps", "window", "heat", "heat-hands", "plot")
_SECTIONS = (
    *("head", "gradient-series", "gradient-picture", "gradient", "importance"),
    *("attention", "edit-answer", "edit", "edit-attention", "beam"),
    *("order", "gates", "findings", "states", "output", "model"),
)


def page(trace: Trace, model: bytes | None = None) -> str:
    """The page, a whole HTML document.

    Args:
        trace: What is drawn.
        model: Bytes of the model file that made the trace; with them the page can run it, so that
            inputs and attention weights can be changed. They are part of the page's size.
    """
    title = f"{' '.join(trace.input.split())[:60]} · seqloom inspect"
    style = "".join(map(_asset, ("base.css", "page.css", "edit.css")))
    parts = {
        "title": html.escape(title),
        "policy": policy(style, script()),
        "style": style,
        "trace": embedded(trace),
        "model": encoded(model) if model is not None else "",
        "script": script(),
    }
    text = _asset("page.html")
    before, *gaps = text.split("{")  # the parts hold braces of their own: fill gaps, never format
    filled = [before]
    for gap in gaps:
        name, after = gap.split("}", 1)
        filled += [parts[name], after]
    return "".join(filled)


def write_page(trace: Trace, path: str | Path, model: bytes | None = None) -> None:
    """Write the page, beside and renamed.

    Raises:
        RunError: The file cannot be written.
    """
    with replacing(Path(path), "inspect") as beside:
        beside.write_text(page(trace, model), encoding="utf-8")


def framed(trace: Trace) -> str:
    """The page in a frame, for a notebook; its script runs, and cannot reach the notebook."""
    return (
        f'<iframe srcdoc="{html.escape(page(trace))}" title="Trace" '
        'sandbox="allow-scripts" '
        'style="width: 100%; height: 44rem; border: 0"></iframe>'
    )


def script() -> str:
    """All scripts of the page as one."""
    folder = resources.files(__name__) / "assets"
    scripts = [item.name.removesuffix(".js") for item in folder.iterdir() if ".js" in item.name]
    engine = sorted(name for name in scripts if name.startswith("engine"))
    names = [*_HELPERS, *engine, *_SECTIONS, "start"]
    blocks = [f"{{ // {name}.js\n{_asset(f'{name}.js')}}}\n" for name in names]
    return '"use strict";\n' + "".join(blocks)


def _asset(name: str) -> str:
    folder = resources.files(__name__) / "assets"
    return (folder / name).read_text(encoding="utf-8")
