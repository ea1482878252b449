"""Writes tables.inc: what the engine knows of Unicode, as the Python that runs this knows it.

    python native/src/engine/text/make_tables.py > native/src/engine/text/tables.inc

Everything is asked of `str`, `re` and `unicodedata`, so the tables hold whatever rules Python
follows. Run it with the newest Python that seqloom supports: characters that are new in its Unicode
stay what they are to older Pythons, unassigned, and all others rarely change.
`tests/engine/test_text_unicode.py` compares every code point with the running Python.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise

# Bits of a class, as text.h has them.
WORD, MARK, SPACE, CASED, IGNORABLE = 1, 2, 4, 8, 16
DOTTED = 0x130  # the only one whose lower case is two: i and a dot above
WIDTH = 100


def code_points() -> Iterator[int]:
    """All that UTF-8 can say."""
    yield from range(0xD800)
    yield from range(0xE000, sys.maxunicode + 1)


def class_of(code: int) -> int:
    """The bits of a code point; a mark is never part of a word by itself."""
    char = chr(code)
    mark = unicodedata.category(char).startswith("M")
    found = MARK if mark else WORD * (re.match(r"\w", char) is not None)
    found |= SPACE * char.isspace()
    # a sigma is final behind a cased letter, with ignorable characters between
    if (char + "\u03a3").lower()[-1] == "\u03c2":
        found |= CASED
    elif ("A" + char + "\u03a3").lower()[-1] == "\u03c2":
        found |= IGNORABLE
    return found


def class_starts() -> list[tuple[int, int]]:
    """Where a run of one class begins, and the class; the first is 0."""
    starts: list[tuple[int, int]] = []
    for code in code_points():
        kind = class_of(code)
        if not starts or starts[-1][1] != kind:
            starts.append((code, kind))
    return starts


def lower_runs() -> list[tuple[int, int, int, int]]:
    """(first, last, step, shift): every `step`th from first to last is `shift` further."""
    runs: list[tuple[int, int, int, int]] = []
    for code in code_points():
        low = chr(code).lower()
        if low == chr(code) or code == DOTTED:
            continue
        assert len(low) == 1, f"U+{code:04X} has a lower case of several characters"
        assert 2 * len(low.encode()) <= 3 * len(chr(code).encode()), "lower() has room for 3/2"
        shift = ord(low) - code
        if runs:
            first, last, step, before = runs[-1]
            gap = code - last
            if shift == before and (gap == step or (first == last and gap <= 2)):
                runs[-1] = (first, code, gap, shift)
                continue
        runs.append((code, code, 1, shift))
    return runs


def table(kind: str, name: str, items: list[str], what: str) -> str:
    """An array in C++."""
    lines, line = [f"// {what}", f"constexpr {kind} {name}[] = {{"], "   "
    for item in items:
        if len(line) + len(item) + 2 > WIDTH:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "\n".join([*lines, line, "};\n"])


def main(write: Callable[[str], object]) -> None:
    """Write the file."""
    assert chr(DOTTED).lower() == "i\u0307"
    starts, runs = class_starts(), lower_runs()
    assert all(a < b for (a, _), (b, _) in pairwise(starts))
    assert all(a[1] < b[0] for a, b in pairwise(runs)), "two runs lie in one another"
    version = unicodedata.unidata_version
    write(f"// Unicode {version}, written by make_tables.py.\n")
    write(f'constexpr char UNICODE[] = "{version}";\n')
    write(
        table(
            "uint32_t",
            "CLASSES",
            [f"{code << 8 | kind:#x}" for code, kind in starts],
            "Where a run of code points of one class begins, times 256, and the class.",
        )
    )
    write(
        table(
            "LowerRun",
            "LOWER",
            [f"{{{first}, {last}, {step}, {shift}}}" for first, last, step, shift in runs],
            "first, last, step, shift: every `step`th from first to last is `shift` further.",
        )
    )


if __name__ == "__main__":
    main(sys.stdout.write)
