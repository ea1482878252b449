"""Which columns of a table may be meant, by their look: for the example of a question, no more.

Checked by the tests of `pairs/`, `texts/` and `guess.py`.
"""

import re
from collections.abc import Sequence

MOST_LABELS, LEAST_USES = 50, 8  # labels are few, and each is used often
MOST_LABEL_LENGTH = 40
MOST_ROWS = 1000
_TAGS = re.compile(r"[^\s;|]+([;|][^\s;|]+)+")  # N;PL or V|PST


def suggested(rows: Sequence[Sequence[str]], names: tuple[str, str]) -> tuple[str, str]:
    """Columns for two roles, as settings name them, e.g. `("1,3", "2")`.

    Args:
        rows: Cells of at least 2 columns.
        names: The roles: `("text", "label")`, or any others for pairs.
    """
    width = len(rows[0])
    rows = [row for row in rows[1:MOST_ROWS] if len(row) == width] or rows[:1]
    columns = list(zip(*rows, strict=True))
    usable = [i for i, cells in enumerate(columns) if not all(map(is_number, cells))]
    if names == ("text", "label"):
        text = max(range(len(columns)), key=lambda i: sum(map(len, columns[i])))
        labels = [i for i, cells in enumerate(columns) if i != text and are_labels(cells)]
        label = labels[-1] if labels else (1 if text == 0 else 0)
        return str(text + 1), str(label + 1)
    if len(usable) < 2:
        usable = list(range(len(columns)))
    tags = [i for i in usable if 2 * sum(bool(_TAGS.fullmatch(c)) for c in columns[i]) > len(rows)]
    words = [i for i in usable if i not in tags]
    if tags and len(words) >= 2:
        return f"{words[0] + 1},{tags[0] + 1}", str(words[1] + 1)
    return str(usable[0] + 1), str(usable[1] + 1)


def text_and_label(
    rows: Sequence[tuple[int, Sequence[object]]], line_1: bool
) -> tuple[str, str] | None:
    """The only column of labels and the only one of running text, as settings name them.

    Args:
        rows: The first rows.
        line_1: Whether the first may be a header.
    """
    width = len(rows[0][1])
    body = [cells for _, cells in rows[int(line_1) :] if len(cells) == width]
    columns = [[str(c) for c in cells if c not in (None, "")] for cells in zip(*body, strict=True)]
    labels = [i for i, cells in enumerate(columns) if cells and are_labels(cells)]
    texts = [i for i, cells in enumerate(columns) if i not in labels and _are_sentences(cells)]
    if len(labels) != 1 or len(texts) != 1:
        return None
    return str(texts[0] + 1), str(labels[0] + 1)


def _are_sentences(cells: Sequence[str]) -> bool:
    """Different ones, most of several words."""
    several = sum(cell.count(" ") > 1 for cell in cells)
    return bool(cells) and 2 * several > len(cells) and 2 * len(set(cells)) > len(cells)


def are_labels(cells: Sequence[str]) -> bool:
    """Few different ones, each used often, none long."""
    different = set(cells)
    few = len(different) <= MOST_LABELS and len(cells) >= LEAST_USES * len(different)
    return few and max(map(len, different)) <= MOST_LABEL_LENGTH


def is_number(cell: str) -> bool:
    """Whether a cell is a number."""
    try:
        float(cell.strip().strip('"'))
    except ValueError:
        return False
    return True
