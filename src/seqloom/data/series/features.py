"""What a network is told beside the values: season, calendar, covariates, all known in advance.

    season     sin, cos of 2 pi k t / m, k = 1, 2, 3     where the season m has more than 1 step
    calendar   sin, cos of the hour, the weekday, the week or month of the year; weekend or not
    known      the user's covariates, standardised by mean and deviation of the training data
    static     standardised numbers; texts one-hot, zeros for a text that training never saw

`Features.learn` sets it up on the training data, the model file keeps it, and the runtime makes the
same numbers from it. Checked by `tests/data/series/test_features.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

import numpy as np

from ...errors import DataError
from ...plain import JSON
from ...shapes import Float
from .series import Series, SeriesSet
from .times import DAY, AxisFields, TimeAxis

Setup = tuple[float, float] | tuple[str, ...]  # of a static covariate: of numbers, or of texts
Place = tuple[str, int]  # of a covariate: `known` or `static`, and its number among those
MOST_TEXTS = 100  # different texts of one static covariate
_HARMONICS = 3


class FeatureFields(TypedDict):
    """`Features` as a model file has them."""

    axis: AxisFields
    season: int
    calendar: bool
    known: list[tuple[str, float, float]]
    static: list[tuple[str, Sequence[float | str]]]


@dataclass(frozen=True)
class Features:
    """The set-up.

    Attributes:
        axis: Times of the training data.
        season: Steps of the season, 1 for none.
        calendar: Whether dates become features.
        known: Name, mean and deviation of each covariate that changes with time.
        static: Name and, for numbers, `[mean, deviation]`, for texts, the list of them.
    """

    axis: TimeAxis
    season: int
    calendar: bool
    known: tuple[tuple[str, float, float], ...] = ()
    static: tuple[tuple[str, Setup], ...] = ()

    @classmethod
    def learn(cls, data: SeriesSet, season: int, calendar: bool, covariates: bool) -> "Features":
        """Set up on the training data.

        Args:
            data: Training series.
            season: Steps of the season.
            calendar: Make features of dates.
            covariates: Use the further columns.
        """
        if not covariates:
            return cls(data.axis, season, calendar)
        known = np.concatenate([one.known[: len(one.values)] for one in data.series])
        stats = tuple((name, *_stats(known[:, k])) for k, name in enumerate(data.known_names))
        static = tuple(
            (name, _static_setup(name, [one.static[k] for one in data.series]))
            for k, name in enumerate(data.static_names)
        )
        return cls(data.axis, season, calendar, stats, static)

    @property
    def known_size(self) -> int:
        """C, features of one time step."""
        some = np.zeros(1, np.int64)
        made = (self._season(some, self.axis), self._calendar(some, self.axis))
        return sum(int(part.shape[1]) for part in made) + len(self.known)

    @property
    def static_size(self) -> int:
        """Features of a series."""
        return sum(1 if isinstance(how[0], float) else len(how) for _, how in self.static)

    def columns(self, data: SeriesSet, where: str) -> tuple[list[Place], list[Place]]:
        """Where other data than was trained on has the covariates that change, and the static ones.

        A column may have changed its kind: of one series alone, every number is constant.

        Raises:
            DataError: One is missing.
        """
        kinds: dict[str, Place] = {n: ("known", k) for k, n in enumerate(data.known_names)}
        kinds |= {n: ("static", k) for k, n in enumerate(data.static_names)}
        for name in [entry[0] for entry in self.known] + [entry[0] for entry in self.static]:
            if name not in kinds:
                raise DataError(
                    f"{where}: data must have the covariate `{name}`, as the training data "
                    f"had, got {', '.join(kinds) or 'none'}. Add that column."
                )
        return [kinds[entry[0]] for entry in self.known], [kinds[entry[0]] for entry in self.static]

    def of_times(
        self, one: Series, axis: TimeAxis, places: list[Place], length: int, where: str
    ) -> Float[np.ndarray, "T C"]:
        """Features of `length` positions of a series from its start on.

        Args:
            one: The series.
            axis: Its times.
            places: Of the covariates, from `columns`.
            length: Positions; those past the last value need covariates.
            where: What an error message starts with.
        Raises:
            DataError: Covariates end too early, or are empty where they are needed.
        """
        if len(one.known) < length and any(kind == "known" for kind, _ in places):
            last = one.start + len(one.known) - 1
            raise DataError(
                f"{where}: series {one.name!r} needs covariates up to "
                f"{axis.label(one.start + length - 1)} and has none after {axis.label(last)}. "
                "Add rows for the future with an empty value."
            )
        positions = one.start + np.arange(length)
        parts = [self._season(positions, axis), self._calendar(positions, axis)]
        for place, (name, mean, deviation) in zip(places, self.known, strict=True):
            column = _column(one, place, length, f"{where}: covariate `{name}`")
            empty = np.flatnonzero(~np.isfinite(column))
            if len(empty):
                raise DataError(
                    f"{where}: series {one.name!r} must have a value of covariate `{name}` at "
                    f"{axis.label(one.start + int(empty[0]))}, got an empty cell and none after "
                    "it. Fill it in."
                )
            parts.append((column[:, None] - mean) / deviation)
        return np.concatenate(parts, axis=1)

    def of_series(self, one: Series, places: list[Place]) -> Float[np.ndarray, " S"]:
        """Static features of a series."""
        found: list[float] = []
        for (kind, k), (_, how) in zip(places, self.static, strict=True):
            value = one.static[k] if kind == "static" else float(one.known[0, k])
            if isinstance(how[0], float):
                mean, deviation = float(how[0]), float(how[1])
                number = float(value) if _is_number(value) else math.nan
                found.append(0.0 if math.isnan(number) else (number - mean) / deviation)
            else:
                found += [1.0 if str(value) == text else 0.0 for text in how]
        return np.array(found)

    def to_json(self) -> dict[str, JSON]:
        """The set-up as plain values."""
        return {
            "axis": self.axis.to_json(),
            "season": self.season,
            "calendar": self.calendar,
            "known": [list(entry) for entry in self.known],
            "static": [[name, list(how)] for name, how in self.static],
        }

    @classmethod
    def from_json(cls, tree: FeatureFields) -> "Features":
        """The set-up that `to_json` wrote."""
        return cls(
            TimeAxis.from_json(tree["axis"]),
            tree["season"],
            tree["calendar"],
            tuple((name, mean, deviation) for name, mean, deviation in tree["known"]),
            tuple((name, cast(Setup, tuple(how))) for name, how in tree["static"]),
        )

    def _season(self, positions: np.ndarray, axis: TimeAxis) -> np.ndarray:
        # steps since the beginning of time, so that it does not matter where a file begins
        steps = positions + axis.origin // axis.step
        turns = [k / self.season for k in range(1, min(_HARMONICS, self.season // 2) + 1)]
        return _waves([steps % self.season * turn for turn in turns], len(positions))

    def _calendar(self, positions: np.ndarray, axis: TimeAxis) -> np.ndarray:
        if not self.calendar or axis.unit == "integer":
            return np.zeros((len(positions), 0))
        dates = axis.dates(positions)
        days = dates.astype("datetime64[D]")
        yearly = (days - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) / 365.25
        if axis.unit == "month":
            months = dates.astype("datetime64[M]").astype(np.int64) % 12
            return _waves([months / 12] if axis.step < 12 else [], len(positions))
        if axis.unit == "second" and axis.step >= 7 * DAY:
            return _waves([yearly], len(positions))
        weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        daily = axis.unit == "business" or axis.step >= DAY
        slow = yearly if daily else (dates - days).astype(int) / DAY
        weekend = (weekday >= 5).astype(float)[:, None]
        return np.concatenate([_waves([slow, weekday / 7], len(positions)), weekend], axis=1)


def _column(one: Series, place: Place, length: int, where: str) -> np.ndarray:
    """A covariate of a series at its first positions."""
    kind, k = place
    if kind == "known":
        return one.known[:length, k]
    if not _is_number(one.static[k]):
        raise DataError(f"{where} must be a number, as in training, got {one.static[k]!r}.")
    return np.full(length, float(one.static[k]))


def _waves(turns: Sequence[np.ndarray], length: int) -> np.ndarray:
    columns = [f(2 * np.pi * turn) for turn in turns for f in (np.sin, np.cos)]
    return np.stack(columns, axis=1) if columns else np.zeros((length, 0))


def _stats(values: np.ndarray) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    deviation = float(values.std())
    return float(values.mean()), deviation if deviation > 0 else 1.0


def _static_setup(name: str, values: list[float | str]) -> Setup:
    if all(isinstance(value, float) for value in values):
        numbers = np.array(values, np.float64)
        numbers = numbers[np.isfinite(numbers)]
        return _stats(numbers)
    texts = tuple(dict.fromkeys(str(value) for value in values))
    if len(texts) > MOST_TEXTS:
        raise DataError(
            f"train: static covariate `{name}` must have at most {MOST_TEXTS} different texts, got "
            f"{len(texts)}. Drop the column, or group its texts."
        )
    return texts


def _is_number(value: float | str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
