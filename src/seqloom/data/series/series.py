"""Series of one frequency, made of rows in any order by stated rules.

    unsorted rows        are sorted
    gaps, empty values   take the value before, so that no value is made of a later one
    empty values         before the first are dropped; after the last they mark known future rows
    the same row twice   counts once
    the same time twice  is an error that names both lines, or the clock change that it is
    times                have rules of their own, in `frequency.py`

A column beside name, time and value is a covariate. One that is constant within each series is
static (text is allowed); any other must be numbers, and known for the future: its gaps are filled
by straight lines. `read.py` reads them. Checked by `test_series.py`, `test_read_text.py` and
`test_read_python.py` in `tests/data/series`.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ...errors import DataError
from ..hashes import sha256
from .clock_changes import is_clock_change
from .columns import LARGEST, Columns, not_a_number, number
from .frequency import settle_axes
from .time_texts import parse_times
from .times import TimeAxis

TRUTH = {"true": "1", "false": "0"}  # covariates


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
        axis: Its times; of a set, all have one frequency, and each its own phase.
    """

    name: str
    start: int
    values: np.ndarray
    known: np.ndarray
    static: tuple[float | str, ...] = ()
    real: np.ndarray = None  # type: ignore[assignment]
    axis: TimeAxis = TimeAxis()

    def __post_init__(self) -> None:
        if self.real is None:
            object.__setattr__(self, "real", np.ones(len(self.values), bool))

    @property
    def end(self) -> int:
        """Position after its last value."""
        return self.start + len(self.values)

    def label(self, position: int) -> str:
        """The time at a position, as it is written in a file."""
        return self.axis.label(position)

    def until(self, end: int) -> "Series":
        """The series as it was before position `end`; covariates are kept, they are known."""
        n = max(0, end - self.start)
        return dataclasses.replace(self, values=self.values[:n], real=self.real[:n])

    def known_values(self) -> np.ndarray:
        """Its values, NaN where they were missing."""
        return np.where(self.real, self.values, np.nan)


@dataclass(frozen=True)
class SeriesSet:
    """Series of one frequency.

    Attributes:
        series: In order of first appearance.
        axis: Their frequency; each series has its own phase on its own `axis`.
        known_names: Names of the numeric covariates that change with time.
        static_names: Names of the static covariates.
        report: What was read, inferred and filled, a line each.
        notes: Those of its lines that say what is odd about the data.
    """

    series: tuple[Series, ...]
    axis: TimeAxis
    known_names: tuple[str, ...] = ()
    static_names: tuple[str, ...] = ()
    report: tuple[str, ...] = field(default=(), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of names, times, values and covariates."""
        return sha256(self._hashed())

    def _hashed(self) -> Iterator[str | bytes]:
        yield f"{self.axis} {self.known_names} {self.static_names}"
        for one in self.series:
            yield f"\0{one.name}\0{one.start}\0{one.static}\0{len(one.values)}"
            yield one.values.tobytes() + one.known.tobytes()
            if one.axis != self.axis:
                yield repr(vars(one.axis))
            if not one.real.all():
                yield one.real.tobytes()


def assemble(columns: Columns, like: TimeAxis | None = None) -> SeriesSet:
    """Sort, check, fill.

    Args:
        columns: The rows.
        like: The axis that a model was trained on: the frequency must be its own.
    Raises:
        DataError: A row breaks a rule, or no value is left.
    """
    groups = _groups(columns)
    times = parse_times(columns.times, columns.where, like)
    axis, axes = settle_axes(columns, times, groups, like)
    static, known = _covariates(columns, groups)
    found, clock, repeated, empty = [], "", 0, []
    for (name, rows), own in zip(groups.items(), axes, strict=True):
        positions = own.places(times.values[rows]).astype(np.int64)
        order = np.argsort(positions, kind="stable")
        rows, positions = rows[order], positions[order]
        kept = _once(columns, name, rows, positions, own)
        repeated += len(rows) - len(kept)
        rows, positions = rows[kept], positions[kept]
        clock = clock or _skipped_hour(name, positions, own)
        if not np.isfinite(columns.values[rows]).any():
            empty.append(name)
            continue
        one = _series(name, positions, columns.values[rows], [k[rows] for k in known.values()])
        _check_size(columns, one)
        fixed = tuple(static[k][rows[0]] for k in static)
        found.append(dataclasses.replace(one, axis=own, static=fixed))
    if not found:
        raise DataError(f"{columns.name}: there is no value in it. Fill the value column.")
    notes = [*columns.notes, times.note, clock]
    if repeated:
        notes.append(f"left out: {repeated:,} rows that are there twice, the same in every cell")
    if empty:
        notes.append(f"left out: {len(empty)} series without a value, {empty[0]!r} first")
    data = SeriesSet(tuple(found), axis, tuple(known), tuple(static))
    total = sum(len(one.values) for one in found)
    filled = sum(int((~one.real).sum()) for one in found)
    if filled:
        notes.append(
            f"gaps: {filled:,} of {total:,} values were missing, filled with the value before"
        )
    notes = [note for note in notes if note]
    report = _report(columns.name, data, notes)
    return dataclasses.replace(data, report=report, notes=tuple(notes))


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


def _groups(columns: Columns) -> dict[str, np.ndarray]:
    """Rows of each series, in order of appearance."""
    groups: dict[str, list[int]] = {}
    for row, name in enumerate(columns.ids):
        groups.setdefault(name, []).append(row)
    if "" in groups:
        raise DataError(
            f"{columns.where(groups[''][0])}: the series has no name. Fill that cell, or delete "
            "the row."
        )
    return {name: np.array(rows) for name, rows in groups.items()}


def _once(
    columns: Columns, name: str, rows: np.ndarray, positions: np.ndarray, axis: TimeAxis
) -> np.ndarray:
    """Places of the rows without those that repeat another one in every cell.

    Raises:
        DataError: Rows of one time differ.
    """
    same = np.flatnonzero(np.diff(positions) == 0)
    if not len(same):
        return np.arange(len(rows))
    before, after = sorted(columns.lines[row] for row in rows[same[0] : same[0] + 2])
    what = (
        f"{columns.name}, {columns.line_name} {after}: {columns.time(rows[same[0]])} is there "
        f"twice for {name!r}, in {columns.line_name} {before} too"
    )
    if len(np.unique(positions[same])) == len(same) and is_clock_change(axis, positions[same]):
        raise DataError(
            f"{what}: local clocks went back that night, and an hour came twice. Write times in "
            "UTC, or with their offset, 02:00+01:00."
        )
    cells = [columns.values, *(np.array(c, object) for c in columns.covariates.values())]
    pairs = [(cell[rows[same]], cell[rows[same + 1]]) for cell in cells]
    differ = np.array([[a != b and a == a for a, b in zip(*p, strict=True)] for p in pairs]).any(0)
    if differ.any():
        raise DataError(
            f"{what}, with another value. Keep one row a time: add them up, or name the column "
            "that tells the series apart with --series."
        )
    return np.flatnonzero(np.diff(positions, prepend=positions[0] - 1))


def _skipped_hour(name: str, positions: np.ndarray, axis: TimeAxis) -> str:
    """A line about an hour that is not there because clocks went forward, or nothing."""
    holes = np.flatnonzero(np.diff(positions) > 1)
    for hole in holes if len(holes) <= 10 else ():
        missing = np.arange(positions[hole] + 1, positions[hole + 1])
        if is_clock_change(axis, missing):
            return (
                f"clock change: {name!r} has no {axis.label(int(missing[0]))}, an hour that local "
                "clocks skip. Write times in UTC, or it counts as a gap"
            )
    return ""


def _check_size(columns: Columns, one: Series) -> None:
    largest = np.abs(one.values).max()
    if 0 < largest < 1 / LARGEST:
        raise DataError(
            f"{columns.name}: series {one.name!r} has no value larger than {largest:g}; those "
            f"below {1 / LARGEST:g} are not read. Give it in another unit."
        )


def _even(
    positions: np.ndarray,
    values: np.ndarray,
    *,
    first: np.int64,
    last: np.int64,
    end: np.int64,
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
            wrong = not_a_number(f"covariate `{name}` changes within a series and", texts[row])
            raise DataError(f"{columns.where(row)}: {wrong} Or drop the column.")
        else:
            known[name] = np.array(numbers, np.float64)
    return static, known


def _report(name: str, data: SeriesSet, notes: list[str]) -> tuple[str, ...]:
    series, total = data.series, sum(len(one.values) for one in data.series)
    first = min(series, key=lambda one: one.axis.origin + one.start * one.axis.step)
    last = max(series, key=lambda one: one.axis.origin + one.end * one.axis.step)
    what = "1 series" if len(series) == 1 else f"{len(series):,} series"
    lines = [
        f"{name}: {what}, {total:,} values, {data.axis.frequency}, "
        f"{first.label(first.start)} to {last.label(last.end - 1)}",
        *notes,
    ]
    constant = [one.name for one in series if len(one.values) > 1 and np.ptp(one.values) == 0]
    if constant:
        lines.append(
            f"constant: {len(constant)} series, {constant[0]!r} first; a constant past is forecast "
            "to stay as it is"
        )
    if data.known_names:
        lines.append(f"covariates known for the future: {', '.join(data.known_names)}")
    if data.static_names:
        lines.append(f"static covariates: {', '.join(data.static_names)}")
    return tuple(lines)
