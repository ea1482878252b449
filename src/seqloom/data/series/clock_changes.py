"""Local times over a clock change: an hour that comes twice in autumn, that is skipped in spring.

Clocks change on a Sunday before four in the morning, in spring and autumn of either half of the
earth; a place that does it otherwise is not recognised. Checked by
`tests/data/series/test_clock_changes.py` on what pandas makes of UTC.
"""

import numpy as np

from .times import DAY, TimeAxis, times_of_day, weekdays

_MONTHS = (3, 4, 9, 10, 11)
_HOUR = 3600


def is_clock_change(axis: TimeAxis, positions: np.ndarray) -> bool:
    """Whether some times may be hours that a clock change repeats or skips.

    Args:
        axis: The axis of the series.
        positions: On it, without repetition, in order.
    """
    if axis.unit != "second" or axis.step > _HOUR or _HOUR % axis.step:
        return False
    dates = axis.dates(positions)
    each = _HOUR // axis.step
    if len(dates) % each:
        return False
    hours = dates.reshape(-1, each)
    whole = (np.diff(positions.reshape(-1, each), axis=1) == 1).all()
    sundays = weekdays(hours.astype("datetime64[D]")) == 6
    night = times_of_day(hours) < 4 * _HOUR
    months = np.isin(hours.astype("datetime64[M]").astype(np.int64) % 12 + 1, _MONTHS)
    once = len(np.unique(dates.astype(np.int64) // DAY)) == len(hours)
    return bool(whole and once and (sundays & night & months).all())
