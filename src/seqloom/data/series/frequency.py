"""The axis of each series: one frequency for all of a data set, a phase for each.

A series is on months if it has one time a month, on one day, the last day or one weekday of them,
at one time of day; on business days if it skips weekends; else on the seconds that all its
distances are multiples of. Series share what all of them fit: a series of Mondays and one of
Thursdays are both weekly, each on its own days.

Refused, by name: a row off the times of its series' other rows, a series of another frequency than
the others or than the model, one that is mostly gaps. Checked by
`tests/data/series/test_frequency.py`.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...errors import DataError
from .columns import Columns
from .rhythm import fits_business, month_pattern, odd_times, own_axis
from .time_texts import Times
from .times import DAY, DayFields, TimeAxis, times_of_day, units_of

TELLING = 5  # times that show a frequency by themselves
TELLING_BUSINESS = 10  # the same for weekends that are skipped
MOST_FILLED = 10  # positions without a row, of a series that has fewer rows


@dataclass(frozen=True)
class Span:
    """One series.

    Attributes:
        name: Its name.
        rows: Its rows.
        values: Its different times, in order.
        own: The axis that it is on by itself.
    """

    name: str
    rows: np.ndarray
    values: np.ndarray
    own: TimeAxis


def settle_axes(
    columns: Columns, times: Times, groups: dict[str, np.ndarray], like: TimeAxis | None = None
) -> tuple[TimeAxis, list[TimeAxis]]:
    """The axis of a data set, and that of each series: the same but for where it begins.

    Args:
        columns: The rows, for messages.
        times: Their times.
        groups: Rows of each series.
        like: The axis that a model was trained on.
    Raises:
        DataError: Times are of several frequencies, of another than the model's, or mostly absent.
    """
    spans: list[Span] = []  # one for all series of the same times
    known: dict[bytes, int] = {}
    which = []
    for name, rows in groups.items():
        values = np.unique(times.values[rows])
        if values.tobytes() not in known:
            known[values.tobytes()] = len(spans)
            spans.append(Span(name, rows, values, own_axis(values, times.has_day)))
            _check_odd(columns, times, spans[-1])
        which.append(known[values.tobytes()])
    if like is not None and times.are_dates != (like.unit != "integer"):
        raise _other_frequency(columns, spans[0].own, like)
    kind = _shared(spans, times) if like is None else _model_s(like, times)
    first = min(int(units_of(span.values[:1], kind.unit)[0]) for span in spans)
    kind = replace(kind, origin=first)
    axes = [_in_phase(span.values, kind) for span in spans]
    for span, axis in zip(spans, axes, strict=True):
        if like is not None:
            _check_model(columns, times, span, axis, like)
        elif _is_coarser(span, axis):
            raise _mixed(columns, spans, span, axis)
        _check_filled(columns, times, span, axis)
    return kind, [axes[number] for number in which]


def _shared(spans: list[Span], times: Times) -> TimeAxis:
    """The frequency that all series fit, with the pattern of the longest."""
    longest = max(spans, key=lambda span: len(span.values))
    several = [span for span in spans if len(span.values) > 1]
    if not several:
        return replace(longest.own, clock=times.clock)
    if all(span.own.unit in ("month", "integer") for span in several):
        step = int(np.gcd.reduce([span.own.step for span in several]))
        return replace(longest.own, step=step, clock=times.clock)
    if any(span.own.unit == "business" for span in spans) and all(
        fits_business(span.values) for span in spans
    ):
        return TimeAxis("business", clock=times.clock)
    gaps = np.concatenate([np.diff(span.values.astype(np.int64)) for span in several])
    return TimeAxis("second", int(np.gcd.reduce(gaps)), clock=times.clock)


def _model_s(like: TimeAxis, times: Times) -> TimeAxis:
    """The model's axis, written as the data are."""
    finer = like.unit == "second" and like.step % DAY > 0
    like = replace(like, clock=times.clock or (finer and like.clock))
    if like.unit != "month":
        return like
    if not times.has_day:
        return replace(like, day=0, nth=0, second=0)
    return like if like.nth else replace(like, day=max(like.day, 1))


def _in_phase(values: np.ndarray, kind: TimeAxis) -> TimeAxis:
    """The axis of that frequency on which a series lies, or its first time at least."""
    first = int(units_of(values[:1], kind.unit)[0])
    axis = replace(kind, origin=kind.origin + (first - kind.origin) % kind.step)
    if kind.unit == "business":
        return replace(axis, second=int(times_of_day(values[:1])[0]))
    if kind.unit == "month" and np.isnan(axis.places(values)).any():
        usual = replace(axis, day=0, nth=0, weekday=0, second=0)
        return replace(usual, **(month_pattern(values) or DayFields(day=1)))
    return axis


def _is_coarser(span: Span, axis: TimeAxis) -> bool:
    """Whether a series shows a frequency of its own, of which the axis is a finer one."""
    if len(span.values) < TELLING:
        return False
    if np.gcd.reduce(np.diff(axis.places(span.values)).astype(np.int64)) > 1:
        return True
    if axis.unit != "second":
        return False
    business = span.own.unit == "business" and axis.step == DAY
    return span.own.unit == "month" or (business and len(span.values) >= TELLING_BUSINESS)


def _check_odd(columns: Columns, times: Times, span: Span) -> None:
    found = odd_times(span.values, span.own)
    if found is None:
        return
    places, axis = found
    row = _row_of(times, span, span.values[places[0]])
    more = f" ({len(places)} such times)" if len(places) > 1 else ""
    raise DataError(
        f"{columns.where(row)}: {columns.time(row)} is not on the times of the other rows of "
        f"{span.name!r}, {axis.frequency}{more}. Correct it, or delete the row."
    )


def _check_model(
    columns: Columns, times: Times, span: Span, axis: TimeAxis, like: TimeAxis
) -> None:
    off = np.flatnonzero(np.isnan(axis.places(span.values)))
    telling = len(span.values) >= TELLING
    if (len(off) and telling) or (not len(off) and _is_coarser(span, axis)):
        raise _other_frequency(columns, span.own, like)
    if len(off):
        row = _row_of(times, span, span.values[off[0]])
        raise DataError(
            f"{columns.where(row)}: {columns.time(row)} does not fit the frequency that the model "
            f"was trained on, {like.frequency}. Correct it, or train a model for such data."
        )


def _other_frequency(columns: Columns, own: TimeAxis, like: TimeAxis) -> DataError:
    return DataError(
        f"{columns.name}: times are {own.frequency}, those that the model was trained on "
        f"{like.frequency}. Resample the data, or train a model for it."
    )


def _mixed(columns: Columns, spans: list[Span], span: Span, axis: TimeAxis) -> DataError:
    def key(some: Span) -> tuple[str, int]:
        return some.own.unit, some.own.step

    others = [some for some in spans if key(some) != key(span)]
    others.sort(key=lambda some: (len(some.values) < TELLING, key(some) != (axis.unit, axis.step)))
    other = f"series {others[0].name!r} is {others[0].own.frequency}" if others else axis.frequency
    return DataError(
        f"{columns.name}: series {span.name!r} is {span.own.frequency}, {other}. Put them in files "
        "of their own, or resample one."
    )


def _check_filled(columns: Columns, times: Times, span: Span, axis: TimeAxis) -> None:
    """Raise a DataError where most of what would be read would be filled."""
    positions = axis.places(span.values)
    total = int(positions[-1] - positions[0]) + 1
    filled = total - len(span.values)
    if filled <= max(len(span.values), MOST_FILLED):
        return
    gaps = np.diff(positions) - 1
    row = _row_of(times, span, span.values[gaps.argmax() + 1])
    advice = "they are not even. Resample them"
    if 2 * gaps.max() > filled:
        advice = f"the longest gap is before {columns.time(row)}. Correct that time, or resample"
    if times.are_dates and (np.diff(units_of(span.values, "month")) > 0).all():
        advice = "there is one a month at most. Write months, 2024-01, or resample"
    if axis.unit == "second" and 0 < np.ptp((times_of_day(span.values) + DAY // 2) % DAY) <= 3600:
        advice = "their time of day moves by an hour, as clocks do. Write local dates, or resample"
    raise DataError(
        f"{columns.where(row)}: series {span.name!r} is {axis.frequency} with {filled:,} of "
        f"{total:,} times missing; {advice} to even steps."
    )


def _row_of(times: Times, span: Span, value: np.generic) -> np.integer:
    """The first row of a series at a time."""
    found: np.integer = span.rows[np.flatnonzero(times.values[span.rows] == value)[0]]
    return found
