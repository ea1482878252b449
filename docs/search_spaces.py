"""The tables of default search spaces in docs/tune.md, from `tuning/spaces.py`."""

from pathlib import Path

from seqloom.tuning.space import Dimension
from seqloom.tuning.spaces import SPACES

PAGE = Path(__file__).parent / "tune.md"
BEGIN, END = "<!-- begin spaces -->", "<!-- end spaces -->"


def tune_page() -> str:
    """The text of docs/tune.md, with the spaces as they are."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{_table()}\n{END}{after}"


def _table() -> str:
    rows = ["| task | architecture | searched |", "|---|---|---|"]
    for task, spaces in SPACES.items():
        for architecture, dimensions in spaces.items():
            searched = ", ".join(map(_words, dimensions))
            rows.append(f"| {task} | {architecture} | {searched} |")
    return "\n".join(rows)


def _words(dimension: Dimension) -> str:
    if dimension.choices:
        values = ", ".join(str(one).lower() for one in dimension.choices)
        return f"`{dimension.name}` ({values})"
    step = f" in steps of {dimension.step:g}" if dimension.step not in (None, 1) else ""
    scale = ", logarithmic" if dimension.log else ""
    return f"`{dimension.name}` ({dimension.low:g} to {dimension.high:g}{step}{scale})"
