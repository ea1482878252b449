"""The sentences, word by word, for traces whose measures are given."""

import dataclasses

import numpy as np
import pytest

from seqloom.inspection import Named, Trace
from seqloom.inspection.memory import memory_facts
from seqloom.inspection.reach import reach_facts
from seqloom.inspection.verdict import verdict
from seqloom.inspection.wording import noun_of, quoted, share

from .traces import a_recurrent_trace


def falling(kind="rnn", *, factor, labels=True, reverse=False, loss=True, **changes):
    """A trace of 11 steps in which each step back multiplies all norms by `factor`."""
    trace, _ = a_recurrent_trace(kind, T=11, H=4, labels=labels, reverse=reverse, **changes)
    norms = factor ** np.arange(11.0)
    arrays = {}
    for layer in trace.layers:
        own = norms if layer.reverse else norms[::-1]
        arrays[f"jacobian/{layer.name}/state"] = Named(own, ("source",))
        if kind != "rnn":
            arrays[f"jacobian/{layer.name}/cell"] = Named(0.75 * own, ("source",))
            arrays[f"jacobian/{layer.name}/gates"] = Named(0.001 * own, ("source",))
        if loss:
            arrays[f"gradient/{layer.name}/h"] = Named(
                np.outer(own, np.ones(4)), ("source", f"{layer.name}.unit")
            )
    trace = trace.updated(arrays)
    return trace.updated(facts={"memory": memory_facts(trace)})


def test_an_rnn_that_forgets():
    assert verdict(falling(factor=0.3)) == [
        "Effective memory: 4 steps. Going back from the answer, the gradient has fallen below 1 % "
        "after 4 steps; the first word “the” is 10 steps away, so what stands there could hardly "
        "be learned from. It reaches back to “i”.",
        "On average a step leaves 30 % of what a change in a state does to the last state.",
    ]


def test_an_lstm_that_remembers():
    assert verdict(falling("lstm", factor=0.99)) == [
        "Effective memory: all 10 steps. Going back from the answer, the gradient stays above 1 %: "
        "even the first word “the”, 10 steps away, could be learned from.",
        "On average a step leaves 99 % of what a change in a state does to the last state.",
        "Of a change in the state, from the first step to the last: along the cell 68 %, through "
        "the gates less than one part in 1,000.",
    ]


def test_both_directions_and_no_labels():
    told = verdict(falling(factor=0.3, labels=False, reverse=True))
    assert told[0] == (
        "The layer that reads forward: 4 steps. Going back from the answer, the gradient has "
        "fallen below 1 % after 4 steps; the first step is 10 steps away, so what stands there "
        "could hardly be learned from."
    )
    assert told[2].startswith("The layer that reads from the end: 4 steps. Going back from the ")
    assert "the last step is 10 steps away" in told[2]
    assert told[-1] == "3 steps between their reaches are out of reach of both."
    assert verdict(falling(factor=0.5, reverse=True))[-1] == "Together they reach every word."
    assert verdict(falling(factor=0.9, reverse=True))[-1] == "Together they reach every word."


def test_attention_goes_round_the_recurrence():
    trace = falling(factor=0.3, task="transduce")
    weights = Named(np.eye(11)[:3], ("target", "source"))
    told = verdict(trace.updated({"attention/decoder": weights}))
    assert told[0] == (
        "Attention gives the state of each of 11 words a way of its own to the answer, one step "
        "long however far away it stands."
    )
    assert told[1].startswith(
        "By the recurrence alone: 4 steps. Going back from the last step, the effect on the "
        "last state has fallen below 1 % after 4 steps; the first word “the” is 10 steps away, "
        "so what stands there hardly arrives this way."
    )


@pytest.mark.parametrize(("task", "model"), [("classify", {"pool": "mean"}), ("transcribe", {})])
def test_where_the_loss_enters_everywhere_the_jacobian_speaks(task, model):
    trace = falling(factor=0.3, task=task)
    flat = {"gradient/encoder.0/h": Named(np.ones((11, 4)), ("source", "encoder.0.unit"))}
    trace = trace.updated(flat)
    trace = trace.updated(facts={"memory": memory_facts(trace), "model": model})
    assert trace.facts["memory"]["encoder.0"]["loss"]["whole"]
    assert verdict(trace)[0].startswith("By the recurrence alone: 4 steps. Going back from")


def test_the_part_that_was_computed():
    trace = falling(factor=0.99, loss=False)
    trace = trace.updated(facts={"memory": memory_facts(trace, {"encoder.0": 5})})
    assert verdict(trace) == [
        "Effective memory: at least 4 steps. Going back from the last step, the effect on the last "
        "state stays above 1 % as far as it was computed; the first word “the” is 10 steps away."
    ]


def test_nothing_is_left():
    trace = falling(factor=0.0, loss=False)
    assert verdict(trace)[1] == "Of a change in the first state nothing is left in the last."


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "nothing"), (np.nan, "more than a number holds"),
     (1.034, "103 %"), (0.12, "12 %"), (0.014, "1.4 %"), (0.001, "0.1 %"),
     (0.0009, "less than one part in 1,000"), (1e-25, "less than one part in 1,000,000,000")],
)  # fmt: skip
def test_shares(value, words):
    assert share(value) == words


def test_a_gradient_that_explodes():
    trace = falling(factor=1.6)
    trace.facts["memory"]["encoder.0"]["loss"]["growth"] = 110.0
    assert verdict(trace)[1] == "On its way back it grows 110-fold: the gradient explodes."
    trace.facts["memory"]["encoder.0"]["loss"]["growth"] = 1e30
    assert "by more than nine powers of ten" in verdict(trace)[1]


def test_both_ways_in_two_layers_is_everywhere():
    """A state of the lower layer is read from either side by the upper one."""
    trace = falling(factor=0.3, reverse=True)
    upper = [
        dataclasses.replace(layer, name=layer.name.replace("0", "1")) for layer in trace.layers
    ]
    told = verdict(dataclasses.replace(trace, layers=(*trace.layers, *upper)))
    assert "hardly arrives this way" in told[0]


def test_where_a_pool_looks():
    trace = falling(factor=0.3)
    weights = np.array([0.02] * 3 + [0.8] + [0.02] * 7)
    trace = trace.updated({"attention/pool": Named(weights / weights.sum(), ("source",))})
    assert verdict(trace)[0] == (
        "Attention reads 80 % at “not”. Each state has a way of its own to the answer, one step "
        "long."
    )


@pytest.mark.parametrize("name", ["attention/pool", "attention/decoder"])
def test_uniform_attention_is_said_to_be(name):
    dims = ("source",) if name == "attention/pool" else ("target", "source")
    weights = Named(np.full((11,) if len(dims) == 1 else (3, 11), 1 / 11), dims)
    assert verdict(falling(factor=0.3).updated({name: weights}))[0] == (
        "Attention is uniform, 2.40 of at most 2.40 nats: the network reads the mean of the states "
        "of 11 words."
    )


def attending_with(lost, weights):
    """A pool that looks as it does, and what the answer loses without each word."""
    trace = falling(factor=0.3).updated(
        {
            "attention/pool": Named(np.array(weights), ("source",)),
            "importance/leave_one_out": Named(np.array(lost), ("source",)),
        }
    )
    return verdict(trace.updated(facts={"reach": reach_facts(trace)}))


def test_attention_that_disagrees_with_leave_one_out():
    looks_at_film = [0.0, 0.9, *[0.01] * 9, 0.01][:11]
    bad_counts = [0.0] * 3 + [2.0] + [0.1] * 7
    assert attending_with(bad_counts, looks_at_film)[0] == (
        "Attention does not show what counts: it looks most at “film”, and left out, that hardly "
        "changes the answer; “not” changes it most and is looked at less than the average."
    )
    agree = [0.0] * 3 + [0.9] + [0.01] * 7
    assert attending_with(bad_counts, agree)[0].startswith("Attention reads 90 % at “not”.")
    both = [0.0, 0.5, 0.0, 0.5, *[0.0] * 7]
    assert attending_with(bad_counts, both)[0].startswith("Attention reads 50 % at “film”.")


def test_a_word_that_occurs_again_has_its_number():
    words = ("not", "the", "film", "the", "not", "at", "all", "all", "that", "so", "or")
    trace = dataclasses.replace(falling(factor=0.3), labels={"source": words})
    assert "the first word “not” is 10" in verdict(trace)[0]
    assert quoted(trace, "source", 3) == "“the” (word 4)"
    assert verdict(trace)[0].endswith("It reaches back to “all” (word 8).")
    assert quoted(trace, "source", 2) == "“film”"


@pytest.mark.parametrize(
    ("model", "axis", "labels", "noun"),
    [
        ({"target": "symbols, vocabulary of 40"}, "target", ("AH0", "OW1"), "symbol"),
        ({"source": "characters, vocabulary of 9"}, "source", ("a", "b"), "symbol"),
        ({"text": "words, lower case, vocabulary of 9"}, "source", ("a", "i"), "word"),
        ({"symbols": "subwords, vocabulary of 9"}, "source", (" the", "atre"), "symbol"),
        ({}, "source", (" the", "atre"), "symbol"),
        ({}, "source", ("the", "theatre"), "word"),
        ({}, "source", ("<bos>",), "step"),
    ],
)
def test_what_a_place_is_called(model, axis, labels, noun):
    trace = Trace(
        task="classify", kind="rnn", input="", output="", labels={axis: labels}, layers=(),
        facts={"model": model},
    )  # fmt: skip
    assert noun_of(trace, axis) == noun


def test_points_in_time_are_no_words():
    assert "the first step “the” is" in verdict(falling(factor=0.3, task="forecast"))[0]


def test_one_step():
    trace, _ = a_recurrent_trace("rnn", T=1, H=2)
    trace = trace.updated({"jacobian/encoder.0/state": Named(np.ones(1), ("source",))})
    trace = trace.updated(facts={"memory": memory_facts(trace)})
    assert verdict(trace) == ["Effective memory: one word, nothing to remember."]


@pytest.mark.parametrize(
    ("kind", "task", "model", "want"),
    [
        ("fully-connected", "classify", {}, "No memory and no order"),
        ("fully-connected", "generate", {"window": 16}, "it sees the last 16 places at once"),
        ("fully-connected", "forecast", {}, "it sees its whole input at once"),
        ("transformer", "generate", {"context": 64}, "looks at the last 64 directly"),
        ("transformer", "transduce", {}, "every position looks at every other directly"),
    ],
)
def test_networks_without_recurrence(kind, task, model, want):
    trace = Trace(
        task=task, kind=kind, input="", output="", labels={}, layers=(), facts={"model": model}
    )
    (told,) = verdict(trace)
    assert want in told
    assert verdict(dataclasses.replace(trace, kind="none")) == []
