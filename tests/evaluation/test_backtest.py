"""Backtests: origins, scores and verdicts, with networks that are known to win or to lose."""

import dataclasses
import json
import re

import numpy as np
import pytest
from rich.console import Console

from seqloom.data.series.read import read_series
from seqloom.data.series.windows import Origins, walk_forward
from seqloom.decoding.quantiles import PROBABILITIES
from seqloom.decoding.restore import Forecasts
from seqloom.evaluation.backtest import NETWORK, backtest
from seqloom.evaluation.forecast_report import print_backtest
from seqloom.evaluation.forecast_scores import mase_unit

pytest.importorskip("statsforecast")
RNG = np.random.default_rng(0)
DATA = read_series({"a": np.cumsum(RNG.normal(size=30)) + 50, "b": RNG.normal(size=21) + 9})
LENGTHS = np.array([30, 21])
Q = len(PROBABILITIES)


def network(error=0.0, spread=1.0):
    """Forecasts that are off by so much."""

    def forecasts(origins):
        point = np.stack([DATA.series[i].values[t : t + 4] for i, t in origins]) + error
        quantiles = point[:, :, None] + np.linspace(-spread, spread, Q)
        return Forecasts(point, point - spread, point + spread, quantiles)

    return forecasts


def run(net, windows=2, **options):
    origins = walk_forward(LENGTHS, horizon=4, windows=windows)
    options = {"baselines": ["naive", "naive2", "drift"], **options}
    return backtest(DATA, origins, net, horizon=4, season=1, level=90, **options)


def test_rows_and_scores_by_hand():
    found = run(network(error=0.5))
    assert (found.forecasts, found.series, found.windows) == (4, 2, 2)
    units = [
        mase_unit(DATA.series[i].values[:t], 1) for i, t in ((0, 22), (1, 13), (0, 26), (1, 17))
    ]
    ours = found.methods[NETWORK]
    np.testing.assert_allclose(ours.row_mase, 0.5 / np.array(units))
    np.testing.assert_allclose(ours.errors, np.mean(0.5 / np.array(units)))
    assert ours.scores.coverage == 100
    assert ours.scores.mase == pytest.approx(np.mean(0.5 / np.array(units)))
    assert found.methods["naive2"].owa == 1
    naive = np.concatenate(
        [
            DATA.series[i].values[t : t + 4] - DATA.series[i].values[t - 1]
            for i, t in ((0, 22), (1, 13))
        ]
    )
    assert np.isfinite(naive).all()
    assert run(network(), baselines=["naive"]).methods[NETWORK].owa != 1


def test_what_filled_a_gap_is_not_held_against_a_forecast():
    """A forecast far off in the gap alone is without error, and covers all that came."""
    data = read_series([1.0, 3, 2, 4, 6, 5, None, 7])

    def net(origins):
        point = np.array([[6.0, 5, 99, 7]])
        return Forecasts(point, point, point, np.repeat(point[:, :, None], Q, axis=2))

    origins = [Origins(np.array([0]), np.array([4]))]
    found = backtest(data, origins, net, horizon=4, season=1, level=90, baselines=["naive2"])
    scores = found.methods[NETWORK].scores
    assert (scores.mase, scores.smape, scores.coverage) == (0, 0, 100)


def test_who_wins_is_said_either_way():
    found = run(network(error=0.01))
    best = found.best_baseline
    assert found.network_wins
    assert found.verdict() == (
        f"the network beats every baseline: MASE {found.methods[NETWORK].scores.mase:.3f} against "
        f"{found.methods[best].scores.mase:.3f} of {best}, the best."
    )
    found = run(network(error=99.0))
    assert not found.network_wins
    assert found.verdict() == (
        f"{best} beats the network: MASE {found.methods[best].scores.mase:.3f} against "
        f"{found.methods[NETWORK].scores.mase:.3f}; use it, or train longer, on more series, or "
        "with other settings."
    )


def test_a_tie_is_no_win():
    def naive(origins):
        last = np.array([DATA.series[i].values[t - 1] for i, t in origins])
        point = np.repeat(last[:, None], 4, axis=1)
        return Forecasts(point, point, point, np.repeat(point[:, :, None], Q, axis=2))

    found = run(naive, baselines=["naive"])
    assert found.network_wins is False
    value = f"{found.methods[NETWORK].scores.mase:.3f}"
    assert found.verdict() == (
        f"the network and naive, the best baseline, are level: MASE {value} against {value}; the "
        "difference is not significant (4 forecasts)."
    )


def test_a_difference_that_rows_do_not_agree_on_is_not_settled():
    def either(origins):
        done = network(error=0.3)(origins)
        off = np.where(np.arange(len(origins)) % 2 == 0, 3.0, 0.0)[:, None]
        return done._replace(point=done.point + off)

    found = run(either)
    assert "are level: MASE" in found.verdict()
    assert found.network_wins is False
    assert "level" not in run(network(error=0.01)).verdict()


def test_values_that_were_seen_give_no_verdict():
    found = dataclasses.replace(run(network(error=0.01)), seen=2)
    assert found.network_wins is None
    assert found.verdict() == (
        "none: 2 of 4 forecasts are of values that the network was trained or chosen on, which "
        "flatters it."
    )


def test_json_has_no_nan():
    found = run(network(error=0.5)).to_json()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text)["methods"]["naive2"]["crps"] is None
    assert len(found["methods"][NETWORK]["by_horizon"]) == 4


def test_the_report_fits_a_terminal(capsys):
    found = run(network(error=0.5), baselines=["naive", "seasonal naive", "naive2", "ets"])
    print_backtest(found, Console(width=80))
    out = capsys.readouterr().out
    assert out.startswith("4 forecasts of 4 steps: 2 series, 2 windows\n")
    assert "90 % covers" in out
    assert "MASE by step of the horizon" in out
    assert out.rstrip().splitlines()[-1].startswith("verdict: ")
    table = [line for line in out.splitlines() if not line.startswith("verdict")]
    assert max(map(len, table)) <= 80
    assert re.search(r"seasonal naive +\d", out)


@pytest.mark.parametrize(
    ("season", "theirs", "line"),
    [
        (24, 24, "sMAPE, MASE and OWA as the M4 competition counted them"),
        (7, 1, "the M4 scaled such data by season 1: its MASE and OWA are others"),
        (7, None, "MASE and OWA are the M4's if it scaled such data by that season"),
    ],
)
def test_the_report_says_whose_season_it_is(capsys, season, theirs, line):
    found = dataclasses.replace(run(network(error=0.5)), season=season, m4_season=theirs)
    print_backtest(found, Console(width=80))
    out = capsys.readouterr().out
    assert f"  MASE, CRPS and width in seasonal naive errors, season {season}\n  {line}\n" in out


def test_a_failed_baseline_is_counted(capsys):
    short = read_series({"a": [1.0, 2.0, 4.0, 3.0]})
    origins = [Origins(np.array([0]), np.array([2]))]

    def net(some):
        return Forecasts(*(np.zeros((1, 2)),) * 3, np.zeros((1, 2, Q)))

    found = backtest(short, origins, net, horizon=2, season=1, level=90, baselines=["naive", "ets"])
    print_backtest(found, Console(width=80))
    if found.methods["ets"].failures:
        assert "ets failed 1 times: naive stands in" in capsys.readouterr().out
