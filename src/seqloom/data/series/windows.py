"""Windows of series: what a forecast reads and what it is held against, without leakage.

    |<------------------------- a series, n values ------------------------->|
    |  training: windows end before `stop`           | held out: v horizons  |
         [ window: up to W values ][ target: up to H ]

An origin is the number of values that a forecast may see; the target begins there. No training
target reaches past `stop`, and a held-out origin is never before it; so that no value is both
trained on and validated with. Checked by `tests/data/series/test_windows.py`: values that are their
own positions show what is read.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import DataError
from ...shapes import Float, Int
from .features import Features
from .scaling import Scaling, Window
from .series import Series, SeriesSet

LEAST = 2  # values before an origin, at least
AT_ONCE = 4096  # targets that are looked at together


@dataclass(frozen=True)
class Origins:
    """Forecasts to make.

    Attributes:
        which: Number of each one's series.
        origin: Values of that series that it may see.
    """

    which: Int[np.ndarray, " B"]
    origin: Int[np.ndarray, " B"]

    def __len__(self) -> int:
        return int(self.which.shape[0])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Series and origin of each forecast."""
        return iter(zip(self.which.tolist(), self.origin.tolist(), strict=True))

    def rows(self, rows: Int[np.ndarray, " R"]) -> "Origins":
        """Some of them."""
        return Origins(self.which[rows], self.origin[rows])


class WindowSource:
    """Series laid end to end, from which windows are cut."""

    def __init__(
        self,
        data: SeriesSet,
        features: Features,
        *,
        scaling: Scaling,
        horizon: int,
        future: bool = False,
        where: str = "train",
    ) -> None:
        """
        Args:
            data: The series.
            features: What a network is told beside the values.
            scaling: W, and whether windows are of logarithms.
            horizon: H, steps of a forecast.
            future: Origins may be at the end of the series: covariates must reach beyond it.
            where: What an error message starts with.
        Raises:
            DataError: A value has no logarithm and needs one, or covariates are missing.
        """
        self.window, self.horizon = scaling.window, horizon
        self.lengths = np.array([len(one.values) for one in data.series])
        extra = horizon if future else 0
        places, static_places = features.columns(data, where)
        values = [one.values for one in data.series]
        if scaling.log:
            values = [_logarithms(one, where) for one in data.series]
        self._values = np.concatenate([*values, np.zeros(1)])
        self._real = np.concatenate([*(one.real for one in data.series), np.zeros(1, bool)])
        self._value_starts = np.cumsum(self.lengths) - self.lengths
        known = [
            features.of_times(one, one.axis, places, len(one.values) + extra, where)
            for one in data.series
        ]
        self._known = np.concatenate([*known, np.zeros((1, features.known_size))])
        self._known_lengths = self.lengths + extra
        self._known_starts = np.cumsum(self._known_lengths) - self._known_lengths
        self._static = np.stack([features.of_series(one, static_places) for one in data.series])

    def cut(self, origins: Origins) -> Window:
        """The windows before some origins."""
        which, origin = origins.which, origins.origin
        lengths = np.minimum(origin, self.window)
        steps = (origin - lengths)[:, None] + np.arange(self.window)
        ahead = origin[:, None] + np.arange(self.horizon)
        last = (self._known_lengths[which] - 1)[:, None]
        real = np.arange(self.window) < lengths[:, None]
        values = self._values.take(self._value_starts[which][:, None] + steps, mode="clip")
        starts = self._known_starts[which][:, None]
        return Window(
            values=np.where(real, values, 0.0),
            lengths=lengths,
            past=self._known.take(starts + steps, axis=0, mode="clip"),
            future=self._known[starts + np.minimum(ahead, last)],
            static=self._static[which],
        )

    def targets(self, origins: Origins) -> Float[np.ndarray, "B T"]:
        """What came after the origins; logarithms if so set.

        NaN past the end of a series, and where a value was missing: what filled it never came.
        """
        which, origin = origins.which, origins.origin
        steps = origin[:, None] + np.arange(self.horizon)
        places = self._value_starts[which][:, None] + steps
        known = (steps < self.lengths[which][:, None]) & self._real.take(places, mode="clip")
        return np.where(known, self._values.take(places, mode="clip"), np.nan)

    def with_targets(self, origins: Origins) -> Origins:
        """Those with a target of which at least one value is known."""
        known = np.zeros(len(origins), bool)
        for first in range(0, len(origins), AT_ONCE):  # bounds the memory
            some = np.arange(first, min(len(origins), first + AT_ONCE))
            known[some] = np.isfinite(self.targets(origins.rows(some))).any(axis=1)
        return origins.rows(np.flatnonzero(known))


def training_origins(
    stops: Int[np.ndarray, " N"], *, window: int, horizon: int, season: int
) -> Origins:
    """Every origin to train on.

    They begin where a whole window fits, or, in a series where that would lose more than half of
    them, halfway, but after a season if there is one to spare. A series too short for a whole
    target has targets cut short.

    Args:
        stops: Values of each series that training may see.
        window: W.
        horizon: H.
        season: m.
    """
    which, origin = [], []
    for number, stop in enumerate(stops):
        last = stop - horizon if stop - horizon >= LEAST else stop - 1
        if last < LEAST:
            continue
        first = max(LEAST, min(window, last // 2), min(season + 1, last))
        which.append(np.full(last - first + 1, number))
        origin.append(np.arange(first, last + 1))
    if not which:
        return Origins(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Origins(np.concatenate(which), np.concatenate(origin).astype(np.int64))


def held_out_horizons(lengths: Int[np.ndarray, " N"], horizon: int) -> int:
    """v: horizons at the end of each series that are kept from training.

    One where there are 20 series or more; else enough to have 20, if that is no more than a fifth
    of the median series.
    """
    wanted = math.ceil(20 / len(lengths))
    return max(1, min(wanted, int(np.median(lengths)) // (5 * horizon)))


def held_out_origins(
    stops: Int[np.ndarray, " N"], lengths: Int[np.ndarray, " N"], *, horizon: int, most: int = 3000
) -> Origins:
    """Origins of whole targets in what was held out, every step or as many as `most` allows."""
    room = np.where(stops >= LEAST, np.maximum(lengths - horizon - stops + 1, 0), 0)
    stride = max(1, math.ceil(int(room.sum()) / most)) if len(stops) else 1
    which, origin = [], []
    for number, (stop, count) in enumerate(zip(stops, room, strict=True)):
        # from the end, so that the last target is always among them
        back = np.arange(0, count, min(stride, horizon))
        which.append(np.full(len(back), number))
        origin.append(stop + count - 1 - back[::-1])
    return Origins(np.concatenate(which).astype(np.int64), np.concatenate(origin).astype(np.int64))


def walk_forward(lengths: Int[np.ndarray, " N"], *, horizon: int, windows: int) -> list[Origins]:
    """Origins of a backtest: the last `windows` targets, end to end, the oldest first.

    Args:
        lengths: Values of each series.
        horizon: H.
        windows: Targets of each series; a series too short for some of them is left out there,
            and a window for which all are too short is left out.
    """
    found = []
    for back in range(windows, 0, -1):
        origin = lengths - back * horizon
        which = np.flatnonzero(origin >= LEAST)
        if len(which):
            found.append(Origins(which, origin[which]))
    return found


def check_targets(origins: Sequence[Origins], data: SeriesSet, horizon: int) -> None:
    """Raise a DataError if a backtest has nothing to measure."""
    if not origins:
        longest = max(len(one.values) for one in data.series)
        raise DataError(
            f"evaluate: a series must have at least {horizon + LEAST} values for a horizon of "
            f"{horizon}, got {longest} at most. Give longer series."
        )


def _logarithms(one: Series, where: str) -> np.ndarray:
    lowest = int(one.values.argmin())
    if one.values[lowest] <= 0:
        raise DataError(
            f"{where}: series {one.name!r} must be positive for data.transform = log, got "
            f"{one.values[lowest]:g} at {one.label(one.start + lowest)}. "
            "Set data.transform=none."
        )
    found: np.ndarray = np.log(one.values)
    return found
