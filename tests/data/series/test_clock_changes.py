"""Clock changes: what pandas makes of UTC in places of either half of the earth."""

import pandas as pd
import pytest

from seqloom.data.series.read import read_series
from seqloom.errors import DataError

PLACES = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Europe/London"]


def local(start, zone, code="h"):
    utc = pd.date_range(start, periods=24 * 14, freq=code, tz="UTC")
    return utc.tz_convert(zone)


def frame(times, **more):
    return pd.DataFrame({"ds": times, "y": range(len(times)), **more})


@pytest.mark.parametrize("zone", PLACES)
def test_an_hour_that_comes_twice(zone):
    autumn = "2024-03-31" if "Sydney" in zone else "2024-10-22"
    times = local(autumn, zone)
    message = r"local clocks went back that night, and an hour came twice\. Write times in UTC"
    with pytest.raises(DataError, match=message) as caught:
        read_series(frame(times.tz_localize(None)))
    assert "elete" not in str(caught.value)
    with_offsets = read_series(frame(times))
    assert with_offsets.series[0].label(0) == str(times[0].tz_convert(None))
    assert with_offsets.series[0].real.all()


def test_half_an_hour_at_a_time():
    times = local("2024-10-26", "Europe/Berlin", "30min")
    with pytest.raises(DataError, match="local clocks went back"):
        read_series(frame(times.tz_localize(None)))


@pytest.mark.parametrize("zone", PLACES)
def test_an_hour_that_is_skipped(zone):
    spring = "2024-10-01" if "Sydney" in zone else "2024-03-05"
    if "Europe" in zone:
        spring = "2024-03-25"
    found = read_series(frame(local(spring, zone).tz_localize(None)))
    hour = "01" if "London" in zone else "02"
    line = next(line for line in found.report if line.startswith("clock change"))
    assert f" {hour}:00:00, an hour that local clocks skip. Write times in UTC, or it" in line
    assert (~found.series[0].real).sum() == 1


def test_other_repetitions_are_no_clock_change():
    times = list(pd.date_range("2024-10-27", periods=48, freq="h"))
    for place in (10, 25):
        again = sorted([*times, times[place]])
        with pytest.raises(DataError, match="with another value"):
            read_series(frame(again))
