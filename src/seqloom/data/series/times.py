"""The time axis of a series: evenly spaced positions inside, dates or integers outside.

    integers          1, 2, 3 ...            any step
    months            2024-01, 2024-01-31    1 monthly, 3 quarterly, 12 yearly; on one day of the
                                             month, its last day, one weekday, say the
                                             first Monday, or its first or last
                                             business day; at one time of day
    business days     2024-01-05, -08        Monday to Friday, at one time of day
    seconds           2024-01-05 13:00       hourly, daily, weekly, anything even

Position k is the time `origin + k * step` in the axis' unit, so that gaps, horizons and seasons are
plain counts. Series of one data set share unit and step; each has an origin of its own, so a series
of Mondays stays one beside a series of Thursdays. `time_texts.py` reads times, `frequency.py` finds
the axis of each series. Checked by `tests/data/series/test_times.py`; pandas is the oracle.
"""

from dataclasses import dataclass, field
from typing import Literal, TypedDict

import numpy as np

from ...plain import JSON

Unit = Literal["integer", "month", "business", "second"]

DAY = 86_400  # seconds
LAST = 5  # `nth` of the last weekday of its kind in a month
WORKDAY = 7  # `weekday` that stands for any of Monday to Friday
_NAMES = {1: "every second", 60: "every minute", 3600: "hourly", DAY: "daily", 7 * DAY: "weekly"}
_MONTHS = {1: "monthly", 3: "quarterly", 12: "yearly"}
_LATER = ("second", "nth", "weekday")  # fields that the first files of the format do not have


class DayFields(TypedDict, total=False):
    """The day of a month, and the time of day."""

    day: int
    second: int
    nth: int
    weekday: int


class AxisFields(DayFields, total=False):
    """A `TimeAxis` as a model file has it."""

    unit: Unit
    step: int
    origin: int
    clock: bool


@dataclass(frozen=True)
class TimeAxis:
    """Evenly spaced times.

    Attributes:
        unit: What a step is counted in.
        step: Units from one position to the next.
        origin: The time of position 0: an integer, or units since 1970-01-01.
        day: Day of the month of a monthly axis; 31 is the last one; 0 if dates had none.
        clock: True if times carry a time of day.
        second: Time of day of a monthly or business axis, seconds.
        nth: Of a monthly axis on a weekday: 1 for the first such weekday of the month, `LAST` for
            the last one; 0 if the axis is on a day of the month.
        weekday: That weekday, 0 for Monday; `WORKDAY` for business days.
    """

    unit: Unit = "integer"
    step: int = 1
    origin: int = 0
    day: int = 0
    clock: bool = False
    second: int = field(default=0, repr=False)
    nth: int = field(default=0, repr=False)
    weekday: int = field(default=0, repr=False)

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
        if self.unit == "month" and self.day == 0 and self.nth == 0:
            return str(date.astype("datetime64[M]"))
        if not self.clock:
            return str(date.astype("datetime64[D]"))
        return str(date).replace("T", " ")

    def dates(self, positions: np.ndarray) -> np.ndarray:
        """The dates at positions, `datetime64[s]`; not for integers."""
        units = self.origin + np.asarray(positions, np.int64) * self.step
        if self.unit == "month":
            return self._days(units.astype("datetime64[M]")).astype("datetime64[s]") + self.second
        if self.unit == "business":
            epoch = np.datetime64("1970-01-01")
            days = np.busday_offset(epoch, units, roll="forward")
            return np.asarray(days.astype("datetime64[s]") + self.second)
        return units.astype("datetime64[s]")

    def times(self, positions: np.ndarray) -> np.ndarray:
        """What `places` takes: dates, or the integers of an axis of integers."""
        if self.unit == "integer":
            return np.asarray(self.origin + np.asarray(positions, np.int64) * self.step)
        return self.dates(positions)

    def places(self, values: np.ndarray) -> np.ndarray:
        """Positions of times, NaN where a time is not on the axis.

        Args:
            values: `datetime64[s]`, or integers on an axis of integers.
        """
        units = units_of(values, self.unit) - self.origin
        found = units // self.step
        if self.unit == "integer":
            return np.where(units % self.step == 0, found, np.nan)
        return np.where(self.dates(found) == values, found, np.nan)

    def to_json(self) -> dict[str, JSON]:
        """The axis as plain values."""
        return {name: value for name, value in vars(self).items() if value or name not in _LATER}

    @classmethod
    def from_json(cls, tree: AxisFields) -> "TimeAxis":
        """The axis that `to_json` wrote."""
        return cls(**tree)

    def _days(self, months: np.ndarray) -> np.ndarray:
        """The day of the axis in each of some months."""
        first = months.astype("datetime64[D]")
        last = (months + 1).astype("datetime64[D]") - 1
        if not self.nth:
            return np.asarray(np.minimum(first + (max(self.day, 1) - 1), last))
        if self.weekday == WORKDAY and self.nth == LAST:
            return np.asarray(np.busday_offset(last, 0, roll="backward"))
        if self.weekday == WORKDAY:
            return np.asarray(np.busday_offset(first, self.nth - 1, roll="forward"))
        if self.nth == LAST:
            return np.asarray(last - (weekdays(last) - self.weekday) % 7)
        return np.asarray(first + (self.weekday - weekdays(first)) % 7 + 7 * (self.nth - 1))


def units_of(values: np.ndarray, unit: Unit) -> np.ndarray:
    """Times in a unit: integers as they are, dates as whole months, business days or seconds."""
    if unit == "month":
        values = values.astype("datetime64[M]")
    if unit == "business":
        epoch = np.datetime64("1970-01-01")
        return np.asarray(np.busday_count(epoch, values.astype("datetime64[D]")), np.int64)
    return np.asarray(values.astype(np.int64))


def weekdays(days: np.ndarray) -> np.ndarray:
    """Weekday of each of some `datetime64[D]`, 0 for Monday."""
    return (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday


def times_of_day(values: np.ndarray) -> np.ndarray:
    """Seconds since midnight of each of some `datetime64[s]`."""
    return values.astype(np.int64) % DAY
