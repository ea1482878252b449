"""Pictures of forecasts: drawn as asked, bad paths refused; people look at the rest."""

import numpy as np
import pytest

from seqloom.data.series.read import read_series
from seqloom.errors import RunError
from seqloom.evaluation.backtest import Backtest, Method
from seqloom.evaluation.forecast_scores import ForecastScores
from seqloom.inspection.figures.forecasts import MOST_SERIES, draw_errors, draw_forecast

from .forecasts import table


@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_history_forecast_and_band(tmp_path, count, ending):
    data = read_series({f"s{i}": np.random.default_rng(i).normal(size=20) for i in range(count)})
    path = tmp_path / f"x.{ending}"
    drawn = draw_forecast(data, table([one.name for one in data.series]), path)
    assert drawn == min(count, MOST_SERIES)
    assert path.stat().st_size > 1000
    if ending == "svg":  # one filled band a series
        assert path.read_text().count("FillBetweenPolyCollection") == drawn


def test_errors_by_horizon(tmp_path):
    scores = ForecastScores(1.0, 1.0, 1.0, 90.0, 2.0)
    method = Method(scores, 1.0, np.array([1.0, 2.0, np.nan]), np.ones(4))
    found = Backtest({"network": method, "naive": method, "ets": method}, 4, 1, 4, 3, 1, 90)
    path = tmp_path / "x.png"
    draw_errors(found, path)
    assert path.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(RunError, match=r"cannot be written: No such file"):
        draw_errors(found, tmp_path / "no" / "x.png")
