"""The headline of 58 real cases: five tasks, trained, untrained, overfitted and at chance.

`cases.json` has what was measured of each, `make.py` made it. A headline is wanted here as a person
wrote it down who knew how the model had been made.
"""

import pytest

from seqloom.inspection.leads import leads, limiting, memory_of, stacked
from seqloom.inspection.verdict import verdict

from .cases import read_cases

CASES = read_cases()
CHANCE = "It has not learnt this: on the validation texts its macro-F1 is "
WAY = (
    "Attention gives the state of each of {} symbols a way of its own to the answer, one step long"
)
NO_ORDER = "No memory and no order: the symbols are averaged"
DIRECT = "No steps to forget over: every position looks at every other directly"
WANTED = {
    # trained on 2,500 reviews: about 75 % right
    "c-rnn 1": "It answers from its last 4 words. Left out, nothing before “scene” changes",
    "c-rnn 2": "It answers from its last 2 words. Left out, nothing before “ever” changes",
    "c-lstm 1": "It uses “fun” (word 4), 10 steps back. Without it, “positive” falls",
    "c-lstm 2": "It answers from its last 5 words. Left out, nothing before “neither” changes",
    "c-gru 1": "Most depends on “fun” (word 4): without it, “positive” falls from 95.7 %",
    "c-gru 2": "Most depends on “bad”: without it, “negative” falls from 82.1 % to 49.8 %",
    "c-max 1": "Most depends on “the” (word 13): without it",
    "c-max 2": "Most depends on “bad”: without it",
    "c-pool 1": "Attention is close to uniform, 2.60 of at most 2.64 nats",
    "c-pool 2": "Attention is close to uniform, 2.60 of at most 2.64 nats",
    "c-mean 1": NO_ORDER,
    "c-mean 2": NO_ORDER,
    "c-transformer 1": DIRECT,
    "c-transformer 2": DIRECT,
    # one step; labels shuffled; a class of 4 % that is never given; 40 texts; what it cannot do
    "c-untrained 1": CHANCE + "35.8 %",
    "c-chance 1": CHANCE + "51.5 %",
    "c-chance 2": CHANCE + "51.5 %",
    "c-rare 1": CHANCE + "48.9 %",
    "c-rare 2": CHANCE + "48.9 %",
    "c-overfit 1": "It uses “fun” (word 4), 10 steps back. Most depends on “to”",
    "c-overfit 2": "Its answer is a guess: over 2 choices the probabilities are next to equal",
    "c-negation 1": CHANCE + "51.4 %",
    "c-negation 2": CHANCE + "51.4 %",
    "c-golden 1": "Attention is close to uniform, 1.60 of at most 1.61 nats",
    "c-golden 2": "Attention reads 35 % at “poor”.",
    # spelling to phones
    "t-lstm 1": WAY.format(5),
    "t-lstm 2": WAY.format(11),
    "t-context 1": "Most depends on “V”: without it, the answer's log-probability falls",
    "t-context 2": "Most depends on “M”: without it, the answer's log-probability falls",
    "t-two 1": "It has hardly learnt this: 0.0 % of the validation outputs are right",
    "t-two 2": "It has hardly learnt this: 0.0 % of the validation outputs are right",
    "t-untrained 1": "It has not learnt this: its symbol error on the validation pairs is 373.9 %.",
    "t-chance 1": "It has not learnt this: its symbol error on the validation pairs is 84.8 %.",
    "t-chance 2": "It has not learnt this: its symbol error on the validation pairs is 84.8 %.",
    "t-overfit 1": "It has hardly learnt this: 0.0 % of the validation outputs are right",
    "t-overfit 2": "It has hardly learnt this: 0.0 % of the validation outputs are right",
    "t-golden 1": WAY.format(6),
    "t-golden 2": WAY.format(4),
    "t-golden-transformer 1": DIRECT,
    "t-golden-transformer 2": DIRECT,
    # running text
    "g-rnn 1": "It answers from its last symbol. Left out, nothing before symbol 13 changes",
    "g-rnn 2": "It answers from its last symbol. Left out, nothing before symbol 10 changes",
    "g-two 1": "It answers from its last 3 symbols. Left out, nothing before “a” changes",
    "g-two 2": "It answers from its last 4 symbols. Left out, nothing before “i” changes",
    "g-untrained 1": "It has hardly learnt this: it needs 4.12 nats a symbol",
    "g-golden 1": "It answers from its last 2 symbols.",
    "g-golden 2": "It answers from its last 3 symbols.",
    "g-golden-transformer 1": "No steps to forget over: a position looks at the last 12 directly",
    "g-golden-transformer 2": "No steps to forget over: a position looks at the last 12 directly",
    "g-golden-window 1": "No memory: it sees the last 5 places at once",
    "g-golden-window 2": "No memory: it sees the last 5 places at once",
    # 144 months of passengers
    "f-rnn 1": "It answers from its last step. Left out, nothing before “1960-12” changes",
    "f-mean 1": "No memory: it sees the last 60 places at once",
    "f-transformer 1": DIRECT,
    "f-untrained 1": "It has learnt nothing beside the seasonal naive forecast",
    # numbers dialled on a telephone
    "s-untrained 1": "It has not learnt this: its character error on the validation recordings is",
    "s-las 1": "It has not learnt this: its character error on the validation recordings is 93",
    "s-golden 1": "Most depends on the 4 steps at “0.84”: without it",
}


def test_every_case_has_a_wanted_headline():
    assert set(WANTED) == set(CASES)
    assert {case.task for case in CASES.values()} == {
        "classify", "transduce", "generate", "forecast", "transcribe",
    }  # fmt: skip
    kinds = {case.kind for case in CASES.values()}
    assert kinds >= {"rnn", "lstm", "gru", "transformer", "fully-connected"}


@pytest.mark.parametrize("name", WANTED)
def test_the_headline(name):
    told = verdict(CASES[name])
    assert told[0].startswith(WANTED[name])
    assert len(set(told)) == len(told)


def test_uniform_attention_gives_no_state_a_way_of_its_own():
    for name in ("f-untrained 1", "c-untrained 1", "s-las 1"):
        told = verdict(CASES[name])
        assert told[1].startswith(("Attention is uniform, ", "Attention is close to uniform, "))
        assert not any("a way of its own" in sentence for sentence in told)


def test_attention_that_does_not_show_what_counts():
    assert verdict(CASES["t-two 2"])[1] == (
        "Attention does not show what counts: it looks most at “I” (symbol 2), and left out, that "
        "hardly changes the answer; “M” changes it most and is looked at less than the average."
    )


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(stacked(case)) > 1])
def test_no_other_layer_remembers_less_than_the_one_that_is_told_of(name):
    case = CASES[name]
    (first, *_) = limiting(case)
    shares = {}
    for layer in (layer for depth in stacked(case) for layer in depth):
        found, _ = memory_of(case, layer)
        asked = case.facts["memory"][layer.name]["asked"]
        shares[layer.name] = 1.0 if found["whole"] else found["steps"] / asked
    assert shares[first.name] == min(shares.values())
    assert leads(case)["layer"] == first.name
    assert any(f"(layer {int(first.name.split('.')[1]) + 1} of" in one for one in verdict(case))
