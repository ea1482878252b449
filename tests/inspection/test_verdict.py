"""The sentences, word by word, for traces whose measures are given."""

import dataclasses

import numpy as np
import pytest

from seqloom.inspection import Named, Trace
from seqloom.inspection.memory import memory_facts
from seqloom.inspection.verdict import verdict

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
        "A step back leaves on average 30 % of it.",
    ]


def test_an_lstm_that_remembers():
    assert verdict(falling("lstm", factor=0.99)) == [
        "Effective memory: all 10 steps. Going back from the answer, the gradient stays above 1 %: "
        "even the first word “the”, 10 steps away, could be learned from.",
        "A step back leaves on average 99 % of it.",
        "Along the cell 68 % of it arrives at the first step, through the gates less than 1e-3.",
    ]


def test_both_directions_and_no_labels():
    told = verdict(falling(factor=0.3, labels=False, reverse=True))
    assert told[0].endswith(
        "the first step is 10 steps away, so what stands there could hardly be learned from."
    )
    assert told[2].startswith("The layer that reads from the end: 4 steps. Going the other way ")


def test_attention_goes_round_the_recurrence():
    trace = falling(factor=0.3, task="transduce")
    weights = Named(np.full((3, 11), 1 / 11), ("target", "source"))
    told = verdict(trace.updated({"attention/decoder": weights}))
    assert told[0] == (
        "Attention gives each of the 11 words a way of its own to the answer, one step long "
        "however far away it stands."
    )
    assert told[1].startswith(
        "The recurrent layer alone: 4 steps. Going back from the last step, the effect on the "
        "last state has fallen below 1 % after 4 steps; the first word “the” is 10 steps away, "
        "so what stands there hardly counts."
    )


@pytest.mark.parametrize(
    ("task", "model"), [("generate", {}), ("classify", {"pool": "mean"}), ("transcribe", {})]
)
def test_where_the_loss_enters_everywhere_the_jacobian_speaks(task, model):
    trace = falling(factor=0.3, task=task)
    flat = {"gradient/encoder.0/h": Named(np.ones((11, 4)), ("source", "encoder.0.unit"))}
    trace = trace.updated(flat)
    trace = trace.updated(facts={"memory": memory_facts(trace), "model": model})
    assert trace.facts["memory"]["encoder.0"]["loss"]["whole"]
    assert verdict(trace)[0].startswith("Effective memory: 4 steps. Going back from the last step")


def test_the_part_that_was_computed():
    trace = falling(factor=0.99, loss=False)
    trace = trace.updated(facts={"memory": memory_facts(trace, {"encoder.0": 5})})
    assert verdict(trace) == [
        "Effective memory: at least 4 steps. Going back from the last step, the effect on the last "
        "state stays above 1 % as far as it was computed; the first word “the” is 10 steps away."
    ]


def test_nothing_is_left():
    trace = falling(factor=0.0, loss=False)
    assert verdict(trace)[1] == "At the first step nothing of it is left that a number could say."


def test_one_step():
    trace, _ = a_recurrent_trace("rnn", T=1, H=2)
    trace = trace.updated({"jacobian/encoder.0/state": Named(np.ones(1), ("source",))})
    trace = trace.updated(facts={"memory": memory_facts(trace)})
    assert verdict(trace) == ["Effective memory: one word, nothing to remember."]


@pytest.mark.parametrize(
    ("rung", "task", "model", "want"),
    [
        ("fully-connected", "classify", {}, "No memory and no order"),
        ("fully-connected", "generate", {"window": 16}, "it sees the last 16 places at once"),
        ("fully-connected", "forecast", {}, "it sees its whole input at once"),
        ("transformer", "generate", {"context": 64}, "looks at the last 64 directly"),
        ("transformer", "transduce", {}, "every position looks at every other directly"),
    ],
)
def test_networks_without_recurrence(rung, task, model, want):
    trace = Trace(
        task=task, rung=rung, input="", output="", labels={}, layers=(), facts={"model": model}
    )
    (told,) = verdict(trace)
    assert want in told
    assert verdict(dataclasses.replace(trace, rung="none")) == []
