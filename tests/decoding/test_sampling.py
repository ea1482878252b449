"""What a draw is made from, and texts that are continued."""

import itertools

import numpy as np
import pytest

from seqloom.data.vocabulary import BOS
from seqloom.decoding import Sampling, Search, continuation
from seqloom.decoding.continuation import NO_TEXT
from seqloom.decoding.sampling import narrowed, pick
from seqloom.errors import ConfigError

from .chain import Chain

P = np.array([[0.4, 0.3, 0.2, 0.1], [0.05, 0.05, 0.1, 0.8]])


def shares(**options):
    q = narrowed(np.log(P), **options)
    return q / q.sum(axis=1, keepdims=True)


def test_nothing_narrowed_is_the_distribution_itself():
    np.testing.assert_allclose(shares(), P)
    np.testing.assert_allclose(shares(top_p=1.0, top_k=4), P)


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [(0.3, [1, 1]), (0.69, [2, 1]), (0.71, [3, 1]), (0.85, [3, 2]), (0.96, [4, 4])],
)
def test_top_p_keeps_the_fewest_that_make_it_up(top_p, kept):
    got = shares(top_p=top_p)
    for row, p, count in zip(got, P, kept, strict=True):
        likeliest = np.argsort(-p, kind="stable")[:count]
        want = np.zeros(4)
        want[likeliest] = p[likeliest] / p[likeliest].sum()
        np.testing.assert_allclose(row, want)


def test_the_steps_follow_one_another():
    cold = P**2 / (P**2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares(temperature=0.5), cold)
    got = shares(temperature=0.5, top_k=3, top_p=0.6)  # 16 9 4 of 29: the first two are over 0.6
    np.testing.assert_allclose(got[0], [16 / 25, 9 / 25, 0, 0])
    np.testing.assert_allclose(shares(top_p=1e-12)[1], [0, 0, 0, 1])


def test_pick_at_the_borders():
    q = np.array([[0.0, 2.0, 0.0, 2.0]] * 4)
    assert pick(q, np.array([0.0, 0.49, 0.5, 1 - 1e-12])).tolist() == [1, 1, 3, 3]


def take(model, prompt, count, **options):
    number = options.pop("number", 0)
    return list(
        itertools.islice(continuation(model, prompt, Sampling(**options), number=number), count)
    )


def test_the_likeliest_symbols_by_hand():
    model = Chain()
    history = [0, BOS, 5, 6]
    for symbol in take(model, [5, 6], 30, temperature=0.0):
        row = model.log_p[history[-2], history[-1]].copy()
        row[list(NO_TEXT)] = -np.inf
        assert symbol == row.argmax()
        history.append(symbol)
    assert take(model, [5, 6], 30, top_k=1, temperature=50.0) == history[4:]


def test_draws_follow_the_probabilities():
    model = Chain(seed=1)
    text = take(model, [4], 40_000, temperature=0.7, seed=5)
    assert not set(text) & set(NO_TEXT)
    counts = np.zeros((9, 9, 9))
    for a, b, c in zip(text, text[1:], text[2:], strict=False):
        counts[a, b, c] += 1
    p = np.exp(model.log_p / 0.7)
    p[:, :, list(NO_TEXT)] = 0.0
    p /= p.sum(-1, keepdims=True)
    expected = p * counts.sum(-1, keepdims=True)
    seen = expected > 5
    chi_square = ((counts - expected)[seen] ** 2 / expected[seen]).sum()
    freedom = seen.sum()
    assert abs(chi_square - freedom) < 5 * (2 * freedom) ** 0.5


def test_seeds_and_numbers_draw_differently_and_repeat():
    model = Chain()
    texts = {
        tuple(take(model, [4], 20, seed=seed, number=number))
        for seed in range(3)
        for number in range(3)
    }
    assert len(texts) == 9
    assert tuple(take(model, [4], 20, seed=2, number=1)) in texts


def test_a_prompt_is_read_once_and_each_symbol_takes_one_step():
    model = Chain()
    take(model, (np.arange(600) % 5 + 4).tolist(), 10)
    assert model.read == [256, 256, 89, *[1] * 9]
    assert len(take(model, [], 3)) == 3  # no prompt: the model begins by itself


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"temperature": -0.1},
            "generate: `temperature` must be from 0 to 100, got -0.1. 0 takes the likeliest symbol "
            "each time.",
        ),
        ({"top_k": 0}, "generate: `top_k` must be at least 1, got 0."),
        ({"top_p": 0.0}, "generate: `top_p` must be above 0 and at most 1, got 0.0."),
        ({"top_p": 1.1}, "generate: `top_p` must be above 0 and at most 1, got 1.1."),
        ({"seed": -1}, "generate: `seed` must be at least 0, got -1."),
    ],
)
def test_settings_out_of_range(options, message):
    with pytest.raises(ConfigError) as error:
        Sampling(**options)
    assert str(error.value) == message


def test_a_search_takes_top_p_too():
    with pytest.raises(ConfigError, match=r"^decode: `top_p` needs a temperature"):
        Search(top_p=0.5)
    with pytest.raises(ConfigError, match=r"^decode: `top_p` must be above 0 and at most 1, got 2"):
        Search(temperature=1.0, top_p=2.0)
