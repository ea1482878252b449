"""Every probe against a plain reading of its examples: distances are exact, answers are right."""

import re

import numpy as np
import pytest

from seqloom.comparison.probes import PROBES
from seqloom.comparison.probes.contract import batch
from seqloom.data.texts.negation import WORDS

STREAMS = ("train", "check", "test", "memory")
SIGNS = {
    **dict.fromkeys(("likely", "probable", "plausible", "certain"), 1),
    **dict.fromkeys(("unlikely", "improbable", "implausible", "doubtful"), -1),
    **dict.fromkeys(("agree", "claim", "say", "gladly", "really"), 1),
    **dict.fromkeys(("deny", "dispute", "doubt", "not", "never"), -1),
    **dict.fromkeys(("recommend", "praise", "enjoy"), 1),
    **dict.fromkeys(("avoid", "regret", "criticise"), -1),
}
CLAUSE = re.compile(
    r"it is \w+ (?P<outer>\w+) (?P<filler>.*?)that (anyone would (?P<middle>\w+) that )?"
    r"i would (?P<inner>\w+) (?P<verb>\w+) this (movie|film)"
)


def rows(name, length, *, seed=3, stream="test", step=0, size=200, shorter=False):
    """Examples as plain lists: inputs without padding, and answers."""
    found = batch(PROBES[name], length, size, seed=seed, stream=stream, step=step, shorter=shorter)
    assert (found.inputs[np.arange(found.inputs.shape[1]) >= found.lengths[:, None]] == 0).all()
    for inputs, targets, steps in zip(found.inputs, found.targets, found.lengths, strict=True):
        yield inputs[:steps].tolist(), targets.tolist()


@pytest.mark.parametrize("length", [1, 7, 50])
def test_adding(length):
    leads, seconds = set(), set()
    for inputs, (answer,) in rows("adding", length):
        marked = [t for t, (_, mark) in enumerate(inputs) if mark]
        first, second = marked
        assert len(inputs) - 1 - first == length
        assert answer == pytest.approx(inputs[first][0] + inputs[second][0], rel=1e-6)
        assert all(0 <= value < 1 for value, _ in inputs)
        leads.add(first)
        seconds.add(second - first)
    assert leads == set(range(length // 10 + 1))
    assert min(seconds) == 1
    assert max(seconds) >= 0.9 * length


@pytest.mark.parametrize("length", [1, 7, 50])
def test_recall(length):
    for inputs, (answer,) in rows("recall", length):
        assert len(inputs) == length + 1
        assert answer == inputs[len(inputs) - 1 - length]
    assert {symbol for inputs, _ in rows("recall", length) for symbol in inputs} == set(range(10))


@pytest.mark.parametrize("length", [10, 11, 40])
def test_copy(length):
    for inputs, answers in rows("copy", length):
        first = len(inputs) - len(answers)  # the step of the first answer
        assert answers == [inputs[first + n - length] for n in range(10)]
        assert inputs[10:] == [8] * (length - 10) + [9] + [8] * 9
        assert set(answers) <= set(range(8))


@pytest.mark.parametrize("length", [0, 1, 30])
def test_negation(length):
    for ids, (answer,) in rows("negation", length, size=60):
        text = " ".join(WORDS[i] for i in ids)
        clause = CLAUSE.search(text.lower())
        assert len(clause["filler"].split()) == length
        named = (clause["outer"], clause["middle"], clause["inner"], clause["verb"])
        sign = np.prod([SIGNS[word] for word in named if word])
        assert answer == (sign > 0)


def test_negation_trains_on_all_shorter_distances_in_twins():
    found = list(rows("negation", 12, stream="train", size=64))
    for (one, label), (other, opposite) in zip(found[::2], found[1::2], strict=True):
        assert sorted(one) == sorted(other)
        assert label != opposite
    assert len({len(ids) for ids, _ in found}) > 5


@pytest.mark.parametrize("name", PROBES)
def test_no_example_is_longer_than_promised(name):
    probe = PROBES[name]
    for length in (probe.shortest, 33):
        assert max(len(ids) for ids, _ in rows(name, length)) <= probe.most_steps(length)


@pytest.mark.parametrize("name", PROBES)
def test_a_batch_is_a_function_of_seed_stream_and_step(name):
    def text(**key):
        return str(list(rows(name, 20, size=6, **key)))

    keys = [
        {"seed": s, "stream": way, "step": n} for s in (1, 2) for way in STREAMS for n in (0, 1)
    ]
    texts = [text(**key) for key in keys]
    assert texts == [text(**key) for key in keys]
    assert len(set(texts)) == len(keys)


@pytest.mark.parametrize("name", ["adding", "recall", "copy"])
def test_shorter_distances_too(name):
    probe = PROBES[name]
    steps = [len(inputs) for inputs, _ in rows(name, 40, stream="train", shorter=True)]
    most = probe.most_steps(40)
    assert min(steps) <= probe.most_steps(probe.shortest) + 1
    assert max(steps) <= most
    assert 0.4 < np.mean([n >= 40 + probe.num_answers for n in steps]) < 0.7


@pytest.mark.parametrize("name", PROBES)
def test_chance(name):
    """The best answer that knows nothing, always the same one, over many examples."""
    probe = PROBES[name]
    found = batch(probe, 12, 1500, seed=1, stream="test")
    said = np.ones((*found.targets.shape, max(1, probe.num_classes)))
    if probe.num_classes:
        said[..., np.bincount(found.targets.ravel()).argmax()] = 2.0
    assert 100 * probe.correct(said, found.targets).mean() == pytest.approx(probe.chance, abs=4.0)


def test_adding_is_right_within_4_percent_of_its_range():
    said = np.array([[[1.07]], [[0.93]], [[1.09]], [[0.91]]])
    assert PROBES["adding"].correct(said, np.ones((4, 1))).ravel().tolist() == [1, 1, 0, 0]


def test_adding_of_the_mean_has_the_published_error():
    """1/6 = 0.167: Le, Jaitly & Hinton 2015, section 4.1."""
    found = batch(PROBES["adding"], 30, 20000, seed=1, stream="test")
    assert np.mean((found.targets - 1.0) ** 2) == pytest.approx(0.167, abs=0.004)
