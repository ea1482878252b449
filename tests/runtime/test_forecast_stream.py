"""Streams: the same as reading the whole past at once, at a cost that does not grow."""

import re

import numpy as np
import pytest
import torch

from seqloom.config.forecast import MEDIAN
from seqloom.data.series.features import Features
from seqloom.data.series.scaling import Scaling, Window, features, measure
from seqloom.data.series.series import Series
from seqloom.data.series.times import TimeAxis
from seqloom.decoding.quantiles import quantiles
from seqloom.errors import ConfigError, DataError
from seqloom.runtime import model_of

from ..export.forecasts import CONFIGS, HORIZON, SEASON, WINDOW, parts, random_forecaster

RECURRENT = [name for name, config in CONFIGS.items() if config.architecture == "recurrent"]
PAST = np.random.default_rng(1).normal(size=60) * 3 + 10


def one_window(own, start, values):
    """All of `values` as one window, longer than the model's."""
    series = Series("y", start, values, np.zeros((0, 0)))
    axis = TimeAxis(origin=1)  # of a list
    known = own.features.of_times(series, axis, [], len(values) + HORIZON, "")
    n = len(values)
    return Window(values[None], np.array([n]), known[None, :n], known[None, n:], np.zeros((1, 0)))


@pytest.mark.parametrize("name", RECURRENT)
def test_a_push_is_the_whole_past_read_at_once(name):
    """By the torch network, with the scale of the window where the stream began."""
    file, network = random_forecaster(CONFIGS[name])
    model = model_of(file)
    own, begun = model.parts, 30
    stream = model.stream(PAST[:begun])
    anchor = measure(one_window(own, begun - WINDOW, PAST[begun - WINDOW : begun]), own.scaling)
    for end in range(begun + 1, begun + WINDOW):
        table = stream.push(PAST[end - 1])
        whole = one_window(own, begun - WINDOW, PAST[begun - WINDOW : end])
        last = measure(one_window(own, end - WINDOW, PAST[end - WINDOW : end]), own.scaling)
        by = anchor._replace(base=last.base, floor=last.floor)
        inputs = features(whole, by, own.scaling)
        with torch.no_grad():
            tensors = [torch.from_numpy(array) for array in inputs]
            said = network.double()(*tensors).numpy()
        want = by.base[0] + by.unit[0] * quantiles(said, file.model.output)[0, :, MEDIAN]
        np.testing.assert_allclose(table.point, want, atol=2e-4)
        assert table.time[0] == str(end + 1)


@pytest.mark.parametrize("name", ["lstm, direct, attention", "fully-connected", "transformer"])
def test_a_stream_begins_with_predict_and_comes_back_to_it(name):
    model = model_of(random_forecaster(CONFIGS[name])[0])
    stream = model.stream(PAST[:20])
    np.testing.assert_allclose(stream.forecast().point, model.predict(PAST[:20]).point, atol=1e-5)
    for end in range(21, 20 + 2 * WINDOW + 1):
        found = stream.push(PAST[end - 1])
        fresh = name not in RECURRENT or (end - 20) % (WINDOW + 1) == 0
        want = model.predict(PAST[:end])
        if fresh:  # it has just read its window anew
            np.testing.assert_allclose(found.point, want.point, atol=1e-5)
            np.testing.assert_allclose(found.lower, want.lower, atol=1e-5)


@pytest.mark.parametrize("decode", ["direct", "autoregressive"])
def test_a_push_costs_the_same_however_long_the_past(decode, monkeypatch):
    """Cell steps, counted; and what is kept between pushes."""
    model = model_of(random_forecaster(CONFIGS[f"lstm, {decode}, attention"])[0], "numpy")
    from seqloom.reference import lstm

    count, step = [0], lstm.step

    def counted(*arguments):
        count[0] += 1
        return step(*arguments)

    monkeypatch.setattr(lstm, "step", counted)
    decoder = HORIZON if decode == "autoregressive" else 0
    for length in (WINDOW, 40, 4000):
        stream = model.stream(np.resize(PAST, length))
        assert stream.steps == WINDOW
        costs = []
        for value in np.resize(PAST, 3 * WINDOW):
            count[0] = 0
            stream.push(value)
            costs.append(count[0])
            assert len(stream.values) == WINDOW
            assert WINDOW <= len(stream.states) <= 2 * WINDOW
        again = [i for i, cost in enumerate(costs) if cost != 1 + decoder]
        assert again == [WINDOW, 2 * WINDOW + 1]
        assert {costs[i] for i in again} == {WINDOW + decoder}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("length", [1, 3, WINDOW - 1, WINDOW])
def test_a_short_past_is_forecast_as_predict_does(name, length):
    model = model_of(random_forecaster(CONFIGS[name])[0])
    found, want = model.stream(PAST[:length]).forecast(), model.predict(PAST[:length])
    for column in ("point", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, column), getattr(want, column), atol=1e-5)
    assert found.time == want.time


@pytest.mark.parametrize("name", ["fully-connected", "transformer", "gru, direct, attention"])
def test_short_pasts_grow_into_the_window(name):
    model = model_of(random_forecaster(CONFIGS[name])[0])
    stream = model.stream(PAST[:1])
    for end in range(2, WINDOW + 3):
        found = stream.push(PAST[end - 1])
        assert np.isfinite(found.point).all()
        if name not in RECURRENT:  # whose scale is that of the beginning
            want = model.predict(PAST[:end])
            np.testing.assert_allclose(found.point, want.point, atol=1e-5)


def test_what_a_stream_refuses():
    model = model_of(random_forecaster(CONFIGS["lstm, direct, attention"])[0])
    message = "stream: `history` must be one series, got 2. Make a stream for each."
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        model.stream({"a": [1.0], "b": [2.0]})
    stream = model.stream(PAST)
    message = "stream: a value must be a number, got nan. Leave it out."
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        stream.push(float("nan"))
    log = parts(scaling=Scaling(SEASON, WINDOW, log=True))
    stream = model_of(random_forecaster(CONFIGS["lstm, direct, attention"], log)[0]).stream(PAST**2)
    message = (
        "stream: a value must be positive for data.transform = log, got -1. "
        "Train with data.transform=none."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        stream.push(-1)
    known = parts(Features(TimeAxis(), SEASON, True, (("promo", 0.0, 1.0),)))
    message = (
        "stream: a model with covariates cannot stream. "
        "Train it with data.covariates=false, or call predict for each new value."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        model_of(random_forecaster(CONFIGS["lstm, direct, attention"], known)[0]).stream(PAST)
