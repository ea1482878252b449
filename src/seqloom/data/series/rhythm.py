"""Whether one series is on months, business days or seconds, and which of its times are not.

Checked by `tests/data/series/test_frequency.py`; pandas is the oracle of frequencies.
"""

from collections.abc import Iterator

import numpy as np

from .times import DAY, LAST, WORKDAY, DayFields, TimeAxis, times_of_day, units_of, weekdays

LEAST_WITH_ODD = 8  # times of a series in which one can be told to be odd
ODD_SHARE = 50  # one time in as many may be odd, and one in any case
FEWER = 1.25  # as many positions less there are without the odd times


def own_axis(values: np.ndarray, has_day: bool) -> TimeAxis:
    """The axis that one series is on by itself.

    Args:
        values: Its different times, in order.
        has_day: False for dates like 2024-01.
    """
    if values.dtype.kind != "M":
        return TimeAxis("integer", _gcd(values) or 1, int(values[0]))
    months = units_of(values, "month")
    if not has_day:
        return TimeAxis("month", _gcd(months) or 1, int(months[0]))
    if len(values) == 1:
        return TimeAxis("second", DAY, int(values.astype(np.int64)[0]))
    pattern = month_pattern(values)
    if pattern is not None:
        return TimeAxis("month", _gcd(months), int(months[0]), **pattern)
    seconds = values.astype(np.int64)
    step = _gcd(seconds)
    if step == DAY and len(values) > 5 and fits_business(values) and skips_weekends(values):
        first = int(units_of(values[:1], "business")[0])
        return TimeAxis("business", 1, first, second=int(seconds[0] % DAY))
    return TimeAxis("second", step, int(seconds[0]))


def month_pattern(values: np.ndarray) -> DayFields | None:
    """Fields of a monthly axis that all times are on, one time in a month at most; else `None`."""
    days = values.astype("datetime64[D]")
    months = values.astype("datetime64[M]")
    clocks = times_of_day(values)
    if np.ptp(clocks) or (np.diff(months.astype(np.int64)) == 0).any():
        return None
    second = int(clocks[0])
    of_month, last = _of_month(days, months)
    day = int(of_month.max())
    if (last == 0).all():
        return {"day": 31, "second": second}
    if (of_month == np.minimum(day, of_month + last)).all():
        return {"day": day, "second": second}
    if len(days) < 3 or not np.ptp(np.diff(days.astype(np.int64))):
        return None
    for nth, weekday in _weekdays_of_month(days, months):
        if nth[0] and not np.ptp(nth) and not np.ptp(weekday):
            return {"nth": int(nth[0]), "weekday": int(weekday[0]), "second": second}
    return None


def fits_business(values: np.ndarray) -> bool:
    """Whether all times are on Mondays to Fridays, at one time of day."""
    on_days = bool(np.is_busday(values.astype("datetime64[D]")).all())
    return on_days and not np.ptp(times_of_day(values))


def skips_weekends(values: np.ndarray) -> bool:
    """Whether a Monday follows a Friday."""
    return bool((np.diff(values).astype(np.int64) == 3 * DAY).any())


def odd_times(values: np.ndarray, own: TimeAxis) -> tuple[np.ndarray, TimeAxis] | None:
    """Places of the few times without which a series would be on a coarser axis, and that axis.

    Args:
        values: Different times of the series, in order.
        own: Their axis.
    """
    count, size = len(values), _size(values, own)
    if count < LEAST_WITH_ODD or size == count:
        return None
    found = []
    for axis in _usual(values):
        off = np.isnan(axis.places(values))
        fitting = values[~off]
        enough = 0 < off.sum() <= max(1, count // ODD_SHARE)
        if (
            enough
            and max(count, FEWER * _size(fitting, axis)) <= size
            and (_size(fitting, axis) <= 2 * count)
        ):
            found.append((int(off.sum()), np.flatnonzero(off), axis))
    if not found:
        return None
    _, places, axis = min(found, key=lambda entry: entry[0])
    return places, axis


def _usual(values: np.ndarray) -> Iterator[TimeAxis]:
    """Axes that most times may be on."""
    dated = values.dtype.kind == "M"
    units = values.astype(np.int64)
    step = _mode(np.diff(units))
    yield TimeAxis("second" if dated else "integer", step, _mode(units % step))
    if not dated:
        return
    days, months = values.astype("datetime64[D]"), values.astype("datetime64[M]")
    second = _mode(times_of_day(values))
    yield TimeAxis("business", second=second)
    of_month, last = _of_month(days, months)
    step = _mode(np.diff(months.astype(np.int64)))
    if step:
        origin = _mode(months.astype(np.int64) % step)
        for day in {_mode(of_month), 31 if _mode(last) == 0 else _mode(of_month)}:
            yield TimeAxis("month", step, origin, day, second=second)
        for nth, weekday in _weekdays_of_month(days, months):
            most, kind = _mode(nth), _mode(weekday)
            if most:
                yield TimeAxis("month", step, origin, second=second, nth=most, weekday=kind)


def _weekdays_of_month(
    days: np.ndarray, months: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Fields `nth`, 0 where none fits, and `weekday` by which days may be told in their months."""
    of_month, last = _of_month(days, months)
    weekday = weekdays(days)
    yield (of_month - 1) // 7 + 1, weekday
    yield np.where(last < 7, LAST, 0), weekday
    work = np.full(len(days), WORKDAY)
    for nth in 1, LAST:
        axis = TimeAxis("month", nth=nth, weekday=WORKDAY)
        fitting = axis.dates(months.astype(np.int64)) == days
        yield np.where(fitting, nth, 0), work


def _of_month(days: np.ndarray, months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Day of the month, from 1, and days that the month still has after it."""
    first = months.astype("datetime64[D]")
    end = (months + 1).astype("datetime64[D]")
    return (days - first).astype(int) + 1, (end - days).astype(int) - 1


def _size(values: np.ndarray, axis: TimeAxis) -> int:
    """Positions from the first to the last time."""
    first, last = axis.places(values[[0, -1]])
    return int(last - first) + 1


def _gcd(units: np.ndarray) -> int:
    """The step that all distances are multiples of; 0 if there are none."""
    return int(np.gcd.reduce(np.diff(units))) if len(units) > 1 else 0


def _mode(values: np.ndarray) -> int:
    """The most frequent value, of equals the smallest."""
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])
