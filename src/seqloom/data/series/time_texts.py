"""Times as they are written, in a file or a frame.

    2024-01-31    2024/1/31    2024-01-31 13:00    2024-01-31T13:00:05Z    2024-01-31 13:00+02:00
    2024-01       2024Q1       2024-W05            20240131    202401      1, 2, 3

Whole numbers that are all YYYYMMDD, all YYYYMM, or all seconds, milliseconds, microseconds
or nanoseconds since 1970 are dates. Times with an offset are read as UTC; as local dates where all
have one time of day. What is not written here is refused: 1/2/2024 has two meanings. Checked by
`tests/data/series/test_time_texts.py`.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import DataError
from .times import DAY, TimeAxis, times_of_day

_WRITE = "Write dates as 2024-01-31 or 2024-01-31 13:00, or number the steps 1, 2, 3."
_NUMBER = re.compile(r"[+-]?\d{1,15}|[1-4]\d{15,18}", re.ASCII)  # long: of microseconds and less
_DATE = re.compile(
    r"(?P<date>\d{4}([-/]\d{1,2}){1,2})"
    r"([T ](?P<clock>\d{1,2}:\d{2}(:\d{2})?)(?P<fraction>\.\d*)?)?"
    r" ?(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-?([1-7]))?", re.ASCII)
_SECONDS = (1_000_000_000, 4_200_000_000)  # 2001 to 2103
_TOO_LARGE = 10**15  # of the number of a step
_FRACTIONS = (
    (1, "seconds"),
    (1000, "milliseconds"),
    (1_000_000, "microseconds"),
    (1_000_000_000, "nanoseconds"),
)


@dataclass(frozen=True)
class Times:
    """Times as they stand in a file: integers, or `datetime64[s]`.

    Attributes:
        values: One a row.
        has_day: False for dates like 2024-01.
        clock: True if any has a time of day.
        note: What was decided about how they are written, for the user; empty if nothing.
    """

    values: np.ndarray
    has_day: bool = False
    clock: bool = False
    note: str = ""

    @property
    def are_dates(self) -> bool:
        """False for integers."""
        return self.values.dtype.kind == "M"


def is_time(text: str) -> bool:
    """True for a text that `parse_times` may take."""
    return bool(_NUMBER.fullmatch(text.strip())) or is_date(text)


def is_date(text: str) -> bool:
    """True for a text that looks like a date, and not for a number."""
    return any(form.fullmatch(text.strip()) for form in (_DATE, _QUARTER, _WEEK))


def parse_times(
    texts: list[str], where: Callable[[int], str], like: TimeAxis | None = None
) -> Times:
    """Read times, all integers or all dates.

    Args:
        texts: One a row.
        where: What an error calls a row, e.g. `sales.csv, line 7`.
        like: The axis that a model was trained on: whole numbers are no dates if its are none.
    Raises:
        DataError: One is neither, or the two are mixed.
    """
    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        first.setdefault(text, row)
    found = _parsed(
        [text.strip() for text in first], lambda i: where(list(first.values())[i]), like
    )
    place = dict(zip(first, range(len(first)), strict=True))
    rows = np.fromiter((place[text] for text in texts), np.int64, len(texts))
    return Times(found.values[rows], found.has_day, found.clock, found.note)


def _parsed(texts: list[str], where: Callable[[int], str], like: TimeAxis | None) -> Times:
    dated = [is_date(text) for text in texts]
    for row, text in enumerate(texts):
        if not dated[row] and not _NUMBER.fullmatch(text):
            raise _no_time(text, where(row))
    if not any(dated):
        numbers = np.array([int(text) for text in texts], np.int64)
        numbered = like is not None and like.unit == "integer"
        coded = Times(numbers) if numbered else _coded(numbers)
        large = np.flatnonzero(np.abs(numbers) >= _TOO_LARGE)
        if len(large) and not coded.are_dates:
            raise _no_time(texts[large[0]], where(int(large[0])))
        return coded
    if not all(dated):
        row = dated.index(not dated[0])
        raise DataError(
            f"{where(row)}: the time {texts[row]!r} comes after {texts[0]!r}: one is a date, the "
            f"other a number. {_WRITE}"
        )
    found = [_date(text, where(row)) for row, text in enumerate(texts)]
    values = np.array([date for date, _, _ in found], "datetime64[s]")
    offsets = [offset for _, offset, _ in found]
    values, note = _at_zone(values, offsets, where, like)
    clock = any(" " in text or "T" in text for text in texts)
    return Times(values, any(has_day for *_, has_day in found), clock, note)


def _no_time(text: str, where: str) -> DataError:
    wrong = f"{text!r} is no date and no whole number"
    if text.lstrip("+-").isdecimal():
        wrong = (
            f"{text} has more than 15 digits: such times are dates only where all are whole "
            "seconds since 1970, in micro- or nanoseconds"
        )
    return DataError(f"{where}: {wrong}. {_WRITE}")


def _coded(numbers: np.ndarray) -> Times:
    """Whole numbers, or the dates that all of them are a code of."""
    if not len(numbers):
        return Times(numbers)
    least, most = int(numbers.min()), int(numbers.max())
    if least > 19_000_000 and most < 22_000_000:
        try:
            return Times(_joined(numbers // 10_000, numbers // 100 % 100, numbers % 100), True)
        except ValueError:
            return Times(numbers)
    if least > 190_000 and most < 220_000 and ((numbers % 100 - 1) < 12).all():
        months = numbers % 100
        if (months > 0).all():
            dates = _joined(numbers // 100, months, np.ones_like(months))
            return Times(dates, note="times: numbers like 202401 are read as months")
    for size, name in _FRACTIONS:
        low, high = (size * bound for bound in _SECONDS)
        if low <= least and most < high and (numbers % size == 0).all():
            dates = (numbers // size).astype("datetime64[s]")
            return Times(dates, True, True, f"times: {name} since 1970 are read as dates, UTC")
    return Times(numbers)


def _joined(years: np.ndarray, months: np.ndarray, days: np.ndarray) -> np.ndarray:
    parts = zip(years.tolist(), months.tolist(), days.tolist(), strict=True)
    return np.array([f"{y}-{m:02}-{d:02}" for y, m, d in parts], "datetime64[s]")


def _date(text: str, where: str) -> tuple[np.datetime64, int | None, bool]:
    """A date as its clock shows it, its offset from UTC in seconds, and whether it has a day."""
    try:
        if quarter := _QUARTER.fullmatch(text):
            month = 3 * int(quarter[2]) - 2
            return np.datetime64(f"{quarter[1]}-{month:02}", "s"), None, False
        if week := _WEEK.fullmatch(text):
            day = datetime.date.fromisocalendar(int(week[1]), int(week[2]), int(week[3] or 1))
            return np.datetime64(day, "s"), None, True
        found = _DATE.fullmatch(text)
        assert found is not None, "told by is_date"
        parts = re.split("[-/]", found["date"])
        date, clock = "-".join(part.zfill(2) for part in parts), found["clock"]
        value = np.datetime64(f"{date}T{_padded(clock)}" if clock else date, "s")
    except ValueError as error:
        raise DataError(f"{where}: there is no date {text!r}. {_WRITE}") from error
    if (found["fraction"] or "").strip(".0"):
        raise DataError(
            f"{where}: {text!r} has a fraction of a second, and times are read to the second. "
            "Number the steps 1, 2, 3, or resample to seconds."
        )
    return value, _offset(found["offset"]), len(parts) > 2


def _padded(clock: str) -> str:
    return ":".join(part.zfill(2) for part in clock.split(":"))


def _offset(text: str | None) -> int | None:
    if text is None or text == "Z":
        return None if text is None else 0
    sign = -1 if text[0] == "-" else 1
    return sign * (3600 * int(text[1:3]) + 60 * int(text[-2:]))


def _at_zone(
    values: np.ndarray,
    offsets: list[int | None],
    where: Callable[[int], str],
    like: TimeAxis | None,
) -> tuple[np.ndarray, str]:
    """Times on one clock, and what is said about it."""
    given = [offset is not None for offset in offsets]
    if not any(given):
        return values, ""
    if not all(given):
        row = given.index(not given[0])
        raise DataError(
            f"{where(row)}: some times have an offset from UTC and others none. Write all of them "
            "with one, or none."
        )
    seconds = np.array(offsets, np.int64)
    if not seconds.any():
        return values, ""
    if like is None:
        finer = bool(np.ptp(times_of_day(values)))
    else:
        finer = like.unit == "second" and like.step < DAY
    if not finer:
        return values, "times: their offsets from UTC are left out, dates are local"
    return values - seconds, "times: with their offsets from UTC, read as UTC"
