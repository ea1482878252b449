"""What a forecasting model's file holds: read back the same, refused where it is wrong."""

import numpy as np
import pytest

from seqloom.data.series.features import Features
from seqloom.data.series.scaling import Scaling
from seqloom.data.series.times import TimeAxis
from seqloom.errors import FormatError
from seqloom.export.model_file import read_model, write_model
from seqloom.export.parts.forecast import ForecastParts

from .forecasts import CONFIGS, SEASON, parts, random_forecaster

FULL = Features(
    TimeAxis("month", 3, -8, 31),
    4,
    True,
    (("promo", 0.25, 2.0),),
    (("size", (1.0, 2.0)), ("region", ("north", "süd"))),
)


def test_read_back_the_same(tmp_path):
    own = parts(FULL, scaling=Scaling(4, 11, True, "minimum"), seen={"a": "2024-03", "": "x"})
    file, _ = random_forecaster(CONFIGS["fully-connected"], own)
    write_model(tmp_path / "model", file)
    found = read_model(tmp_path / "model")
    assert found.task == "forecast"
    assert (found.model, found.decoding) == (file.model, file.decoding)
    for name in ("horizon", "scaling", "features", "seen"):
        assert getattr(found.parts, name) == getattr(own, name), name
    np.testing.assert_allclose(found.parts.calibration, own.calibration)
    assert (own.past_size, own.future_size, own.static_size) == (
        2 + FULL.known_size,
        2 + FULL.known_size,
        2 + 3,
    )


INF = float("inf")
JSON = Features(TimeAxis(), SEASON, True).to_json()
AXIS = JSON["axis"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"horizon": 0}, "`horizon` must be a whole number from 1 to 10000, got 0."),
        ({"horizon": True}, "`horizon` must be a whole number from 1 to 10000, got True."),
        ({"horizon": 4}, "calibration with a number for each level and step"),
        ({"scaling": {"season": 0, "window": 3}}, "`scaling.season` must be a whole number from 1"),
        ({"scaling": {"season": 1, "window": 3, "log": "false"}}, "`scaling.log` must be true or"),
        ({"features": {**JSON, "axis": {**AXIS, "step": -1}}}, "`features.axis.step` must be a"),
        ({"features": {**JSON, "axis": {**AXIS, "origin": INF}}}, "`features.axis.origin` must be"),
        (
            {"features": {**JSON, "static": [["a", []]]}},
            "`features.static.0.1` must be a list of 1",
        ),
        ({"features": {**JSON, "known": [["a", 0.0, 0]]}}, "`features.known.0.2` must be a number"),
        ({"seen": {"y": 3}}, "`seen.y` must be a text, got 3."),
        ({"scaling": {"seasons": 1}}, "`scaling` must have `season`, got ['seasons']."),
        ({"calibration": {"50": [0] * 5}}, "`calibration` must have `80`, got ['50']."),
        ({"features": {}}, "`features` must have `axis`, got []."),
    ],
)
def test_what_is_wrong_is_refused(tmp_path, change, says, monkeypatch):
    file, _ = random_forecaster(CONFIGS["fully-connected"])
    tree = {**file.parts.to_json(), **change}
    monkeypatch.setattr(ForecastParts, "to_json", lambda self: tree)
    write_model(tmp_path / "model", file)
    with pytest.raises(FormatError, match=r"^model file: `.*") as found:
        read_model(tmp_path / "model")
    assert says in str(found.value)
