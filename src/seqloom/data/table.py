"""Rows of a tab-separated file, and which of its columns are meant.

Two roles share a file: source and target of pairs, or text and label. A file of two columns has the
first role's first; of more, the columns are those that line 1 names, or that the settings name.
Nothing is guessed beyond that: what cannot be told is asked. Line 1 is a header

- if `header` says so, or a column is asked for by its name;
- if the roles' columns both have names that are known for them (`header_names.py`);
- of labelled texts, also if one of the two has, and the label of line 1 is on no other line.

Checked by the tests of `pairs/`, `texts/` and `guess.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from ..errors import DataError
from .header_names import HEADER_NAMES
from .other_tables import way_out
from .suggest import suggested
from .text_file import numbered_lines

Header = Literal["auto", "yes", "no"]
Row = tuple[int, list[str]]  # a line's number from 1, its columns, stripped
AUTO = "auto"


@dataclass(frozen=True)
class Roles:
    """What two columns are for, e.g. `("text", "label")`, what a row is, and how to write it."""

    names: tuple[str, str]
    what: str
    rule: str

    def setting(self, place: int) -> str:
        """The setting that names the column of a role."""
        return f"data.{self.names[place]}_column"

    def set_in(self, data: Mapping[str, object]) -> tuple[Header, str, str]:
        """Header and columns, as the settings of a run's data have them."""
        first, second = (str(data.get(f"{name}_column", AUTO)) for name in self.names)
        return cast(Header, data.get("header", AUTO)), first, second


@dataclass(frozen=True)
class Table:
    """A file's rows below its header.

    Attributes:
        rows: Their lines and cells.
        header: The names of the columns; `None` if line 1 is data.
        places: The columns of each role, from 0; several are joined by a space.
        wanted: The same as settings name them.
    """

    rows: list[Row]
    header: Row | None
    places: tuple[tuple[int, ...], tuple[int, ...]]
    wanted: tuple[str, str]

    def filled(self, name: str, row: Row, roles: "Roles") -> tuple[str, str]:
        """What a row has for the two roles.

        Raises:
            DataError: Nothing.
        """
        number, cells = row
        found = [" ".join(cells[place] for place in places).strip() for places in self.places]
        for text, what in zip(found, roles.names, strict=True):
            if not text:
                raise DataError(
                    f"{name}, line {number}: the {what} is empty. Fill it in or delete the line."
                )
        return found[0], found[1]


def read_rows(path: str | Path, roles: Roles) -> list[Row]:
    """The lines of a file that are not blank, cut at tabs; all have as many columns as the first.

    Raises:
        DataError: The file cannot be read, is empty, is no such table, or a line breaks the rule.
    """
    name = str(path)
    rows = [(n, [c.strip() for c in line.split("\t")]) for n, line in numbered_lines(name)]
    if not rows:
        raise DataError(f"{name}: the file is empty. {roles.rule}")
    width = max(len(rows[0][1]), 2)
    for number, row in rows:
        if len(row) == width:
            continue
        if len(row) == 1 and rows[0][1] == row:
            other = way_out(name, [row[0] for _, row in rows[:2]], roles.names)
            if other is not None:
                raise DataError(other)
        quoted = " Quotes do not protect a tab." if any('"' in cell for cell in row) else ""
        raise DataError(
            f"{name}, line {number}: a line must have {width} columns"
            f"{' like line 1' if len(rows[0][1]) > 1 else ''}, got {len(row)}. "
            f"{roles.rule}{quoted}"
        )
    return rows


def table_of(
    path: str | Path,
    rows: list[Row],
    roles: Roles,
    wanted: tuple[str, str],
    header: Header,
    is_header: Callable[[list[Row], tuple[int, ...]], bool],
) -> Table:
    """Find the columns and the header.

    Args:
        path: The file.
        rows: All of them.
        roles: What the columns are for.
        wanted: For each role `auto`, a number from 1, a name, or several with commas between them.
        header: Whether line 1 is one.
        is_header: Decides for `auto` where not both names are known: rows, columns of the second.
    Raises:
        DataError: A column is not there, or it cannot be told which are meant.
    """
    name, first = str(path), rows[0]
    by_name, places = False, []
    if wanted == (AUTO, AUTO) and len(first[1]) > 2:
        found = None if header == "no" else named(first[1], roles)
        if found is None:
            raise DataError(question(name, rows, roles))
        by_name, wanted = True, found
    elif wanted[1] == AUTO:  # the one that is not named is where it usually is
        wanted = ("1" if wanted[0] == AUTO else wanted[0], "1" if wanted[0] == "2" else "2")
    elif wanted[0] == AUTO:
        wanted = ("2" if wanted[1] == "1" else "1", wanted[1])
    for role, text in enumerate(wanted):
        place, asked_by_name = places_of(name, first, roles.setting(role), text, header)
        by_name = by_name or asked_by_name
        places.append(place)
    known = [_is_known(first[1], place, roles.names[i]) for i, place in enumerate(places)]
    if header == "auto":
        is_one = by_name or all(known) or is_header(rows, places[1])
        header = "yes" if is_one else "no"
    table = Table(
        rows=rows[1:] if header == "yes" else rows,
        header=first if header == "yes" else None,
        places=(places[0], places[1]),
        wanted=wanted,
    )
    if not table.rows:
        raise DataError(f"{name}: the file has no {roles.what} below its header. {roles.rule}")
    for number, row in table.rows:
        if table.header and row == first[1]:
            raise DataError(
                f"{name}, line {number}: it repeats the header of line {first[0]}. Delete it."
            )
    return table


def named(cells: Sequence[str], roles: Roles) -> tuple[str, str] | None:
    """The columns that line 1 names for the roles; `None` if it does not, or names several."""
    found = []
    for role in roles.names:
        known = [c for c in cells if c.lower() in HEADER_NAMES[role]]
        exact = [c for c in cells if c.lower() == role]
        if len(exact or known) != 1:
            return None
        found += exact or known
    return (found[0], found[1]) if found[0] != found[1] else None


def has_known_name(cells: Sequence[str], roles: Roles) -> bool:
    """Whether a column of line 1 has a name that is known for one of the roles."""
    return any(c.lower() in HEADER_NAMES[role] for c in cells for role in roles.names)


def question(name: str, rows: Sequence[Row], roles: Roles, task: str = "") -> str:
    """The error of a file whose columns cannot be told."""
    number, cells = rows[0]
    shown = ", ".join(cell[:30] for cell in cells[:8])
    settings = suggested([row for _, row in rows], roles.names)
    how = " ".join(f"--set {roles.setting(i)}={text}" for i, text in enumerate(settings))
    return (
        f"{name}, line {number}: {len(cells)} columns ({shown}), of which "
        f"{roles.names[0]} and {roles.names[1]} are to be named. For example: {task}{how}"
    )


def line_1(table: Table, roles: Roles) -> str:
    """What became of line 1 and of the columns, for the report."""
    total = len(table.rows[0][1])
    said = f"is a {roles.what}" if table.header is None else "names the columns"
    if total == 2 and table.wanted == ("1", "2"):
        return f"line 1 {said}"
    return f"line 1 {said}; columns {table.wanted[0]} and {table.wanted[1]} of {total} are read"


def _is_known(cells: Sequence[str], places: Sequence[int], role: str) -> bool:
    return all(cells[place].lower() in HEADER_NAMES[role] for place in places)


def places_of(
    name: str, first: Row, setting: str, wanted: str, header: Header
) -> tuple[tuple[int, ...], bool]:
    """The places of columns in a row, from 0, and whether they were asked for by name."""
    number, row = first
    if wanted in row and header != "no" and not wanted.isdecimal():
        return (row.index(wanted),), True
    found, by_name = [], False
    for part in wanted.split(","):
        part = part.strip()
        if part.isdecimal() and 1 <= int(part) <= len(row):
            found.append(int(part) - 1)
        elif part in row and header != "no":
            found.append(row.index(part))
            by_name = True
        else:
            raise DataError(
                f"{name}, line {number}: `{setting}` must be a number from 1 to {len(row)} or a "
                f"name in the header, got {wanted!r}. The line reads: {', '.join(row)[:100]}"
            )
    return tuple(found), by_name
