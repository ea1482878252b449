"""Series: what the network says of the window before the last horizon of each."""

import numpy as np

from ...data.series.scaling import scale, single
from ...data.series.windows import WindowSource, walk_forward
from ...evaluation.backtest import NETWORK
from ...evaluation.forecast_baselines import NAIVE2
from ...evaluation.tasks.forecast import ForecastEvaluation, read
from ...runtime.forecast import Forecaster
from ..asking import Asked, evenly
from ..costs import Questions


def questions(model: Forecaster, data: object) -> Questions:
    """The forecasts of some series.

    Raises:
        DataError: The data breaks a rule, or is too short.
    """
    parts = model.parts
    series = read(model, data, lambda note: None)
    lengths = np.array([len(one.values) for one in series.series])
    [origins] = walk_forward(lengths, horizon=parts.horizon, windows=1)
    source = WindowSource(
        series,
        parts.features,
        scaling=parts.scaling,
        horizon=parts.horizon,
        future=False,
        where="quantize",
    )
    inputs, _ = scale(source.cut(origins.rows(np.array(evenly(len(origins))))), parts.scaling)
    windows = single(inputs)

    def ask(model: Forecaster) -> np.ndarray:
        found: np.ndarray = model.runner(windows)
        return found.reshape(-1, found.shape[-1])

    return Questions(ask, "difference", "errors of the seasonal naive forecast")


def scores(found: ForecastEvaluation) -> dict[str, float]:
    """MASE and sMAPE."""
    network = found.scores.methods[NETWORK].scores
    return {"MASE": network.mase, "sMAPE (%)": network.smape}


ASKED = Asked(questions, scores, {"against": NAIVE2})
