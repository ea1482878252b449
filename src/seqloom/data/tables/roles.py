"""Which columns of a table are meant, and its rows as these columns have them.

Two roles every row must have: source and target of pairs, or text and label. Others it may have.
In this order:

1. a column that an option or a setting names, by number from 1 or by name;
2. the columns whose names are known for the roles (`header_names.py`): the role's own name before
   its synonyms, these before names that end in one (`review_text`);
3. of two columns without known names: the first role's is the first;
4. of labelled texts: the only column of labels, and the only one of running text.

What is still open is asked. Line 1 of a TSV or CSV file is a header

- if `header` says so, or a column is asked for by its name;
- if the roles' columns both have names that are known for them;
- of labelled texts, also if one of the two has, and the label of line 1 is on no other line;
- of a CSV file of labelled texts, also if its cells look like names and the same holds.

Rows with an empty cell are left out and counted; in a TSV file, where a slip of a tab makes them,
they are errors. Checked by `tests/data/tables/test_roles.py` and the tests of `pairs/`, `texts/`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from ...errors import DataError
from ..given import given
from .delimited import delimited
from .header_names import known_columns, known_for
from .source import form_of_part, table_of
from .splits import Split, are_splits, split_of
from .suggest import are_labels, is_number, suggested, text_and_label
from .table import Cells, Row, Table, TablePart

Header = Literal["auto", "yes", "no"]
AUTO, NONE = "auto", "none"
FEATURES = {"features", "feats", "tags"}  # names of the column of features
HEAD = 2000  # rows by which columns are told by content
_NAME = re.compile(r"[^\W\d][\w .:#/()-]{0,39}")
_BREAKS = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for.

    Attributes:
        names: The two that every row must have, e.g. `("text", "label")`.
        what: What a row is.
        rule: How to write one.
        more: Those that a table may have.
    """

    names: tuple[str, str]
    what: str
    rule: str
    more: tuple[str, ...] = ()

    def set_in(self, data: Mapping[str, object]) -> tuple[Header, dict[str, str]]:
        """Header and columns, as the settings of a run's data have them."""
        wanted = {role: str(data.get(f"{role}_column", AUTO)) for role in self.names}
        wanted |= {role: str(data.get(f"{role}_column", NONE)) for role in self.more}
        return cast(Header, data.get("header", AUTO)), wanted


@dataclass
class Selection:
    """A table with its columns told.

    Attributes:
        table: The table.
        roles: What columns are for.
        places: The columns of each role, from 0; several are joined by a space.
        wanted: The same for the first two roles, as settings name them.
        header: Line 1, if it names the columns.
        names: Names of the columns, where there are some.
        more: The columns of the other roles that were found, as settings name them.
        empty: Rows left out, by what they lack, with the place of the first.
    """

    table: Table
    roles: Roles
    places: dict[str, tuple[int, ...]]
    wanted: tuple[str, str]
    header: Row | None
    names: tuple[str, ...] | None
    empty: dict[str, tuple[int, str]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[TablePart, int, Cells]]:
        """The rows below the header, each with its part and line.

        Raises:
            DataError: A row has another number of cells than the first, or repeats the header.
        """
        for part in self.table.parts:
            for line, cells in rows_of(part, self.roles.rule):
                if self.header is not None and list(cells) == list(self.header[1]):
                    if self.header[0] == line:
                        continue
                    raise DataError(
                        f"{part.where(line)}: it repeats the header of line {self.header[0]}. "
                        "Delete it."
                    )
                yield part, line, cells

    def filled(self) -> Iterator[tuple[TablePart, int, str, str, Cells]]:
        """Part, line, what the first two roles have, and all cells; see the rule of empty cells.

        Raises:
            DataError: As `rows`; a cell is empty in a TSV file, or is no text; nothing is left.
        """
        self.empty.clear()
        first, second = self.roles.names
        some = False
        for part, line, cells in self.rows():
            one = self.text(part, line, cells, first)
            other = self.text(part, line, cells, second)
            if one and other:
                some = True
                yield part, line, one, other, cells
                continue
            role = second if one else first
            if part.form == "TSV":
                raise DataError(
                    f"{part.where(line)}: the {role} is empty. Fill it in or delete the line."
                )
            count, place = self.empty.get(role, (0, f"{part.unit} {line}"))
            self.empty[role] = (count + 1, place)
        if not some:
            header = " below its header" if self.header is not None else ""
            raise DataError(
                f"{self.table.name}: the file has no {self.roles.what}{header}. {self.roles.rule}"
            )

    def text(self, part: TablePart, line: int, cells: Cells, role: str) -> str:
        """The text of a role in a row; empty if it has none.

        Raises:
            DataError: A cell is no text.
        """
        places = self.places[role]
        if len(places) == 1:
            return cell_text(part, line, role, cells[places[0]])
        return " ".join(cell_text(part, line, role, cells[place]) for place in places).strip()

    def group_and_split(self, part: TablePart, line: int, cells: Cells) -> tuple[str, Split]:
        """The group and the part of a row, empty where no column says them.

        Raises:
            DataError: A cell names no part.
        """
        group = self.text(part, line, cells, "group") if "group" in self.places else ""
        if "split" not in self.places:
            return group, ""
        return group, split_of(part.where(line), self.text(part, line, cells, "split"))

    def left_out(self) -> list[str]:
        """A line for each role that rows were left out for, for the report."""
        return [
            f"left out: {count:,} rows without {'an' if role[0] in 'aeiou' else 'a'} {role}, "
            f"the first in {place}"
            for role, (count, place) in sorted(self.empty.items())
        ]

    def say(self) -> str:
        """One line: which columns are read, and what line 1 is."""
        said = [f"{role}: {self._named(places)}" for role, places in self.places.items()]
        if self.header is not None:
            said.append(f"header in line {self.header[0]}")
        elif self.names is None:
            said.append("no header")
        return ", ".join(said)

    def _named(self, places: Sequence[int]) -> str:
        if self.names is None or self.names == tuple(str(i + 1) for i in range(len(self.names))):
            return "column " + " and ".join(str(place + 1) for place in places)
        return " and ".join(self.names[place] for place in places)


def select(
    data: object,
    roles: Roles,
    wanted: Mapping[str, str] | None = None,
    header: Header = "auto",
    *,
    is_header: Callable[["Selection"], bool] | None = None,
) -> Selection:
    """Find the columns of a table and its header.

    Args:
        data: What the user gave: see `source.py`.
        roles: What columns are for.
        wanted: For each role `auto`, `none`, a number from 1, a name, or several with commas.
        header: Whether line 1 of a TSV or CSV file is one.
        is_header: Decides for `auto` where not both names are known, given the selection without.
    Raises:
        DataError: It is no table, a column is not there, or it cannot be told which are meant.
    """
    table = table_of(data)
    if table is None:  # no delimiter: the rows will say so
        name = given(data).name
        table = Table(name, (delimited(name, "\t"),))
    part = table.first
    head = part.head(HEAD)
    if not head:
        raise DataError(f"{table.name}: the file is empty. {roles.rule}")
    asked = {role: AUTO for role in roles.names} | dict(wanted or {})
    form = form_of_part(part)
    for role, column in form.roles if form is not None else ():
        if asked.get(role) == AUTO:
            asked[role] = column
    names = part.names
    line_1 = None if names is not None or header == "no" else head[0]
    shown = tuple(map(str, names if names is not None else head[0][1]))
    if len(shown) < 2 and names is None:
        next(rows_of(part, roles.rule))  # says what is wrong with it
    by_name, first_two = _first_two(table, roles, asked, head, shown, names is None, header)
    places: dict[str, tuple[int, ...]] = {}
    more: dict[str, str] = {}
    where = part.where(head[0][0]) if names is None else table.name
    for role, text in zip(roles.names, first_two, strict=True):
        places[role], named = places_of(where, shown, role, text, header)
        by_name = by_name or named
    for role in roles.more:
        text = asked.get(role, NONE)
        if text == AUTO and role == "split":
            text = _split_column(part, head, shown)
        if text == AUTO and role == "features":
            text = _features_column(shown)
        if text not in (NONE, AUTO):
            found, named = places_of(where, shown, role, text, header)
            if (wanted or {}).get(role) == AUTO and _taken(found, places, roles):
                continue  # asked for as a part of the source, say
            by_name, more[role], places[role] = by_name or named, text, found
    selection = Selection(table, roles, places, first_two, None, names, more=more)
    if line_1 is None:
        return selection
    known = all(known_for(shown[place], role) for role in roles.names for place in places[role])
    if header == "yes" or by_name or known or (is_header is not None and is_header(selection)):
        selection.header, selection.names = line_1, shown
    return selection


def rows_of(part: TablePart, rule: str) -> Iterator[Row]:
    """The rows of a part; all have as many cells as the first.

    Raises:
        DataError: One has not.
    """
    width, first = 0, 0
    for line, cells in part.read():
        if not width:
            width, first = max(len(cells), 2), len(cells)
        if len(cells) == width or part.names is not None:
            yield line, cells
            continue
        some = any('"' in str(cell) for cell in cells)
        quoted = " Quotes do not protect a tab." if part.form == "TSV" and some else ""
        if part.form == "CSV":
            quoted = f" A cell that holds `{part.delimiter}` must stand in quotes."
            rule = ""
        raise DataError(
            f"{part.where(line)}: a line must have {width} columns"
            f"{' like line 1' if first > 1 else ''}, got {len(cells)}."
            + (f" {rule}" if rule else "")
            + quoted
        )


def cell_text(part: TablePart, line: int, role: str, cell: object) -> str:
    """A cell as text: line breaks are spaces, a list of symbols is joined by spaces.

    Raises:
        DataError: It holds an object, or lists within a list.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell.strip()
        if "\n" in text or "\t" in text or "\r" in text:
            text = " ".join(filter(None, (part.strip() for part in _BREAKS.split(text))))
        return text
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, list | tuple) and not any(isinstance(c, list | dict) for c in cell):
        if role == "label":
            raise DataError(
                f"{part.where(line)}: the label is a list, {str(cell)[:40]}, and a text has one "
                "label. Give one."
            )
        return " ".join(cell_text(part, line, role, c) for c in cell)
    if isinstance(cell, list | tuple | dict):
        raise DataError(
            f"{part.where(line)}: the {role} must be text, got {str(cell)[:40]}. Name another "
            f"column with --{role}."
        )
    return str(cell).strip()


def named(cells: Sequence[str], roles: Roles) -> tuple[str, str] | None:
    """The columns whose names are known for the roles; `None` if it is not one for each."""
    found = []
    for role in roles.names:
        known = known_columns(cells, role)
        if len(known) != 1:
            return None
        found += known
    return (found[0], found[1]) if found[0] != found[1] else None


def has_known_name(cells: Iterable[object], roles: Roles) -> bool:
    """Whether a column of line 1 has a name that is known for one of the roles."""
    return any(known_for(str(cell), role) for cell in cells for role in roles.names)


def look_like_names(cells: Sequence[object]) -> bool:
    """Whether the cells of a line look like names of columns: short, different, no sentences."""
    texts = [str(cell) for cell in cells if str(cell)]
    return (
        len(texts) > 1
        and len(set(texts)) == len(texts)
        and all(_NAME.fullmatch(text) and text.count(" ") < 4 for text in texts)
    )


def question(name: str, shown: Sequence[str], rows: Sequence[Row], roles: Roles, task: str) -> str:
    """The error of a table whose columns cannot be told."""
    some = ", ".join(cell[:30] for cell in shown[:8])
    columns = suggested([[str(c) for c in row] for _, row in rows], roles.names)
    if look_like_names(shown):
        columns = tuple(",".join(shown[int(i) - 1] for i in text.split(",")) for text in columns)  # type: ignore[assignment]
    how = " ".join(f"--{role} {text}" for role, text in zip(roles.names, columns, strict=True))
    return (
        f"{name}: {len(shown)} columns ({some}), of which {roles.names[0]} and {roles.names[1]} "
        f"are to be named. For example: {task}{how}"
    )


def places_of(
    where: str, names: Sequence[str], role: str, wanted: str, header: Header
) -> tuple[tuple[int, ...], bool]:
    """The places of columns in a row, from 0, and whether they were asked for by name.

    Raises:
        DataError: One is not there.
    """
    if wanted in names and header != "no" and not wanted.isdecimal():
        return (names.index(wanted),), True
    found, by_name = [], False
    for part in wanted.split(","):
        part = part.strip()
        if part.isdecimal() and 1 <= int(part) <= len(names):
            found.append(int(part) - 1)
        elif part in names and header != "no":
            found.append(names.index(part))
            by_name = True
        else:
            raise DataError(
                f"{where}: the {role} column must be a number from 1 to {len(names)} or a name in "
                f"the header, got {wanted!r}. The columns are: {', '.join(names)[:100]}"
            )
    return tuple(found), by_name


def _first_two(
    table: Table,
    roles: Roles,
    asked: Mapping[str, str],
    head: list[Row],
    shown: tuple[str, ...],
    line_1: bool,
    header: Header,
) -> tuple[bool, tuple[str, str]]:
    """Whether line 1 names the columns for sure, and the columns of the first two roles."""
    one, other = (asked[role] for role in roles.names)
    if one != AUTO and other != AUTO:
        return False, (one, other)
    names = () if line_1 and header == "no" else shown
    if one == other == AUTO:
        found = named(names, roles)
        if found is not None and (len(shown) > 2 or not line_1):
            return line_1, found
        if len(shown) > 2:
            told = text_and_label(head, line_1) if roles.names == ("text", "label") else None
            if told is None or table.first.form == "TSV":
                where = table.first.where(head[0][0]) if line_1 else table.name
                raise DataError(question(where, shown, head, roles, ""))
            return False, told
        if found is not None and shown.index(found[0]) == 1:
            return line_1, found
        return False, ("1", "2")
    # one is not named: by its name, else where it usually is
    i = 0 if one == AUTO else 1
    known = [name for name in known_columns(names, roles.names[i]) if name != (other, one)[i]]
    if len(known) == 1 and len(shown) > 2:
        usual = known[0]
    else:
        usual = ("2" if other == "1" else "1", "1" if one == "2" else "2")[i]
        named_place = (other, one)[i]
        if named_place in shown and str(shown.index(named_place) + 1) == usual:
            usual = "1" if usual == "2" else "2"
    return False, (usual, other) if i == 0 else (one, usual)


def _features_column(shown: Sequence[str]) -> str:
    """The column of features by its name."""
    found = [name for name in shown if name.strip().lower() in FEATURES]
    return found[0] if len(found) == 1 else NONE


def _taken(found: Sequence[int], places: Mapping[str, tuple[int, ...]], roles: Roles) -> bool:
    return any(place in places[role] for role in roles.names for place in found)


def _split_column(part: TablePart, head: list[Row], shown: Sequence[str]) -> str:
    """The column `split`, if its cells name parts of the data."""
    places = [i for i, name in enumerate(shown) if name.strip().lower() == "split"]
    body = head if part.names is not None else head[1:]
    if len(places) != 1 or not are_splits(
        row[places[0]] for _, row in body if len(row) > places[0]
    ):
        return NONE
    return shown[places[0]]


def label_is_on_no_other_line(found: Selection, role: str) -> bool:
    """Whether the cell of line 1 under a role is on no other line."""
    part = found.table.first
    rows = part.read()
    line, cells = next(rows)
    first = found.text(part, line, cells, role)
    place = max(found.places[role])
    return all(len(row) <= place or found.text(part, n, row, role) != first for n, row in rows)


def numbers_as_labels(found: Selection, role: str) -> str | None:
    """The error of a column of numbers as labels; `None` if they may be classes."""
    place = found.places[role][0]
    rows = found.table.first.head(HEAD)[found.header is not None :]
    cells = [row[place] for _, row in rows if len(row) > place]
    texts = [str(cell) for cell in cells if cell not in (None, "")]
    if len(texts) < 2 or not all(map(is_number, texts)) or are_labels(texts):
        return None
    counts = Counter(texts)
    whole = all(float(text).is_integer() for text in counts)
    if whole and len(counts) <= 50 and 2 * len(counts) <= len(texts):
        return None
    return (
        f"{found.table.name}: the label column holds numbers ({', '.join(list(counts)[:3])} ...), "
        "and seqloom has no regression. Give classes as labels; for series of values use --task "
        "forecast."
    )
