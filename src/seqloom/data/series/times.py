"""The time axis of a set of series: dates or integers in, evenly spaced positions inside.

    integers          1, 2, 3 ...            any step
    months            2024-01, 2024-01-31    1 monthly, 3 quarterly, 12 yearly
    business days     2024-01-05, -08        Monday to Friday
    seconds           2024-01-05 13:00       hourly, daily, weekly, anything even

Position k is the time `origin + k * step` in the axis' unit, so that gaps, horizons and seasons are
plain counts. Dates are ISO 8601 without a zone; a time of day is written back only where it was
read. Checked by `tests/data/series/test_times.py`; pandas is the oracle of frequencies.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...errors import DataError

Unit = Literal["integer", "month", "business", "second"]
DAY = 86_400  # seconds
_WRITE = "Write dates as 2024-01-31 or 2024-01-31 13:00, or number the steps 1, 2, 3."
_DATE = re.compile(r"\d{4}([-/]\d{1,2}){1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.0*)?)?)?Z?")
_NAMES = {1: "every second", 60: "every minute", 3600: "hourly", DAY: "daily", 7 * DAY: "weekly"}
_MONTHS = {1: "monthly", 3: "quarterly", 12: "yearly"}


@dataclass(frozen=True)
class TimeAxis:
    """Evenly spaced times.

    Attributes:
        unit: What a step is counted in.
        step: Units from one position to the next.
        origin: The time of position 0: an integer, or units since 1970-01-01.
        day: Day of the month of a monthly axis; 31 is the last one; 0 if dates had none.
        clock: True if times carry a time of day.
    """

    unit: Unit = "integer"
    step: int = 1
    origin: int = 0
    day: int = 0
    clock: bool = False

    @property
    def frequency(self) -> str:
        """The frequency in words."""
        if self.unit == "integer":
            return "numbered" if self.step == 1 else f"numbered in steps of {self.step}"
        if self.unit == "month":
            return _MONTHS.get(self.step, f"every {self.step} months")
        if self.unit == "business":
            return "business days"
        for size, name in ((DAY, "days"), (3600, "hours"), (60, "minutes")):
            if self.step % size == 0 and self.step not in _NAMES:
                return f"every {self.step // size} {name}"
        return _NAMES.get(self.step, f"every {self.step} seconds")

    def label(self, position: int) -> str:
        """The time at a position, as it is written in a file."""
        if self.unit == "integer":
            return str(self.origin + position * self.step)
        date = self.dates(np.array([position]))[0]
        if self.unit == "month" and self.day == 0:
            return str(date.astype("datetime64[M]"))
        if not self.clock:
            return str(date.astype("datetime64[D]"))
        return str(date).replace("T", " ")

    def dates(self, positions: np.ndarray) -> np.ndarray:
        """The dates at positions, `datetime64[s]`; not for integers."""
        units = self.origin + np.asarray(positions, np.int64) * self.step
        if self.unit == "month":
            months = units.astype("datetime64[M]")
            last = (months + 1).astype("datetime64[D]") - 1
            days = months.astype("datetime64[D]") + (max(self.day, 1) - 1)
            return np.asarray(np.minimum(days, last), "datetime64[s]")
        if self.unit == "business":
            epoch = np.datetime64("1970-01-01")
            return np.busday_offset(epoch, units, roll="forward").astype("datetime64[s]")
        return units.astype("datetime64[s]")

    def positions(self, units: np.ndarray) -> np.ndarray:
        """Positions of times given in the axis' unit; fractions where they lie between two."""
        found: np.ndarray = (np.asarray(units) - self.origin) / self.step
        return found

    def to_json(self) -> dict[str, Any]:
        """The axis as plain values."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, tree: dict[str, Any]) -> "TimeAxis":
        """The axis that `to_json` wrote."""
        return cls(**tree)


@dataclass(frozen=True)
class Times:
    """Times as they stand in a file: integers, or `datetime64[s]`.

    Attributes:
        values: One a row.
        has_day: False for dates like 2024-01.
        clock: True if any has a time of day.
    """

    values: np.ndarray
    has_day: bool = False
    clock: bool = False

    @property
    def are_dates(self) -> bool:
        """False for integers."""
        return self.values.dtype.kind == "M"

    def units(self, axis: TimeAxis) -> np.ndarray:
        """The times in the axis' unit; of a month axis, whole months."""
        if not self.are_dates:
            return self.values
        if axis.unit == "month":
            return self.values.astype("datetime64[M]").astype(np.int64)
        if axis.unit == "business":
            return _business(self.values)
        return self.values.astype(np.int64)


def is_time(text: str) -> bool:
    """True for a text that `parse_times` takes."""
    text = text.strip()
    return bool(re.fullmatch(r"[+-]?\d{1,15}", text) or _DATE.fullmatch(text))


def parse_times(texts: list[str], where: list[str]) -> Times:
    """Read times, all integers or all dates.

    Args:
        texts: One a row.
        where: What an error calls each row, e.g. `sales.csv, line 7`.
    Raises:
        DataError: One is neither, or the two are mixed.
    """
    texts = [text.strip() for text in texts]
    for text, place in zip(texts, where, strict=True):
        if not is_time(text):
            raise DataError(
                f"{place}: a time must be a date or a whole number, got {text!r}. {_WRITE}"
            )
    dated = [bool(_DATE.fullmatch(text)) for text in texts]
    if any(dated) and not all(dated):
        row = dated.index(not dated[0])
        raise DataError(
            f"{where[row]}: times must be all dates or all whole numbers, got {texts[row]!r} after "
            f"{texts[0]!r}. {_WRITE}"
        )
    if not any(dated):
        return _numbers(texts)
    values = np.empty(len(texts), "datetime64[s]")
    known: dict[str, np.datetime64] = {}
    for row, text in enumerate(texts):
        if text not in known:
            known[text] = _date(text, where[row])
        values[row] = known[text]
    longest = max(texts, key=len)
    return Times(values, has_day=len(re.split("[-/]", longest)) > 2, clock=":" in longest)


def infer_axis(times: Times, groups: list[np.ndarray]) -> TimeAxis:
    """The axis on which all times lie; the earliest is position 0.

    Args:
        times: Of all rows.
        groups: Rows of each series, in order of time.
    """
    values = times.values
    first = values.min()
    if not times.are_dates:
        return TimeAxis("integer", _gcd(values, groups), int(first))
    months = values.astype("datetime64[M]")
    days = (values.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int) + 1
    midnights = values == values.astype("datetime64[D]")
    last = (months + 1).astype("datetime64[D]") - 1 == values.astype("datetime64[D]")
    repeated = len(values) == 1 or max(map(len, groups)) > 1
    one_day = (days == days[0]).all() or last.all()
    step = _gcd(months.astype(np.int64), groups)
    if not times.has_day or (midnights.all() and one_day and repeated and step):
        day = 0 if not times.has_day else 31 if last.all() else int(days[0])
        return TimeAxis("month", max(step, 1), int(first.astype("datetime64[M]").astype(int)), day)
    seconds = values.astype(np.int64)
    step = _gcd(seconds, groups) or DAY
    if step == DAY and midnights.all() and _skips_weekends(values, groups):
        return TimeAxis("business", 1, int(_business(values).min()), clock=times.clock)
    return TimeAxis("second", step, int(seconds.min()), clock=times.clock)


def _numbers(texts: list[str]) -> Times:
    """Integers; eight digits that are all dates, as 20240131, are dates."""
    values = np.array([int(text) for text in texts], np.int64)
    if len(values) and (values > 19_000_000).all() and (values < 22_000_000).all():
        try:
            dashed = [f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in texts]
            return Times(np.array(dashed, "datetime64[s]"), has_day=True)
        except ValueError:
            pass
    return Times(values)


def _date(text: str, where: str) -> np.datetime64:
    date, _, clock = text.replace("/", "-").replace(" ", "T").rstrip("Z").partition("T")
    padded = "-".join(part.zfill(2) for part in date.split("-"))
    try:
        return np.datetime64(f"{padded}T{clock.zfill(5)}" if clock else padded, "s")
    except ValueError as error:
        raise DataError(f"{where}: a date must exist, got {text!r}. {_WRITE}") from error


def _gcd(units: np.ndarray, groups: list[np.ndarray]) -> int:
    """The step that all distances within the series are multiples of; 0 if there are none."""
    steps = [np.diff(np.sort(units[rows])) for rows in groups if len(rows) > 1]
    return int(np.gcd.reduce(np.concatenate(steps))) if steps else 0


def _skips_weekends(values: np.ndarray, groups: list[np.ndarray]) -> bool:
    if not np.is_busday(values.astype("datetime64[D]")).all():
        return False
    steps = [np.diff(np.sort(values[rows])).astype(int) for rows in groups if len(rows) > 5]
    return any((step == 3 * DAY).any() for step in steps)


def _business(values: np.ndarray) -> np.ndarray:
    """Business days since 1970-01-01."""
    return np.busday_count(np.datetime64("1970-01-01"), values.astype("datetime64[D]"))
