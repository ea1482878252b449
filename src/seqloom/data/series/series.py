"""Series on one time axis, made of rows in any order by stated rules.

    unsorted rows        are sorted
    gaps, empty values   take the value before, so that no value is made of a later one
    empty values         before the first are dropped; after the last they mark known future rows
    the same time twice  is an error that names both lines
    uneven times         are an error: filling them would more than double the rows

A column beside name, time and value is a covariate. One that is constant within each series is
static (text is allowed); any other must be numbers, and known for the future: its gaps are filled
by straight lines. Files are read by `csv_file.py`, frames by `frames.py`. Checked by
`test_series.py`, `test_csv_file.py` and `test_frames.py` in `tests/data/series`.
"""

import dataclasses
import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import DataError
from .times import TimeAxis, infer_axis, parse_times

TRUTH = {"true": "1", "false": "0"}  # covariates
MISSING = frozenset({"", "na", "nan", "null", "none", "n/a", "<na>", "nat"})


@dataclass(frozen=True)
class Columns:
    """Rows as they stand in a file or frame.

    Attributes:
        name: The file's, for messages.
        ids: The series of each row.
        times: Time of each row, as text.
        values: Value of each row; NaN where empty.
        covariates: Further columns by name, as text.
        lines: Line of each row, from 1.
        line_name: What a line is called.
    """

    name: str
    ids: list[str]
    times: list[str]
    values: np.ndarray
    covariates: dict[str, list[str]]
    lines: list[int]
    line_name: str = "line"

    def where(self, row: int) -> str:
        """A row as messages name it."""
        return f"{self.name}, {self.line_name} {self.lines[row]}"


@dataclass(frozen=True)
class Series:
    """One series, its gaps filled.

    Attributes:
        name: Its name.
        start: Position of its first value on the axis.
        values: Its values, in the user's unit, `(T,)`.
        known: Numeric covariates of its T positions and of those after them that have rows,
            `(T + future, K)`; NaN in the future after a covariate's last value.
        static: Numbers or texts that hold for all of it.
        real: False where a value was missing and is that before it, `(T,)`; nowhere if not given.
    """

    name: str
    start: int
    values: np.ndarray
    known: np.ndarray
    static: tuple[float | str, ...] = ()
    real: np.ndarray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.real is None:
            object.__setattr__(self, "real", np.ones(len(self.values), bool))

    @property
    def end(self) -> int:
        """Position after its last value."""
        return self.start + len(self.values)

    def until(self, end: int) -> "Series":
        """The series as it was before position `end`; covariates are kept, they are known."""
        n = max(0, end - self.start)
        return dataclasses.replace(self, values=self.values[:n], real=self.real[:n])

    def known_values(self) -> np.ndarray:
        """Its values, NaN where they were missing."""
        return np.where(self.real, self.values, np.nan)


@dataclass(frozen=True)
class SeriesSet:
    """Series on one axis.

    Attributes:
        series: In order of first appearance.
        axis: Their times.
        known_names: Names of the numeric covariates that change with time.
        static_names: Names of the static covariates.
        report: What was read, inferred and filled, a line each.
    """

    series: tuple[Series, ...]
    axis: TimeAxis
    known_names: tuple[str, ...] = ()
    static_names: tuple[str, ...] = ()
    report: tuple[str, ...] = field(default=(), compare=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of names, times, values and covariates."""
        digest = hashlib.sha256(f"{self.axis} {self.known_names} {self.static_names}".encode())
        for one in self.series:
            digest.update(f"\0{one.name}\0{one.start}\0{one.static}\0{len(one.values)}".encode())
            digest.update(one.values.tobytes() + one.known.tobytes())
            if not one.real.all():
                digest.update(one.real.tobytes())
        return digest.hexdigest()


def assemble(columns: Columns, like: TimeAxis | None = None) -> SeriesSet:
    """Sort, check, fill.

    Args:
        columns: The rows.
        like: The axis that a model was trained on: the frequency must be its own.
    Raises:
        DataError: A row breaks a rule, or no value is left.
    """
    groups = _groups(columns.ids)
    where = [columns.where(row) for row in range(len(columns.ids))]
    times = parse_times(columns.times, where)
    axis = _agreed(columns, infer_axis(times, list(groups.values())), like, groups)
    positions = np.rint(axis.positions(times.units(axis))).astype(np.int64)
    static, known = _covariates(columns, groups)
    _check_even(columns, axis, groups, positions)
    series, filled, empty = [], 0, []
    for name, rows in groups.items():
        rows = rows[np.argsort(positions[rows], kind="stable")]
        _check_duplicates(columns, name, rows, positions)
        if not np.isfinite(columns.values[rows]).any():
            empty.append(name)
            continue
        fixed = tuple(static[k][rows[0]] for k in static)
        one = _series(
            name, positions[rows], columns.values[rows], [k[rows] for k in known.values()]
        )
        series.append(dataclasses.replace(one, static=fixed))
        filled += int((~one.real).sum())
    if not series:
        raise DataError(
            f"{columns.name}: data must have at least 1 value, got none. Fill the value column."
        )
    report = _report(columns.name, axis, series, filled, empty, list(known), list(static))
    return SeriesSet(tuple(series), axis, tuple(known), tuple(static), report)


def _series(
    name: str, positions: np.ndarray, values: np.ndarray, known: list[np.ndarray]
) -> Series:
    """A series from its sorted rows, from the first value to the last; covariates to their end."""
    there = np.flatnonzero(np.isfinite(values))
    first, end = positions[there[0]], positions[there[-1]]
    rows = slice(there[0], None)
    table = [
        _even(positions[rows], column[rows], first=first, last=positions[-1], end=end)
        for column in known
    ]
    steps = positions[there] - first
    real = np.zeros(steps[-1] + 1, bool)
    real[steps] = True
    return Series(
        name,
        int(first),
        values[there][np.cumsum(real) - 1],  # the last real value up to each step
        np.stack(table, axis=1) if table else np.zeros((positions[-1] - first + 1, 0)),
        real=real,
    )


def continued(data: SeriesSet, more: SeriesSet, name: str) -> SeriesSet:
    """Series with the values that follow them.

    Times must go on where they stopped; numbered ones may begin anew where the past began, as in
    M4's test files.
    Covariates that change are found by their names; static ones stay as they were.

    Args:
        data: The series.
        more: What follows, by the same names; series that have nothing there stay as they are.
        name: Of the file with it, for messages.
    Raises:
        DataError: A name is unknown, its times leave a gap or overlap, or a covariate is missing.
    """
    names = {one.name: one for one in data.series}
    for one in more.series:
        if one.name not in names:
            raise DataError(
                f"{name}: a series must be one of those that it follows, got {one.name!r}. "
                "Give it the name that it has there."
            )
    following = {one.name: one for one in more.series}
    joined = []
    for one in data.series:
        after = following.get(one.name)
        if after is None:
            joined.append(one)
            continue
        begins, due = more.axis.label(after.start), data.axis.label(one.end)
        numbered = data.axis.unit == "integer"
        anew = data.axis.label(one.start)
        if begins != due and not (numbered and begins == anew):
            also = f", or begin anew at {anew}" if numbered else ""
            raise DataError(
                f"{name}: series {one.name!r} must go on at {due}, where the past stops{also}, got "
                f"{begins}. Give the values that follow."
            )
        values = np.concatenate([one.values, after.values])
        known = np.concatenate([one.known[: len(one.values)], _same_known(data, more, after, name)])
        real = np.concatenate([one.real, after.real])
        joined.append(dataclasses.replace(one, values=values, known=known, real=real))
    return SeriesSet(tuple(joined), data.axis, data.known_names, data.static_names, data.report)


def _same_known(data: SeriesSet, more: SeriesSet, after: Series, name: str) -> np.ndarray:
    """Covariates of a series of `more` in the columns that `data` has.

    One that does not change there was read as static.
    """
    columns = np.zeros((len(after.known), len(data.known_names)))
    for k, column in enumerate(data.known_names):
        if column in more.known_names:
            columns[:, k] = after.known[:, more.known_names.index(column)]
            continue
        if column not in more.static_names:
            raise DataError(
                f"{name}: data must have the covariate `{column}`, as the past has it, got "
                f"{', '.join(more.known_names + more.static_names) or 'none'}. Add that column."
            )
        value = after.static[more.static_names.index(column)]
        if not isinstance(value, float) or not np.isfinite(value):
            got = "empty cells" if isinstance(value, float) else repr(value)
            raise DataError(
                f"{name}: covariate `{column}` must be a number, as in the past, got {got} for "
                f"series {after.name!r}. Write numbers."
            )
        columns[:, k] = value
    return columns


def number(text: str) -> float | None:
    """A cell as a number, NaN where it is empty; `None` if it is something else."""
    text = text.strip()
    if text.lower() in MISSING:
        return float("nan")
    try:
        found = float(text)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _groups(ids: list[str]) -> dict[str, np.ndarray]:
    """Rows of each series, in order of appearance."""
    groups: dict[str, list[int]] = {}
    for row, name in enumerate(ids):
        groups.setdefault(name, []).append(row)
    return {name: np.array(rows) for name, rows in groups.items()}


def _agreed(
    columns: Columns, axis: TimeAxis, like: TimeAxis | None, groups: dict[str, np.ndarray]
) -> TimeAxis:
    """The axis of the rows, or the model's where too few rows show one."""
    if like is None:
        return axis if axis.step else TimeAxis("integer", 1, axis.origin)
    single = max(map(len, groups.values())) == 1
    same_kind = (axis.unit == "integer") == (like.unit == "integer")
    if single and same_kind:
        times = parse_times(columns.times, [""] * len(columns.times))
        origin = int(times.units(TimeAxis(like.unit)).min())
        day = like.day if times.has_day else 0
        return TimeAxis(like.unit, like.step, origin, day, times.clock or like.clock)
    if axis.unit == "integer" == like.unit and axis.step % like.step == 0:
        return TimeAxis("integer", like.step, axis.origin)
    if (axis.unit, axis.step) != (like.unit, like.step):
        raise DataError(
            f"{columns.name}: times must be {like.frequency}, as those that the model was trained "
            f"on, got {axis.frequency}. Resample the data, or train a model for it."
        )
    return axis


def _check_duplicates(columns: Columns, name: str, rows: np.ndarray, positions: np.ndarray) -> None:
    same = np.flatnonzero(np.diff(positions[rows]) == 0)
    if len(same):
        before, after = sorted(columns.lines[row] for row in rows[same[0] : same[0] + 2])
        time = columns.times[rows[same[0]]].strip()
        raise DataError(
            f"{columns.name}, {columns.line_name} {after}: a series must have one value a time, "
            f"got a second one for {name!r} at {time}, which {columns.line_name} {before} has too. "
            "Delete one of them, or add their values up."
        )


def _even(
    positions: np.ndarray,
    values: np.ndarray,
    *,
    first: np.integer[Any],
    last: np.integer[Any],
    end: np.integer[Any],
) -> np.ndarray:
    """A covariate at every position from `first` to `last`, straight lines in its gaps.

    Args:
        positions: Of the rows.
        values: Of the rows, NaN where empty.
        first: Position of the series' first value.
        last: Position of its last row.
        end: Position of its last value: from the covariate's own last value on it stays as it is
            up to there, and is NaN, not known, in the rows of the future.
    """
    real = np.isfinite(values)
    wanted = np.arange(first, last + 1)
    if not real.any():
        return np.where(wanted > end, np.nan, 0.0)
    found = np.interp(wanted, positions[real], values[real])
    return np.where((wanted > end) & (wanted > positions[real][-1]), np.nan, found)


def _check_even(
    columns: Columns, axis: TimeAxis, groups: dict[str, np.ndarray], positions: np.ndarray
) -> None:
    """Raise a DataError where most of what would be read would be filled."""
    total = sum(int(np.ptp(positions[rows])) + 1 for rows in groups.values())
    filled = total - len(positions)
    if filled > max(len(positions), 10):
        raise DataError(
            f"{columns.name}: times must be evenly spaced, but for gaps, got times that are "
            f"{axis.frequency} with {filled:,} of {total:,} missing. Resample the data to even "
            "steps."
        )


def _covariates(
    columns: Columns, groups: dict[str, np.ndarray]
) -> tuple[dict[str, list[float | str]], dict[str, np.ndarray]]:
    """Static columns as they are, the others as numbers."""
    static: dict[str, list[float | str]] = {}
    known: dict[str, np.ndarray] = {}
    for name, texts in columns.covariates.items():
        numbers = [number(TRUTH.get(text.strip().lower(), text)) for text in texts]
        constant = all(len({texts[row].strip() for row in rows}) == 1 for rows in groups.values())
        is_text = None in numbers
        if constant and (is_text or len(groups) > 1):
            static[name] = [text.strip() for text in texts] if is_text else list(numbers)  # type: ignore[arg-type]
        elif is_text:
            row = numbers.index(None)
            raise DataError(
                f"{columns.where(row)}: covariate `{name}` must be a number, or one text a series, "
                f"got {texts[row].strip()!r}. Write numbers, or drop the column."
            )
        else:
            known[name] = np.array(numbers, np.float64)
    return static, known


def _report(
    name: str,
    axis: TimeAxis,
    series: list[Series],
    filled: int,
    empty: list[str],
    known: list[str],
    static: list[str],
) -> tuple[str, ...]:
    total = sum(len(one.values) for one in series)
    first, last = min(one.start for one in series), max(one.end for one in series) - 1
    what = "1 series" if len(series) == 1 else f"{len(series):,} series"
    lines = [
        f"{name}: {what}, {total:,} values, {axis.frequency}, "
        f"{axis.label(first)} to {axis.label(last)}"
    ]
    if filled:
        lines.append(
            f"gaps: {filled:,} of {total:,} values were missing, filled with the value before"
        )
    if empty:
        lines.append(f"left out: {len(empty)} series without a value, {empty[0]!r} first")
    constant = [one.name for one in series if len(one.values) > 1 and np.ptp(one.values) == 0]
    if constant:
        lines.append(
            f"constant: {len(constant)} series, {constant[0]!r} first; a constant past is forecast "
            "to stay as it is"
        )
    if known:
        lines.append(f"covariates known for the future: {', '.join(known)}")
    if static:
        lines.append(f"static covariates: {', '.join(static)}")
    return tuple(lines)
