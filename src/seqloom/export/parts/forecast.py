"""What a forecasting model's file holds beside its network: scaling, features, calibration.

`docs/format.md` has the keys. Checked by `tests/export/test_forecast_parts.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from ...config.forecast import LEVELS
from ...config.layout import either, flag, items, keys, one_of, real, row, table, text, whole
from ...data.series.features import FeatureFields, Features
from ...data.series.scaling import STATICS, Scaling
from ...plain import JSON
from ...shapes import Float
from . import Parts, part

MOST_SERIES = 10_000  # whose last time is kept; beyond them, the latest of all


_NUMBER, _SPREAD, _SEASON = real(-1e300, 1e300), real(1e-300, 1e300), whole(1, 100_000)
_AXIS = keys(
    {
        "unit": one_of("integer", "month", "business", "second"),
        "step": whole(1, 10**15),
        "origin": whole(-(10**15), 10**15),
        "day": whole(0, 31),
        "clock": flag,
    },
    {"second": whole(0, 86_399), "nth": whole(0, 5), "weekday": whole(0, 7)},
)
_FEATURES = keys(
    {
        "axis": _AXIS,
        "season": _SEASON,
        "calendar": flag,
        "known": items(row(text(), _NUMBER, _SPREAD), most=10_000),
        "static": items(
            row(text(), either(row(_NUMBER, _SPREAD), items(text(), least=1))), most=10_000
        ),
    }
)
_SCALING = keys(
    {"season": _SEASON, "window": whole(1, 100_000)},
    {"log": flag, "floor": one_of("none", "zero", "minimum")},
)
_CALIBRATION = keys({str(level): items(real(-1e6, 1e6), least=1, most=10_000) for level in LEVELS})


@dataclass(frozen=True, kw_only=True)
class ForecastParts(Parts):
    """Everything that turns a user's series into what the network reads, and back.

    Attributes:
        horizon: Steps that are forecast.
        scaling: Season, window and rules of scaling.
        features: The inputs of the network besides the values.
        calibration: Widening of the intervals for each of `LEVELS` and each step, in the network's
            unit.
        seen: Last time of each series that training or validation saw, as text; under `""` the
            latest of all if there are more than `MOST_SERIES`.
    """

    horizon: int
    scaling: Scaling
    features: Features
    calibration: Float[np.ndarray, "L T"]
    seen: dict[str, str]

    @property
    def past_size(self) -> int:
        """P, features of a step of the past."""
        return 2 + self.features.known_size

    @property
    def future_size(self) -> int:
        """F, features of a step of the future."""
        return self.scaling.lags + self.features.known_size

    @property
    def static_size(self) -> int:
        """S, features of a window."""
        return STATICS + self.features.static_size

    @property
    def sizes(self) -> dict[str, int]:
        """By the letters of `networks/`."""
        return {
            "W": self.scaling.window,
            "T": self.horizon,
            "P": self.past_size,
            "F": self.future_size,
            "S": self.static_size,
        }

    @property
    def reading(self) -> dict[str, JSON]:
        """Settings of `[data]` that the model cannot do without."""
        return {
            "horizon": self.horizon,
            "window": self.scaling.window,
            "season": self.scaling.season,
            "transform": "log" if self.scaling.log else "none",
            "floor": self.scaling.floor,
            "calendar": self.features.calendar,
        }

    def to_json(self) -> dict[str, JSON]:
        """The parts as plain values."""
        return {
            "horizon": self.horizon,
            "scaling": self.scaling._asdict(),
            "features": self.features.to_json(),
            "calibration": {
                str(level): [round(float(c), 6) for c in row]
                for level, row in zip(LEVELS, self.calibration, strict=True)
            },
            "seen": self.seen,
        }

    @classmethod
    def from_json(cls, header: Mapping[str, object]) -> "ForecastParts":
        """The parts that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: A key is absent or holds something else.
        """
        horizon = part(header, "horizon", whole(1, 10_000))
        scaling = Scaling(**part(header, "scaling", _SCALING))
        levels = part(header, "calibration", _CALIBRATION)
        calibration = np.array([levels[str(level)] for level in LEVELS], np.float64)
        if calibration.shape != (len(LEVELS), horizon):
            raise ValueError("calibration with a number for each level and step")
        return cls(
            horizon=horizon,
            scaling=scaling,
            features=Features.from_json(cast(FeatureFields, part(header, "features", _FEATURES))),
            calibration=calibration,
            seen=part(header, "seen", table(text())),
        )
