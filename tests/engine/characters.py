"""Characters of which C and this Python know the same Unicode."""

import sys
import unicodedata

from hypothesis import strategies as st

from seqloom.engine.library import available
from seqloom.engine.text import text_library

CHANGED = {0x1171E}  # a mark of Ahom, which Unicode 15 moved from Mn to Mc


def version(text):
    return tuple(map(int, text.split(".")))


HERE = version(unicodedata.unidata_version)
IN_C = version(text_library().unicode().decode()) if available() else HERE


def is_shared(code):
    """Whether a code point can be compared.

    All can where the versions agree. Else only what both know: what the older one has assigned. If
    that is C, Python has to tell, and of old versions it knows 3.2 alone.
    """
    if 0xD800 <= code < 0xE000 or (HERE != IN_C and code in CHANGED):
        return False
    known = unicodedata if HERE < IN_C else unicodedata.ucd_3_2_0
    return HERE == IN_C or known.category(chr(code)) != "Cn"


CODES = [code for code in range(sys.maxunicode + 1) if is_shared(code)]
ANY = st.characters(codec="utf-8").filter(lambda character: is_shared(ord(character)))
# what the rules treat each in its own way
ODD = st.sampled_from(
    "'\u2019a1_ \t\n\u00a0\u2028\u0301\u0903\u200d\u200c\U0001f1e6\U0001f1ff\U0001f3fb\U000e0041"
    "\U0001f468.;|\u2581\u2047\u03a3\u0130\u00ad\u02b0\u0345\u0398\x1c\u3000\ud55c\u4e2d\u0e01"
)
TEXTS = st.text(ANY, max_size=30) | st.text(ODD, max_size=30) | st.text(ANY | ODD, max_size=200)
