"""Plain values and text that come out of files made by others, and go to a terminal or into JSON.

Python's JSON has `NaN`, which is not JSON, and a label may hold an escape sequence that moves the
cursor or a line break that makes two lines of one. Everything printed goes through here. Checked
by `tests/test_plain.py`.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, overload

if TYPE_CHECKING:
    # read-only, so that a `list[float]` is one; reading narrows it with `config/layout.py`
    JSON: TypeAlias = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | float | bool | None
else:
    JSON = object  # the run-time checks of the tests do not follow a type that contains itself

# control characters (C0, DEL, C1), Unicode's line and paragraph separator, halves of a pair
_UNSAFE = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_ONE_LINE = re.compile(f"[{_UNSAFE}]")
_LINES = re.compile(rf"(?!\r?\n|\t)[{_UNSAFE}]")
LONGEST = 60  # characters of a value that a message shows


def printable(text: str, *, lines: bool = False) -> str:
    r"""The text, safe to print: control characters as `\x1b`, line breaks as `\n`.

    Args:
        text: Of any source.
        lines: Line breaks and tabs stay, as in a text of several lines.
    """
    return (_LINES if lines else _ONE_LINE).sub(_escape, text)


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON of plain values, safe to print and to read by any parser.

    What is infinite or not a number is null; what `printable` escapes is escaped as JSON does.
    """
    text = json.dumps(json_safe(value), ensure_ascii=False, allow_nan=False, indent=indent)
    return re.sub(f"(?!\n)[{_UNSAFE}]", lambda found: f"\\u{ord(found[0]):04x}", text)


@overload
def json_safe(value: Mapping[str, object]) -> dict[str, JSON]: ...
@overload
def json_safe(value: object) -> JSON: ...
def json_safe(value: object) -> object:
    """The same with `None` for every number that JSON does not have: infinite ones and NaN."""
    if isinstance(value, dict):
        return {name: json_safe(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(json_safe(one) for one in value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def shown(value: object) -> str:
    """A value as a message shows it: on one line, cut if it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # integers of 5,000 digits, lists in lists
        text = f"a very large {type(value).__name__}"
    text = printable(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "backslashreplace").decode("ascii")
