"""CTC decoding: every path of small tables counted one by one, and torch's `ctc_loss`."""

import itertools
import tracemalloc

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqloom.data.vocabulary import BOS, EOS, UNK
from seqloom.decoding.ctc import (
    BLANK,
    CTCBeam,
    CTCGreedy,
    allowed,
    ctc_align,
    ctc_beam,
    ctc_greedy,
    ctc_greedy_starts,
    ctc_log_probability,
)

A, B, C = 4, 5, 6
SYMBOLS = (BLANK, A, B, C)


def table(frames, seed=0, *, peak=1.5):
    """Random log-probabilities `(T, 7)`; those of BOS, EOS and UNK are 0."""
    logits = np.random.default_rng(seed).normal(scale=peak, size=(frames, 7))
    logits[:, [BOS, EOS, UNK]] = -np.inf
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def collapse(path):
    return tuple(s for s, before in zip(path, (BLANK, *path), strict=False) if s not in (before, 0))


def paths(log_probs):
    """Every path with its log-probability."""
    for path in itertools.product(SYMBOLS, repeat=len(log_probs)):
        yield path, sum(log_probs[t, s] for t, s in enumerate(path))


def all_sequences(log_probs):
    """The log-probability of every sequence that has a path."""
    found = {}
    for path, score in paths(log_probs):
        key = collapse(path)
        found[key] = np.logaddexp(found.get(key, -np.inf), score)
    return found


def test_collapse_is_what_the_paper_says():
    assert collapse((0, A, A, 0, A, B, B, 0)) == (A, A, B)


@pytest.mark.parametrize("frames", [0, 1, 2, 4, 6])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_beam_that_holds_everything_finds_the_likeliest_sequences(frames, seed):
    log_probs = table(frames, seed)
    want = sorted(all_sequences(log_probs).items(), key=lambda item: -item[1])[:7]
    got = ctc_beam(log_probs, beam=6000, nbest=7)
    assert [h.symbols for h in got] == [symbols for symbols, _ in want]
    np.testing.assert_allclose([h.log_probability for h in got], [p for _, p in want], rtol=1e-12)
    assert all(h.score == h.log_probability and h.finished for h in got)


def test_beam_finds_what_greedy_misses():
    """Graves 2012, figure 7.5: the likeliest path is all blank, the likeliest sequence is not."""
    log_probs = np.full((2, 7), -np.inf)
    log_probs[:, BLANK], log_probs[:, A] = np.log(0.6), np.log(0.4)
    assert ctc_greedy(log_probs) == ()
    best = ctc_beam(log_probs, beam=2)[0]
    assert best.symbols == (A,)
    np.testing.assert_allclose(np.exp(best.log_probability), 0.64)


@pytest.mark.parametrize("beam", [1, 2, 3, 8])
def test_a_narrow_beam_never_claims_more_than_is_there(beam):
    for seed in range(20):
        log_probs = table(6, seed)
        everything = all_sequences(log_probs)
        found = ctc_beam(log_probs, beam=beam, nbest=beam)
        assert len({h.symbols for h in found}) == len(found) <= beam
        scores = [h.log_probability for h in found]
        assert scores == sorted(scores, reverse=True)
        for h in found:
            assert h.log_probability <= everything[h.symbols] + 1e-12


@pytest.mark.parametrize("beam", [1, 3, 10])
def test_beam_in_pieces_is_beam_of_the_whole_and_stays_small(beam):
    random = np.random.default_rng(4)
    for seed in range(10):
        log_probs = table(60, seed, peak=20)
        stream = CTCBeam(beam)
        for piece in np.split(log_probs, np.sort(random.integers(0, 61, size=5))):
            stream.push(piece)
        want = ctc_beam(log_probs, beam=beam, nbest=beam)
        assert stream.best(beam) == want
        if beam < 10:  # a wide beam keeps doubts about the beginning
            assert stream.settled, "some of it is settled"
            assert max(map(len, stream.live.symbols)) < len(want[0].symbols)


@pytest.mark.parametrize("seed", range(4))
def test_greedy_is_the_likeliest_path(seed):
    log_probs = table(5, seed)
    best, _ = max(paths(log_probs), key=lambda item: item[1])
    assert ctc_greedy(log_probs) == collapse(best)


def test_greedy_in_pieces_is_greedy_of_the_whole():
    random = np.random.default_rng(3)
    for seed in range(30):
        log_probs = table(12, seed, peak=4)
        cuts = np.sort(random.integers(0, 13, size=4))
        stream = CTCGreedy()
        pieces = [stream.push(piece) for piece in np.split(log_probs, cuts)]
        assert tuple(itertools.chain(*pieces)) == ctc_greedy(log_probs)


@pytest.mark.parametrize("symbols", [(), (A,), (A, A), (A, B, A), (C, C, C), (A, B, C, A, B, C)])
@pytest.mark.parametrize("frames", [0, 1, 5, 6])
def test_probability_of_a_sequence(symbols, frames):
    log_probs = table(frames, 5)
    want = all_sequences(log_probs).get(symbols, -np.inf)
    np.testing.assert_allclose(ctc_log_probability(log_probs, symbols), want, rtol=1e-12)


@pytest.mark.parametrize("symbols", [(A,), (A, A, B), (B, C, B, B), tuple([A, B, C] * 4)])
def test_probability_is_torchs_ctc_loss(symbols):
    log_probs = table(17, 6)
    loss = F.ctc_loss(
        torch.from_numpy(log_probs)[:, None],
        torch.tensor([symbols]),
        torch.tensor([17]),
        torch.tensor([len(symbols)]),
        reduction="none",
    )
    np.testing.assert_allclose(ctc_log_probability(log_probs, symbols), -loss.item(), rtol=1e-10)


@pytest.mark.parametrize("symbols", [(A,), (B, B), (A, B, A), (C, A, A)])
@pytest.mark.parametrize("seed", range(5))
def test_alignment_is_the_likeliest_path_of_its_sequence(symbols, seed):
    log_probs = table(6, seed)
    path, _ = max((p for p in paths(log_probs) if collapse(p[0]) == symbols), key=lambda p: p[1])
    begins = [t for t in range(6) if path[t] != BLANK and (t == 0 or path[t] != path[t - 1])]
    assert ctc_align(log_probs, symbols) == tuple(begins)


@pytest.mark.parametrize("frames", [0, 1, 2, 17, 300])
def test_greedy_alignment_is_that_of_the_likeliest_path(frames):
    log_probs = table(frames, 7, peak=4)
    symbols = ctc_greedy(log_probs)
    assert ctc_greedy_starts(log_probs) == ctc_align(log_probs, symbols)
    assert len(symbols) == len(ctc_greedy_starts(log_probs))


def test_alignment_keeps_the_root_of_its_table():
    """1,600 frames of 500 symbols are 1.6 M moves, 13 MB in one piece as torch keeps them."""
    log_probs = table(1600, 8, peak=4)
    symbols = ctc_greedy(log_probs)[:500]
    tracemalloc.start()
    starts = ctc_align(log_probs, symbols)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(starts) == 500
    assert all(a < b for a, b in itertools.pairwise(starts))
    assert peak < 2e6


def test_alignment_of_what_cannot_be():
    assert ctc_align(table(2), (A, A)) == ()
    assert ctc_align(table(0), (A,)) == ()
    assert ctc_align(table(3), ()) == ()


def test_specials_are_no_output():
    log_probs = np.log(np.full((3, 7), 1e-9))
    log_probs[:, [BOS, EOS, UNK]] = np.log(1 / 3)
    kept = log_probs.copy()
    for found in (ctc_greedy(log_probs), *(h.symbols for h in ctc_beam(log_probs, beam=50))):
        assert not {BOS, EOS, UNK} & set(found)
    assert (allowed(log_probs)[:, UNK] == -np.inf).all()
    np.testing.assert_array_equal(log_probs, kept)
