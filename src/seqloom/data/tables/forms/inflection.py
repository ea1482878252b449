"""Tables of inflection: lemma, form and features, in the two orders that are in use.

    walk TAB walked TAB V;PST      UniMorph, SIGMORPHON 2017 to 2020
    walk TAB V;PST TAB walked      SIGMORPHON 2021 to 2023

Which one it is says the column that looks like tags. Source: unimorph.github.io, and the pages of
the shared tasks. Checked by `tests/data/tables/forms/test_inflection.py`.
"""

import re
from collections.abc import Sequence
from itertools import islice

from ..delimited import delimited
from ..table import TablePart
from ..text_file import numbered_lines
from .form import LOOKED_AT, Form, Glimpse

_TAGS = re.compile(r"[A-Z][^\s;|]*([;|][^\s;|]+)*")
FORM_LAST, TAGS_LAST = ("lemma", "features", "form"), ("lemma", "form", "features")


def is_inflection(glimpse: Glimpse) -> bool:
    """Whether three columns with tabs have tags in the second or the third, and only there."""
    return _order(glimpse.lines[:LOOKED_AT]) is not None


def _order(lines: Sequence[str]) -> tuple[str, ...] | None:
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines]
    if not rows or not all(len(cells) == 3 for cells in rows):
        return None
    tags = [rows[0][i].isupper() and all(_TAGS.fullmatch(r[i]) for r in rows) for i in range(3)]
    several = [2 * sum(";" in row[i] or "|" in row[i] for row in rows) >= len(rows) for i in (1, 2)]
    found = [place for place in (1, 2) if tags[place] and several[place - 1]]
    if len(found) != 1:
        return None
    return FORM_LAST if found == [1] else TAGS_LAST


def read_inflection(name: str) -> TablePart:
    """Lemma, form and features, in the order of the file; features last if it cannot be told."""
    head = [line for _, line in islice(numbered_lines(name), LOOKED_AT)]
    names = _order(head) or TAGS_LAST
    return TablePart(name, "inflection", names, delimited(name, "\t").read)


INFLECTION = Form(
    "inflection",
    "lemma, form and features",
    "three columns with tabs, of which the second or the third holds tags such as `V;PST`",
    "transduce",
    ("lemma", "form", "features"),
    is_inflection,
    read_inflection,
    roles=(("source", "lemma"), ("features", "features"), ("target", "form")),
)
