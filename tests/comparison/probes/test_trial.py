"""One run of a probe: repeatable to the bit, stopped in time, its score checked anew."""

import json

import numpy as np
import pytest
import torch

from seqloom.comparison.probes import PROBES, Training
from seqloom.comparison.probes.contract import batch
from seqloom.comparison.probes.trial import SOLVED, Trial, _Attempt, run_trial

QUICK = Training(steps=30, hidden_size=8, batch_size=8, check_every=10, learning_rates=(0.01,))


def without_time(run):
    for found in [run, *run["curve"]]:
        del found["seconds"]
    return run


@pytest.mark.parametrize("name", PROBES)
def test_the_same_seed_gives_the_same_bits(name):
    first, again = (
        without_time(run_trial(PROBES[name], Trial("gru", 12, 1), QUICK)) for _ in range(2)
    )
    other = without_time(run_trial(PROBES[name], Trial("gru", 12, 2), QUICK))
    assert first == again
    assert first["curve"] != other["curve"]
    assert [found["step"] for found in first["curve"]] == [10, 20, 30]


def test_torchs_own_random_numbers_are_left_alone():
    torch.manual_seed(6)
    expected = torch.rand(3)
    torch.manual_seed(6)
    run_trial(PROBES["recall"], Trial("rnn", 3, 1), QUICK)
    assert torch.equal(torch.rand(3), expected)


def test_stops_when_it_is_solved():
    training = Training(steps=2000, hidden_size=32, check_every=50, learning_rates=(0.01, 0.001))
    run = run_trial(PROBES["recall"], Trial("gru", 2, 1), training)
    assert run["solved"]
    assert run["score"] >= SOLVED
    assert run["learning_rate"] == 0.01
    assert run["steps"] == run["curve"][-1]["step"] < 2000
    good = [found["value"] >= 95.0 for found in run["curve"]]
    assert good[-2:] == [True, True]
    assert [True, True] not in [good[i : i + 2] for i in range(len(good) - 2)]


def test_the_best_of_the_learning_rates_counts():
    both = Training(**{**vars(QUICK), "steps": 60, "learning_rates": (1e-7, 0.01)})
    run = run_trial(PROBES["recall"], Trial("lstm", 2, 1), both)
    alone = Training(**{**vars(both), "learning_rates": (0.01,)})
    better = run_trial(PROBES["recall"], Trial("lstm", 2, 1), alone)
    assert run["learning_rate"] == 0.01
    assert not run["solved"]
    assert run["score"] == better["score"]
    assert run["curve"][-1]["loss"] == better["curve"][-1]["loss"]


def test_score_is_the_share_of_right_answers_on_new_examples():
    attempt = _Attempt(PROBES["copy"], Trial("lstm", 11, 4), QUICK, 0.01)
    attempt.go()
    found = batch(PROBES["copy"], 11, 1000, seed=4, stream="test", step=attempt.step)
    said = attempt.network(torch.from_numpy(found.inputs), torch.from_numpy(found.lengths))
    right = [
        int(np.argmax(said[b, n].tolist())) == found.targets[b, n]
        for b in range(1000)
        for n in range(10)
    ]
    assert attempt.score == pytest.approx(100 * sum(right) / 10000, abs=1e-3)


def test_a_run_that_leaves_the_real_numbers_ends():
    many = {"steps": 400, "check_every": 1, "learning_rates": (1e30,)}
    training = Training(**{**vars(QUICK), **many})
    run = run_trial(PROBES["adding"], Trial("rnn", 4, 1), training)
    json.dumps(run, allow_nan=False)
    assert run["steps"] < 400
    assert not run["solved"]
    assert run["memory"] is None


@pytest.mark.slow
def test_an_lstm_recalls_over_20_steps_and_an_rnn_does_not():
    training = Training(steps=1500)
    lstm, rnn = (
        run_trial(PROBES["recall"], Trial(kind, 20, 1), training) for kind in ("lstm", "rnn")
    )
    assert lstm["solved"]
    assert not rnn["solved"]
    assert rnn["memory"]["start"] < 10 < lstm["memory"]["start"]
