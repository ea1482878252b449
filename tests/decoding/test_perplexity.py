"""Costs of a text: added up by hand, whole or in pieces, in characters or subwords."""

import math

import numpy as np
import pytest

from seqloom.data.vocabulary import BOS, Vocabulary
from seqloom.decoding.perplexity import costs, score_text, summed
from seqloom.errors import DataError

from .chain import Chain

IDS = np.random.default_rng(2).integers(9, size=201)


def by_hand(model, ids):
    history = [0, BOS]
    found = []
    for symbol in ids:
        found.append(-model.log_p[history[-2], history[-1], symbol])
        history.append(symbol)
    return np.array(found)


@pytest.mark.parametrize("chunk", [1, 7, 201, 999])
def test_costs_do_not_depend_on_the_pieces(chunk):
    model = Chain()
    np.testing.assert_allclose(costs(model, IDS, chunk=chunk), by_hand(model, IDS))


@pytest.mark.parametrize("chunk", [5, 64])
@pytest.mark.parametrize("streams", [2, 5, 7, 60])
def test_streams_warmed_up_enough_are_exact(streams, chunk):
    """Two symbols decide: a warm-up of three (the first is read after BOS) is enough."""
    model = Chain()
    got = costs(model, IDS, streams=streams, warm_up=3, chunk=chunk)
    np.testing.assert_allclose(got, by_hand(model, IDS))
    cold = costs(model, IDS, streams=streams, chunk=chunk)
    wrong = np.flatnonzero(~np.isclose(cold, by_hand(model, IDS)))
    part = -(-len(IDS) // streams)
    assert set(wrong % part) <= {0, 1}
    assert wrong.size


def vocabularies():
    text = "to be or not\nto be\n" * 4
    return text, [
        Vocabulary.learn([text], level, subword_size=40, spaces=True)
        for level in ("characters", "subwords")
    ]


class Uniform:
    """Every symbol alike."""

    def __init__(self, size):
        self.size = size

    def initial_state(self, batch_size):
        return ()

    def forward(self, symbols, state):
        return np.full((*symbols.shape, self.size), -math.log(self.size)), state

    def step(self, symbols, state):
        raise AssertionError("scoring reads whole pieces")


def test_bits_are_per_character_whatever_a_symbol_is():
    text, (characters, subwords) = vocabularies()
    for vocabulary in (characters, subwords):
        score = score_text(Uniform(len(vocabulary)), vocabulary, text)
        symbols = len(vocabulary.encode(text))
        assert (score.symbols, score.characters, score.unknown) == (symbols, len(text), 0)
        assert score.perplexity == pytest.approx(len(vocabulary))
        want = symbols * math.log2(len(vocabulary)) / len(text)
        assert score.bits_per_character == pytest.approx(want)
        assert score.nats_per_symbol == pytest.approx(math.log(len(vocabulary)))
    assert len(subwords.encode(text)) < len(text)


def test_unknown_symbols_are_counted():
    _, (characters, subwords) = vocabularies()
    for vocabulary in (characters, subwords):
        score = score_text(Uniform(len(vocabulary)), vocabulary, "to QZ be")
        assert (score.unknown, score.characters) == (2, 8)
    with pytest.raises(DataError, match=r"^evaluate: the text is empty\."):
        score_text(Uniform(3), characters, "")


def test_the_interval_holds_the_score_and_narrows():
    random = np.random.default_rng(0)
    widths = []
    for blocks in (5, 500):
        nats = random.gamma(2.0, size=1000 * blocks) * np.repeat(random.random(blocks) + 0.5, 1000)
        score = summed(nats, np.ones(len(nats), np.int64), np.zeros(len(nats), bool))
        assert score.low < score.bits_per_character < score.high
        widths.append(score.high - score.low)
    assert 3 < widths[0] / widths[1] < 30
