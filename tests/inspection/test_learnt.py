"""That a network has not learnt its task is said first: by its record, and by its answer."""

import math

import numpy as np
import pytest

from seqloom.inspection import Named, Trace
from seqloom.inspection.answer import answer_facts
from seqloom.inspection.learnt import unlearnt
from seqloom.inspection.verdict import verdict


def a_trace(task="classify", *, record=None, facts=None, classes=2, symbols=65, said=None):
    labels = {"class": tuple("abcdefgh"[:classes]), "vocabulary": tuple(map(str, range(symbols)))}
    dims = ("class",) if task == "classify" else ("target", "vocabulary")
    arrays = {} if said is None else {"output/log_probabilities": Named(np.log(said), dims)}
    trace = Trace(
        task=task, kind="transformer", input="", output="a", labels=labels, layers=(),
        arrays=arrays, facts={"model": record or {}, **(facts or {})},
    )  # fmt: skip
    return trace.updated(facts={"answer": answer_facts(trace)})


@pytest.mark.parametrize(
    ("task", "record", "words"),
    [
        ("classify", {"valid_macro_f1": 50.5},
         "It has not learnt this: on the validation texts its macro-F1 is 50.5 %, and answers that "
         "ignore the text have up to 50.0 %."),
        # one class for all texts: 95 % right where it is the usual one
        ("classify", {"valid_accuracy": 95.0, "valid_macro_f1": 48.7}, "It has not learnt this"),
        ("classify", {"valid_accuracy": 60.0, "valid_macro_f1": 57.0}, None),
        ("classify", {"valid_macro_f1": None}, None),
        ("transduce", {"valid_symbol_error": 93.21},
         "It has not learnt this: its symbol error on the validation pairs is 93.2 %."),
        ("transduce", {"valid_symbol_error": 41.0}, None),
        ("transduce", {"valid_symbol_error": 66.67, "valid_output_error": 100.0},
         "It has hardly learnt this: 0.0 % of the validation outputs are right, and its symbol "
         "error is 66.7 %."),
        ("transduce", {"valid_symbol_error": 42.0, "valid_output_error": 100.0}, None),
        ("transcribe", {"valid_character_error": 100.0},
         "It has not learnt this: its character error on the validation recordings is 100.0 %."),
        ("generate", {"valid_nats_per_symbol": 3.31},
         "It has hardly learnt this: it needs 3.31 nats a symbol on the validation text; equal "
         "odds for 65 symbols need 4.17."),
        ("generate", {"valid_nats_per_symbol": 1.5}, None),
    ],
)  # fmt: skip
def test_by_its_record(task, record, words):
    trace = a_trace(task, record=record)
    told = unlearnt(trace)
    assert told == [] if words is None else told[0].startswith(words)
    assert verdict(trace)[: len(told)] == told


def test_answers_at_random_and_always_the_same_have_no_better_f1():
    """The bound of the record's rule, by counting: whatever share a class has."""
    rng = np.random.default_rng(0)
    for share in (0.5, 0.8, 0.97):
        right = rng.random(20_000) < share
        for given in (np.ones_like(right), rng.random(20_000) < 0.5, rng.random(20_000) < share):
            f1 = [
                2 * (right[given == c] == c).sum() / ((right == c).sum() + (given == c).sum())
                for c in (False, True)
            ]
            assert np.mean(f1) <= 0.5 * 1.03


def test_by_its_answer():
    assert unlearnt(a_trace(said=np.array([0.52, 0.48]))) == [
        "Its answer is a guess: over 2 choices the probabilities are next to equal (0.69 of 0.69 "
        "nats)."
    ]
    assert unlearnt(a_trace(said=np.array([0.7, 0.3]))) == []
    flat = np.full((3, 65), 1 / 65)
    assert "over 65 choices" in unlearnt(a_trace("transduce", said=flat))[0]
    sharp = np.vstack([np.full((9, 65), 1 / 65), [[0.9, *[0.1 / 64] * 64]]])
    assert unlearnt(a_trace("generate", said=sharp)) == []  # only the last was chosen


def test_a_forecast_that_adds_nothing():
    assert unlearnt(a_trace("forecast", facts={"added": 0.034})) == [
        "It has learnt nothing beside the seasonal naive forecast: what it adds is 3.4 % of that "
        "forecast's own error."
    ]
    assert unlearnt(a_trace("forecast", facts={"added": 0.3})) == []


def test_the_entropy_of_an_answer():
    assert answer_facts(a_trace()) is None
    p = np.array([0.25, 0.75])
    found = answer_facts(a_trace(said=p))
    assert found["entropy"] == pytest.approx(-(p * np.log(p)).sum())
    assert found["most"] == pytest.approx(math.log(2))
    assert answer_facts(a_trace(said=np.array([np.nan, 1.0]))) is None
