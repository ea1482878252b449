"""Which task data are for, by their look: read a little of them, say why, or ask.

    a form of `tables/forms/known.py`        what it is for
    a column of audio files                  transcribe
    a column of times, and numbers           forecast
    text and label, few labels               classify
    source and target                        transduce
    a column of texts alone, running text    generate

Names of columns count before what the columns hold. More than two columns that are not told by
either, labels before texts, numbers with decimals beside texts: what may be meant is asked. What
is no text, or of a task that is not ours, is refused with the way out. Checked by
`tests/data/test_guess.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import DataError
from .given import Given, given
from .pairs import pairs
from .series.layout import ID_NAMES, TIME_NAMES, VALUE_NAMES
from .series.time_texts import is_date
from .speech.manifest import PATH_NAMES, TEXT_NAMES
from .tables.forms.known import BY_NAME
from .tables.header_names import HEADER_NAMES
from .tables.roles import AUTO, look_like_names, named, question
from .tables.source import folder_form, form_of_part, head_lines, table_of
from .tables.suggest import are_labels, is_number, text_and_label
from .tables.table import Row, Table, TablePart
from .text.text import ENDINGS
from .texts import labelled

MOST_ROWS = 2000  # that are looked at
AUDIO = re.compile(r"\.(wav|flac|ogg|opus|mp3|aiff?)$", re.IGNORECASE)
_DIGITS = re.compile(r"\W{0,3}\d")  # how numbers and dates begin
_DECIMAL = re.compile(r"[-+]?\d*\.\d+")
_PHONES = re.compile(r"\S+[ ]{1,4}[A-Z][A-Z0-9]*( [A-Z][A-Z0-9]*)*")


@dataclass(frozen=True)
class Guess:
    """A task, and why."""

    task: str
    why: str

    def say(self) -> str:
        """The line for the user."""
        return f"task: {self.task} ({self.why}; --task overrides)"


def guess_task(data: object, columns: Mapping[str, str] | None = None) -> Guess:
    """Guess the task of data.

    Args:
        data: What the user gave.
        columns: Columns that are named already, by role.
    Raises:
        DataError: They cannot be read, are no text, or may be for several tasks.
    """
    source = given(data)
    if source.kind == "set":
        return Guess("transduce", f"{source.name} is a set of pairs")
    if source.kind == "parallel":
        return Guess("transduce", "two aligned files")
    in_folder = source.kind == "folder" and folder_form(source) is not None
    if source.kind == "folder" and not in_folder and source.files(ENDINGS):
        return Guess("generate", "a folder of texts")
    if source.kind == "stream":
        raise DataError(
            f"{source.name}: this is a pipe or a device, and training data are read more than "
            "once. Write them to a file first, or give - and pipe them in."
        )
    if source.form in BY_NAME:
        return Guess(BY_NAME[source.form].task, BY_NAME[source.form].what)
    asked = _asked(columns or {})
    if asked is not None:
        return asked
    table = table_of(source)
    if table is None:
        return _of_text(source)
    form = form_of_part(table.first)
    if form is not None:
        return Guess(form.task, form.what)
    head = table.first.head(MOST_ROWS + 1)
    whole = len(head) <= MOST_ROWS and len(table.parts) == 1
    if not head:
        raise DataError(f"{source.name}: there are no rows in it. Name another.")
    return _of_table(table, head[:MOST_ROWS], whole)


def say_columns(task: str, data: object, settings: object) -> str | None:
    """One line before the data are read: which columns are what; `None` if there are none.

    Args:
        task: The task.
        data: What the user gave.
        settings: The data section of its settings.
    Raises:
        DataError: It cannot be told.
    """
    source = given(data).read_as(getattr(settings, "form", AUTO))
    if source.kind == "set":
        return None
    if task == "transduce":
        return pairs.select_pairs(source, pairs.PairColumns.of(vars(settings))).say()
    if task == "classify":
        return labelled.select_labelled(source, labelled.TextColumns.of(vars(settings))).say()
    return None


def form_in(tree: Mapping[str, object]) -> str:
    """The form of the data that settings as nested mappings name."""
    section = tree.get("data")
    return str(section.get("form", AUTO)) if isinstance(section, Mapping) else AUTO


def _asked(columns: Mapping[str, str]) -> Guess | None:
    """The task that has roles which an option names."""
    roles = {role for role, column in columns.items() if column != AUTO}
    for task, known in (
        ("transcribe", {"audio", "start", "end"}),
        ("classify", {"label"}),
        ("transduce", {"source", "target"}),
        ("forecast", {"time", "value", "series"}),
        ("generate", {"text"}),
    ):
        if roles & known:
            return Guess(task, f"--{sorted(roles & known)[0]} is given")
    return None


def _of_text(source: Given) -> Guess:
    """Running text, or a table that is none of those which are read."""
    lines, _ = head_lines(source.name)
    name = source.name.lower().removesuffix(".gz")
    if name.endswith((".tsv", ".tab", ".csv")):
        raise DataError(
            f"{source.name}: its name says columns, and no line has a tab, comma, semicolon or "
            f"bar. {pairs.ROLES.rule} For running text: --task generate."
        )
    phones = sum(bool(_PHONES.fullmatch(line)) for line in lines[:200])
    if len(lines) > 1 and phones > 0.9 * len(lines[:200]):
        raise DataError(
            f"{source.name}: these look like words and their phones with blanks between them, and "
            "columns have a tab between them. If they are, give --form lexicon."
        )
    return Guess("generate", "running text")


def _of_table(table: Table, head: list[Row], whole: bool) -> Guess:
    """The task of a table, by its names and then by its cells."""
    part = table.first
    width = max(len(head[0][1]), 1)
    first = tuple(map(str, part.names if part.names is not None else head[0][1]))
    body = [[_shown(c) for c in cells] for _, cells in head if len(cells) == width]
    columns = list(zip(*body, strict=True))
    below = [cells if part.names is not None else cells[1:] for cells in columns]
    plain = [name.lower() for name in first]
    if any(2 * sum(bool(AUDIO.search(c)) for c in cells) > len(cells) > 0 for cells in below):
        return Guess("transcribe", "a column of audio files")
    if set(plain) & set(PATH_NAMES) and set(plain) & set(TEXT_NAMES) and part.form == "JSON lines":
        return Guess("transcribe", "JSON lines that name audio files")
    by_name = _by_name(table, first, plain, below)
    if by_name is not None:
        return by_name
    if _is_series(part, plain, columns, below):
        return Guess("forecast", "times and numbers" if width > 1 else "numbers")
    if width == 1:
        if part.names is not None and plain[0] in HEADER_NAMES["text"]:
            return Guess("generate", f"column {first[0]}")
        raise DataError(
            f"{table.name}: there is one column, {first[0][:40]!r}. "
            f"{pairs.ROLES.rule} For running text: --task generate."
        )
    if width > 2:
        return _of_more_columns(table, head, first, columns)
    return _of_two(table, first, head, columns, whole)


def _by_name(
    table: Table, first: Sequence[str], plain: Sequence[str], below: list[tuple[str, ...]]
) -> Guess | None:
    """The task whose roles the names of the columns say."""
    times = [name for name in plain if name in TIME_NAMES]
    values = [name for name in plain if name in VALUE_NAMES]
    places = [plain.index(name) for name in values]
    if times and values and any(all(map(is_number, filter(None, below[i]))) for i in places):
        return Guess("forecast", f"columns {times[0]} and {values[0]}")
    for task, roles in (("classify", labelled.ROLES), ("transduce", pairs.ROLES)):
        found = named(first, roles)
        if found is None:
            continue
        if table.first.names is None and len(first) == 2 and len(below[0]) < 1:
            continue  # a line that may be data
        cells = below[first.index(found[1])]
        if task == "classify" and len(cells) > 4 and not are_labels(cells):
            different = len({*cells})
            if all(map(is_number, filter(None, cells))) and different > max(20, len(cells) / 4):
                raise DataError(
                    f"{table.name}: the label column `{found[1]}` holds numbers, and seqloom has "
                    "no regression. Give classes as labels; for series of values use --task "
                    "forecast."
                )
        return Guess(task, f"columns {found[0]} and {found[1]}")
    texts = [name for name in first if name.lower() in HEADER_NAMES["text"]]
    if table.first.names is not None and len(texts) == 1 and _only_text(first, texts[0], below):
        return Guess("generate", f"column {texts[0]}")
    return None


def _only_text(first: Sequence[str], text: str, below: list[tuple[str, ...]]) -> bool:
    """Whether no column beside the text may be a label."""
    others = [cells for name, cells in zip(first, below, strict=True) if name != text]
    return not any(are_labels(cells) for cells in others if cells)


def _is_series(
    part: TablePart,
    plain: Sequence[str],
    columns: list[tuple[str, ...]],
    below: list[tuple[str, ...]],
) -> bool:
    """A table of times and numbers, without sentences."""
    if not all(below):
        return part.delimiter != "\t" and all(map(is_number, (c[0] for c in columns)))
    numeric = [all(is_number(c) for c in cells if c) and any(cells) for cells in below]
    dates = [all(is_date(c) for c in cells if c) and any(cells) for cells in below]
    timed = any(dates) or any(name in TIME_NAMES for name in plain)
    if _sentences(below, numeric):
        return False
    if part.form == "TSV":
        csv = part.name.lower().removesuffix(".gz").endswith("csv")
        last = numeric[-1] and (any(dates[:-1]) or csv)
        return last or (timed and numeric.count(True) == len(numeric) - dates.count(True))
    others = [
        name not in ID_NAMES and not number and not date
        for name, number, date in zip(plain, numeric, dates, strict=True)
    ]
    if timed and any(n and not d for n, d in zip(numeric, dates, strict=True)):
        return True
    mostly = [2 * sum(bool(_DIGITS.match(c)) for c in cells) >= len(cells) for cells in below]
    return (any(numeric) and not any(others)) or (part.form == "CSV" and all(mostly))


def _sentences(below: list[tuple[str, ...]], numeric: list[bool]) -> bool:
    return any(
        2 * len(set(cells)) > len(cells) and 2 * sum(c.count(" ") > 1 for c in cells) > len(cells)
        for cells, number in zip(below, numeric, strict=True)
        if not number
    )


def _of_two(
    table: Table,
    names: Sequence[str],
    head: list[Row],
    columns: list[tuple[str, ...]],
    whole: bool,
) -> Guess:
    header = (
        table.first.names is None
        and len(head) > 1
        and (
            named(names, labelled.ROLES) is not None
            or named(names, pairs.ROLES) is not None
            or (table.first.form == "CSV" and look_like_names(names))
        )
    )
    first, second = (list(cells[1:] if header else cells) for cells in columns)
    lines = f"{'' if whole else 'the first '}{len(columns[0]) - header:,} {table.first.unit}s"
    lines = lines.replace("entrys", "entries")
    if are_labels(second):
        return Guess("classify", f"{len(set(second))} different labels in {lines}")
    if are_labels(first):
        raise DataError(
            f"{table.name}: column 1 looks like labels ({len(set(first))} different in {lines}), "
            "column 2 does not. Say what is meant: --task classify --text 2 --label 1, or --task "
            "transduce for pairs."
        )
    decimal = sum(bool(_DECIMAL.fullmatch(cell)) for cell in second[1:])
    if 2 * decimal > len(second) and not all(_DIGITS.match(cell) for cell in first[1:]):
        raise DataError(
            f"{table.name}: column 2 holds numbers with decimals, which no task predicts from a "
            "text. Write classes for --task classify, times and values for --task forecast, or "
            "give --task transduce to have the digits written."
        )
    return Guess("transduce", f"pairs: {len(set(second)):,} different targets in {lines}")


def _of_more_columns(
    table: Table, head: list[Row], first: tuple[str, ...], columns: list[tuple[str, ...]]
) -> Guess:
    part = table.first
    told = text_and_label(head, part.names is None)
    if told is not None and part.form != "TSV":
        return Guess("classify", f"columns {' and '.join(first[int(t) - 1] for t in told)}")
    some = any(are_labels(cells) and not all(map(is_number, cells)) for cells in columns)
    texts = any(sum(" " in cell for cell in cells) > len(cells) / 2 for cells in columns)
    task, roles = ("classify", labelled.ROLES) if some and texts else ("transduce", pairs.ROLES)
    where = part.where(head[0][0]) if part.names is None else table.name
    raise DataError(question(where, first, head, roles, f"--task {task} "))


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
