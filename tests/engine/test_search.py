"""Searches in the engine against those of `decoding/` on the same network, to the bit."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.decoding import LengthLimit, Sampling, Search, continuation, decode
from seqloom.engine.quantised import quantise
from seqloom.errors import DivergedError

from ..networks.files import CONFIGS, random_network
from .networks import Stepping, both, built

pytestmark = built
STEPPERS = [n for n in CONFIGS if n.startswith(("pairs: ", "speech: las"))]
TEXTS = [n for n in CONFIGS if n.startswith("text: ")]
LIMIT = LengthLimit(1.5, extra=2)


def sources(name, seed, number=7):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, number)
    if name.startswith("speech"):
        return [rng.normal(size=(n, 5)).astype(np.float32) for n in lengths]
    return [rng.integers(0, 6, n).tolist() for n in lengths]


def networks(name, seed=0, int8=False):
    network, tensors = random_network(*CONFIGS[name], seed)
    packed = {
        w.name: quantise(tensors[w.name]) if int8 and w.int8 else tensors[w.name]
        for w in network.table
    }
    return both(network, tensors, packed)


@pytest.mark.parametrize("name", STEPPERS)
@pytest.mark.parametrize("beam", [1, 3])
def test_of_every_network(name, beam):
    plain, fast = networks(name)
    given_ = sources(name, 0)
    found = decode(fast, given_, LIMIT, Search(beam=beam, nbest=beam))
    assert found == decode(Stepping(fast), given_, LIMIT, Search(beam=beam, nbest=beam))
    want = decode(plain, given_, LIMIT, Search(beam=beam, nbest=beam))
    assert [[h.symbols for h in row] for row in found] == [[h.symbols for h in row] for row in want]
    scores = [h.score for row in found for h in row]
    np.testing.assert_allclose(scores, [h.score for row in want for h in row], rtol=2e-5)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(STEPPERS),
    seed=st.integers(0, 50),
    beam=st.integers(1, 9),
    penalty=st.sampled_from([0.0, 0.6, 1.0, 2.5]),
    ratio=st.sampled_from([0.01, 0.5, 2.0]),
    extra=st.integers(0, 4),
    batch=st.sampled_from([1, 9, 320]),
    int8=st.booleans(),
)
def test_beams_of_any_width(name, seed, beam, penalty, ratio, extra, batch, int8):
    _, fast = networks(name, seed, int8)
    given_, limit = sources(name, seed), LengthLimit(ratio, extra=extra)
    search = Search(beam=beam, nbest=beam, length_penalty=penalty)
    found = decode(fast, given_, limit, search, batch_rows=batch)
    assert found == decode(Stepping(fast), given_, limit, search)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(STEPPERS),
    seed=st.one_of(st.integers(0, 50), st.integers(2**32 - 2, 2**64 - 1)),
    draws=st.integers(1, 4),
    temperature=st.sampled_from([0.3, 1.0, 5.0]),
    top_k=st.sampled_from([None, 1, 2, 100]),
    top_p=st.sampled_from([0.1, 0.7, 1.0]),
)
def test_draws_are_the_same(name, seed, draws, temperature, top_k, top_p):
    _, fast = networks(name, seed % 50)
    search = Search(
        nbest=draws, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed, beam=draws
    )
    given_ = sources(name, seed % 50)
    assert decode(fast, given_, LIMIT, search) == decode(Stepping(fast), given_, LIMIT, search)


@pytest.mark.parametrize("beam", [1, 2, 5])
def test_of_equals_the_first_is_taken(beam):
    """Every symbol is as likely as every other, so that only the order decides."""
    network, tensors = random_network(*CONFIGS["pairs: lstm, additive"])
    tensors |= {n: np.zeros_like(tensors[n]) for n in ("output.weight", "output.bias")}
    _, fast = both(network, tensors)
    search = Search(beam=beam, nbest=beam)
    found = decode(fast, [[4, 5], [5]], LIMIT, search)
    assert found == decode(Stepping(fast), [[4, 5], [5]], LIMIT, search)


class Reading:
    """What `continuation` asks of a model of text."""

    def __init__(self, model):
        self.initial_state, self.forward, self.step = model.initial_state, model.forward, model.step


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("temperature", [0.0, 0.8])
@pytest.mark.parametrize("options", [{}, {"top_k": 3}, {"top_p": 0.6}])
def test_texts_go_on_alike(name, temperature, options):
    """Longer than what a Transformer sees, so that its past is as long as it gets."""
    _, fast = networks(name)
    sampling = Sampling(temperature=temperature, seed=5, **options)
    for prompt in ([], [4, 5, 6], [4] * 300):
        found, want = (
            list(itertools.islice(continuation(model, prompt, sampling, number=2), 60))
            for model in (fast, Reading(fast))
        )
        assert found == want


def test_two_texts_at_once_do_not_mix():
    _, fast = networks("text: lstm" if "text: lstm" in TEXTS else TEXTS[0])
    sampling = Sampling(seed=1)
    alone = [list(itertools.islice(continuation(fast, [k], sampling), 50)) for k in (4, 5)]
    first, second = (continuation(fast, [k], sampling) for k in (4, 5))
    together = [[], []]
    for _ in range(50):
        together[0].append(next(first))
        together[1].append(next(second))
    assert together == alone


@pytest.mark.parametrize("beam", [1, 2])
def test_weights_that_are_too_large(beam):
    network, tensors = random_network(*CONFIGS["pairs: lstm, additive"])
    huge = tensors | {
        "readout.bias": np.full_like(tensors["readout.bias"], 50.0),  # so that its tanh is 1
        "output.weight": np.full_like(tensors["output.weight"], 3e38),  # and a sum overflows
    }
    with np.errstate(all="ignore"):
        for model in both(network, huge):
            with pytest.raises(DivergedError, match="too large"):
                decode(model, [[4, 5]], LIMIT, Search(beam=beam))
