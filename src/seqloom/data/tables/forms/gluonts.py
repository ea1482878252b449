"""JSON lines of whole series, as GluonTS writes them.

    {"start": "2024-01-01", "target": [5, 7, null], "item_id": "store 1", "freq": "D"}

The values follow one another at the frequency that `freq` names, in the object, or in
`metadata.json` beside the file or in the folder `metadata` beside its own. Times of months,
quarters and years are their first days. `feat_...` fields are not read.

Source: GluonTS, "Datasets" and `gluonts.dataset.common`. Checked by
`tests/data/tables/forms/test_gluonts.py`: pandas is the oracle.
"""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ....errors import DataError
from ..json_rows import json_object
from ..table import Row, TablePart
from ..text_file import numbered_lines
from .form import Form, Glimpse

COLUMNS = ("unique_id", "ds", "y")
_FREQUENCY = re.compile(r"(\d*)\s*(MIN|[A-Z]{1,3}?)(-[A-Z]{3})?", re.IGNORECASE)
_SECONDS = {
    **{"S": 1, "SEC": 1, "T": 60, "MIN": 60, "H": 3600, "D": 86400, "W": 7 * 86400},
}
_MONTHS = {
    **dict.fromkeys(("M", "MS", "ME"), 1),
    **dict.fromkeys(("Q", "QS", "QE"), 3),
    **dict.fromkeys(("A", "AS", "Y", "YS", "YE"), 12),
}


class _Step(NamedTuple):
    """What lies between two values: seconds, months, or days of work."""

    seconds: int = 0
    months: int = 0
    workdays: int = 0


def is_gluonts(glimpse: Glimpse) -> bool:
    """Whether line 1 is an object with a text `start` and a list `target` of numbers."""
    found = json_object(glimpse.lines[0]) if glimpse.lines else None
    return found is not None and _is_series(found)


def _is_series(found: dict[str, object]) -> bool:
    target = found.get("target")
    return (
        isinstance(found.get("start"), str)
        and isinstance(target, list)
        and bool(target)
        and all(v is None or v == "NaN" or isinstance(v, int | float) for v in target)
    )


def read_gluonts(name: str) -> TablePart:
    """The values of all series, one a row.

    Raises:
        DataError: While it is read: a line is no series of one value a time, or no frequency is
            said.
    """

    def read() -> Iterator[Row]:
        common = _common(name)
        for number, line in numbered_lines(name):
            where = f"{name}, line {number}"
            found = json_object(line)
            if found is None or not _is_series(found):
                raise DataError(
                    f'{where}: a line must be {{"start": TIME, "target": [NUMBERS]}}, one number '
                    "a time. Correct it."
                )
            step = _step(where, found.get("freq", common))
            time = _time(where, str(found["start"]))
            series = str(found.get("item_id", number))
            target = found["target"]
            assert isinstance(target, list)
            for i, value in enumerate(target):
                yield number, [series, _after(time, step, i), None if value == "NaN" else value]

    return TablePart(name, "gluonts", COLUMNS, read)


def _common(name: str) -> object:
    """The frequency that a file `metadata.json` says."""
    folder = Path(name).parent
    for file in (folder / "metadata.json", folder.parent / "metadata" / "metadata.json"):
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(found, dict) and "freq" in found:
            return found["freq"]
    return None


def _step(where: str, frequency: object) -> _Step:
    if frequency is None:
        raise DataError(
            f'{where}: no frequency is said. Add "freq": "D" (or H, W, M ...) to the objects, or '
            'write {"freq": "D"} into metadata.json beside the file.'
        )
    found = _FREQUENCY.fullmatch(str(frequency))
    count, unit = (int(found[1] or 1), found[2].upper()) if found else (0, "")
    if count and unit in _SECONDS:
        return _Step(seconds=count * _SECONDS[unit])
    if count and unit in _MONTHS:
        return _Step(months=count * _MONTHS[unit])
    if count and unit == "B":
        return _Step(workdays=count)
    raise DataError(
        f"{where}: the frequency {str(frequency)[:20]!r} is not known. Known are S, min, H, D, B, "
        "W, M, Q and Y, with a number in front."
    )


def _time(where: str, text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        raise DataError(
            f"{where}: `start` must be a time such as 2024-01-31 or 2024-01-31 12:00:00, got "
            f"{text[:40]!r}. Correct it."
        ) from None


def _after(time: datetime.datetime, step: _Step, count: int) -> str:
    """The time of a value, as text."""
    if step.months:
        months = 12 * time.year + time.month - 1 + step.months * count
        time = time.replace(
            year=months // 12, month=months % 12 + 1, day=1, hour=0, minute=0, second=0
        )
    elif step.workdays:
        weeks, days = divmod(step.workdays * count, 5)
        time += datetime.timedelta(weeks=weeks)
        for _ in range(days):
            time += datetime.timedelta(days=3 if time.weekday() == 4 else 1)
    else:
        time += datetime.timedelta(seconds=step.seconds * count)
    return time.isoformat(sep=" ").removesuffix(" 00:00:00")


GLUONTS = Form(
    "gluonts",
    "JSON lines of GluonTS",
    "line 1 is an object with a text `start` and a list `target` of numbers",
    "forecast",
    COLUMNS,
    is_gluonts,
    read_gluonts,
)
