"""What the script writes into the chapters: measured numbers, and quotations of the code.

A chapter has its numbers as plain text. `numbers.txt` lists every sentence and table row that has
some, with names of `measures.py` in their place; so each number is found, written and checked:

    It falls below 1 % after {untrained-rnn-steps} steps.

A quotation is the lines of a function, without its docstring, below a comment that names it:

    <!-- from src/seqloom/reference/rnn.py: step -->

Checked by `tests/docs/test_story.py`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

QUOTE = re.compile(r"(<!-- from (\S+): (\w+) -->\n```python\n)(.*?)(```)", re.DOTALL)
ROOT = Path(__file__).parents[2]
NUMBERS = Path(__file__).with_name("numbers.txt")
_NAME = re.compile(r"\{([\w-]+)\}")


def statements(path: Path = NUMBERS) -> dict[str, list[str]]:
    """The sentences and rows with measured numbers, by the name of their page."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[([\w-]+)\]", line):
            found[heading[1]] = []
        elif line and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found


def filled(text: str, lines: list[str], numbers: Mapping[str, str]) -> str:
    """A page with the numbers that are known; others stay as they are.

    Args:
        text: The page.
        lines: Its part of `statements()`.
        numbers: Values by name.
    Raises:
        ValueError: A line is not in the page exactly once.
    """
    for line in lines:
        found = _find(text, line)
        spans = [found.span(n + 1) for n in range(len(_NAME.findall(line)))]
        for name, (first, last) in reversed(list(zip(_NAME.findall(line), spans, strict=True))):
            text = text[:first] + numbers.get(name, text[first:last]) + text[last:]
    return text


def stated(text: str, lines: list[str]) -> list[tuple[str, str]]:
    """Name and value of each measured number of a page.

    Raises:
        ValueError: A line is not in the page exactly once.
    """
    found: list[tuple[str, str]] = []
    for line in lines:
        found += zip(_NAME.findall(line), _find(text, line).groups(), strict=True)
    return found


def unchecked(text: str, lines: list[str]) -> str:
    """A page without code, formulas and the lines whose numbers are checked."""
    for line in lines:
        first, last = _find(text, line).span()
        text = text[:first] + text[last:]
    for other in (r"```.*?```", r"\$\$.*?\$\$", r"\$[^$]+\$"):
        text = re.sub(other, "", text, flags=re.DOTALL)
    return text


def _find(text: str, line: str) -> re.Match[str]:
    """Where a page has a line; spaces may be ends of lines."""
    pattern = "".join(_parts(line))
    places = list(re.finditer(pattern, text))
    if len(places) != 1:
        raise ValueError(f"numbers.txt: {line!r} is {len(places)} times in its page, not once")
    return places[0]


def _parts(line: str) -> Iterator[str]:
    for number, part in enumerate(_NAME.split(line)):
        if number % 2:
            yield r"([^|\n]+?)"
        else:
            yield r"\s+".join(map(re.escape, part.split(" ")))


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
