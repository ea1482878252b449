"""Tables that are not read yet, CSV and JSON of texts: the line that makes them tab-separated.

Checked by `tests/data/test_other_tables.py`, which runs the lines.
"""

import json
import shlex
from collections.abc import Sequence

from .header_names import HEADER_NAMES

_CLEAN = '" ".join(str({}).split())'  # a tab or a line break within a cell becomes a space
_CSV = 'import csv, sys; [print(*({} for c in r), sep="\\t") for r in csv.reader(sys.stdin{})]'
_JSON = 'import json, sys; [print(*({} for k in {}), sep="\\t") for r in {}]'
_LINES = "map(json.loads, filter(str.strip, sys.stdin))"


def way_out(name: str, lines: Sequence[str], roles: tuple[str, str]) -> str | None:
    """The error of a table of another kind: what it is, and the line that converts it.

    Args:
        name: The file.
        lines: Its first lines, one or more; none has a tab.
        roles: What two of its columns are for.
    Returns:
        `None` if it is none.
    """
    first = json_object(lines[0])
    listed = lines[0].lstrip().startswith("[") and name.lower().removesuffix(".gz").endswith("json")
    if listed or first:
        keys = _keys(first or {}, roles)
        source = "json.load(sys.stdin)" if listed else _LINES
        code = _JSON.format(_CLEAN.format("r[k]"), json.dumps(keys, ensure_ascii=False), source)
        return _said(name, "a JSON list" if listed else "JSON lines", code)
    for separator in (",", ";"):
        if all(separator in line for line in lines) and _is_csv(name, lines, separator):
            more = "" if separator == "," else f', delimiter="{separator}"'
            return _said(name, "CSV", _CSV.format(_CLEAN.format("c"), more))
    return None


def json_object(line: str) -> dict[str, object] | None:
    """The JSON object that a line is; `None` if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _keys(first: dict[str, object], roles: tuple[str, str]) -> list[str]:
    """The keys of the roles, by name; else the first two of the object."""
    found = [next((k for k in first if k.lower() in HEADER_NAMES[role]), None) for role in roles]
    keys = [key for key in found if key is not None]
    return keys if len(set(keys)) == 2 else (list(first) or list(roles))[:2]


def _is_csv(name: str, lines: Sequence[str], separator: str) -> bool:
    ending = name.lower().removesuffix(".gz").endswith(".csv")
    return ending or len({line.count(separator) for line in lines}) == 1


def _said(name: str, what: str, code: str) -> str:
    stem = name.removesuffix(".gz")
    tail = stem.rpartition("/")[2]
    out = (stem.rpartition(".")[0] if "." in tail[1:] else stem) + ".tsv"
    python = f"python3 -c {shlex.quote(code)}"
    file = shlex.quote(name)
    made = f"zcat {file} | {python}" if name.endswith(".gz") else f"{python} < {file}"
    return (
        f"{name}: this is {what}, and columns separated by tabs are read. "
        f"Convert it with: {made} > {shlex.quote(out)}"
    )
