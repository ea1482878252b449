"""Fonts for a figure's text: matplotlib's own, then fonts of this machine for letters it lacks.

Which font has a letter is asked of the fonts themselves, so no list of names grows old. Fonts of
coloured bitmaps, as most emoji are, cannot be drawn to scale and are passed over. Checked by
`tests/inspection/figures/test_fonts.py`.
"""

import sys
import unicodedata
from collections.abc import Iterable

OWN = "DejaVu Sans"  # comes with matplotlib
_BOXES = "Last Resort"  # matplotlib's font that has a box for everything
_UNSEEN = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")  # categories of what has no shape of its own
_NAMED = 8  # letters that the note names


def families(texts: Iterable[str]) -> list[str]:
    """Font families that together have the letters of some texts; what none has is told.

    Args:
        texts: What a figure writes.
    """
    from matplotlib.font_manager import FontProperties, findfont

    own = findfont(FontProperties(family=[OWN]))
    lacking = {x for x in set().union(*texts) if not x.isascii() and _seen(x)}
    lacking -= _having(own, 0, lacking)
    has = _by_family(lacking) if lacking else {}
    found = [OWN]
    while lacking and has:
        best = max(has, key=lambda name: (len(has[name] & lacking), "Sans" in name))
        covered = has.pop(best) & lacking
        if not covered:
            break
        found.append(best)
        lacking -= covered
    if lacking:
        some = " ".join(sorted(lacking)[:_NAMED]) + (" …" if len(lacking) > _NAMED else "")
        print(
            f"note: figure: no installed font has {some}; drawn as boxes. Install a font of that "
            "script, e.g. one of Noto.",
            file=sys.stderr,
        )
    return found


def _seen(letter: str) -> bool:
    chooses_a_shape = unicodedata.name(letter, "").startswith("VARIATION SELECTOR")
    return unicodedata.category(letter) not in _UNSEEN and not chooses_a_shape


def _by_family(letters: set[str]) -> dict[str, set[str]]:
    """Which of some letters each installed family has."""
    from matplotlib.font_manager import fontManager

    found: dict[str, set[str]] = {}
    for entry in fontManager.ttflist:
        upright = entry.style == "normal" and int(entry.weight) <= 500
        if upright and not entry.name.startswith(_BOXES):
            has = _having(entry.fname, getattr(entry, "index", 0), letters)
            found.setdefault(entry.name, set()).update(has)
    return found


def _having(path: str, face: int, letters: set[str]) -> set[str]:
    """Which of some letters a font has; none if it cannot be read or drawn to scale."""
    from matplotlib.ft2font import FT2Font

    try:  # the faces of a collection are told apart since matplotlib 3.11
        font = FT2Font(path, face_index=face) if face else FT2Font(path)
    except (OSError, RuntimeError):  # taken away since matplotlib listed it, or damaged
        return set()
    return {x for x in letters if font.get_char_index(ord(x))} if font.scalable else set()
