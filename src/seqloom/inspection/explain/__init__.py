"""`seqloom inspect MODEL --explain`: what a model is, in plain words and with its own numbers.

Tensors and their shapes are those of the network's table of weights (`networks/weights.py`), the
equations those at the heads of `reference/`. NumPy only. Checked by `tests/inspection/explain/`.
"""

import math
import textwrap
from collections.abc import Iterator

from ...export.model_file import ModelFile
from ...networks import network_of
from ...networks.weights import WeightTable
from ...tasks import TASKS
from .path import steps
from .words import CHAPTERS, IDEAS, LOOK, equations, ideas_of

WIDTH = 100
NAMES = {
    "fully-connected": "a fully-connected network",
    "rnn": "an RNN",
    "lstm": "an LSTM",
    "gru": "a GRU",
    "context": "an encoder-decoder with a fixed context",
    "attention": "an encoder-decoder with attention",
    "transformer": "a Transformer",
}


def explain(file: ModelFile) -> str:
    """What a model is: its idea, sizes, path of an input, tensors, equations, and where to look.

    Args:
        file: A model file's contents.
    Returns:
        Text, lines of at most 100 characters where no name is longer.
    """
    table = network_of(file.task, file.model, file.parts.sizes).table
    sections = {
        "": _opening(file),
        "The idea": _paragraphs(IDEAS[idea] for idea in ideas_of(file)),
        "Sizes": [f"  {letter:<8}{n:>9,}  {what}" for letter, (n, what) in table.sizes.items()],
        "An input on its way": _numbered(steps(file)),
        "Its tensors, in the order in which an input meets them": list(_tensors(table)),
        "Equations, as the code has them": list(_equations(file)),
        "Where to look (seqloom inspect MODEL INPUT)": _paragraphs(LOOK[r] for r in ideas_of(file)),
        "Read more": [f"  docs/story/{CHAPTERS[idea]}.md" for idea in ideas_of(file)],
    }
    blocks = ["\n".join([title, *lines] if title else lines) for title, lines in sections.items()]
    return "\n\n".join(blocks)


def _opening(file: ModelFile) -> list[str]:
    first, *others = ideas_of(file)
    made = f", made of {' and '.join(NAMES[o] for o in others)}" if first in ("context",) else ""
    made = made or (f" and {' and '.join(_bare(o) for o in others)}" if others else "")
    count = sum(tensor.size for tensor in file.tensors.values())
    text = (
        f"This model {TASKS[file.task].does} (task {file.task}). It is {NAMES[first]}{made}: "
        f"{count:,} numbers in {len(file.tensors)} tensors, learned from data."
    )
    return textwrap.wrap(text, WIDTH)


def _bare(idea: str) -> str:
    return "attention" if idea == "pool" else NAMES[idea]


def _paragraphs(texts: Iterator[str]) -> list[str]:
    return [line for text in texts for line in _indented(text, "  ", "  ")]


def _numbered(lines: list[str]) -> list[str]:
    return [
        line
        for number, text in enumerate(lines, 1)
        for line in _indented(text, f"  {number:<3}", "     ")
    ]


def _indented(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )


def _tensors(table: WeightTable) -> Iterator[str]:
    rows = [
        (
            one.name,
            f"({', '.join(one.letters)})",
            " x ".join(str(n) for n in one.shape),
            f"{math.prod(one.shape):,}",
            one.does,
        )
        for one in table
    ]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, letters, shape, count, does in rows:
        yield (
            f"  {name:<{wide[0]}}  {letters:<{wide[1]}}  {shape:<{wide[2]}}  {count:>{wide[3]}}"
            f"  {does}"
        )


def _equations(file: ModelFile) -> Iterator[str]:
    for number, (source, text) in enumerate(equations(file)):
        if number:
            yield ""
        yield f"  src/seqloom/{source}"
        yield text
