"""What the script writes into the chapters: numbers, and quotations of the code.

    <!--=NAME-->12.3<!--/-->                        a number of `measures.py`
    <!-- from src/seqloom/reference/rnn.py: step -->    the code block below is that function

A quotation is the lines of the file, without its docstring; `FILE: NAME.part` would be a method.
Checked by `tests/docs/test_story.py`.
"""

import ast
import re
from pathlib import Path

NUMBER = re.compile(r"<!--=([\w-]+)-->(.*?)<!--/-->")
QUOTE = re.compile(r"(<!-- from (\S+): (\w+) -->\n```python\n)(.*?)(```)", re.DOTALL)
ROOT = Path(__file__).parents[2]


def filled(text: str, numbers: dict[str, str]) -> str:
    """A chapter with the numbers that are known; others stay as they are."""

    def number(found: re.Match[str]) -> str:
        return f"<!--={found[1]}-->{numbers.get(found[1], found[2])}<!--/-->"

    return NUMBER.sub(number, text)


def quoted(text: str) -> str:
    """A chapter with its quotations as the code is now."""
    return QUOTE.sub(lambda found: found[1] + source(ROOT / found[2], found[3]) + found[5], text)


def source(path: Path, name: str) -> str:
    """The lines of a function or class, without its docstring."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            first, last = node.lineno - 1, node.end_lineno
            body = node.body[0]
            kept = lines[first:last]
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                assert body.end_lineno is not None
                del kept[body.lineno - 1 - first : body.end_lineno - first]
            return "\n".join(kept).replace("\n\n\n", "\n") + "\n"
    raise KeyError(f"{path} has no {name}")


def stated(text: str) -> dict[str, str]:
    """The numbers that a chapter states, by name."""
    return dict(NUMBER.findall(text))
