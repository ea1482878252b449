"""The architectures of every task: real settings, in the order of the story, neighbours that differ
in one thing."""

import pytest

from seqloom.comparison.architectures import architectures_of, fixed_settings
from seqloom.config import config_from
from seqloom.errors import ConfigError
from seqloom.tasks import TASKS

ORDER = ("fully-connected", "rnn", "lstm", "gru", "attention", "transformer")
CHOSEN = {"cell", "encoder_cell", "decoder_cell"}


@pytest.mark.parametrize("task", TASKS)
def test_every_architecture_is_a_network_of_the_task(task):
    every = architectures_of(task)
    places = [ORDER.index(architecture.kind) for architecture in every]
    assert places == sorted(set(places))
    assert len(
        {architecture.name for architecture in every}
        | {architecture.title for architecture in every}
    ) == 2 * len(every)
    for architecture in every:
        model = config_from({"task": task, "model": dict(architecture.model)}).model
        assert {key: getattr(model, key) for key in architecture.model} == architecture.model


@pytest.mark.parametrize("task", TASKS)
def test_cells_differ_in_the_cell_alone(task):
    cells = [
        architecture
        for architecture in architectures_of(task)
        if architecture.kind in ("rnn", "lstm", "gru")
    ]
    assert len(cells) == 3
    rest = [
        {k: v for k, v in architecture.model.items() if k not in CHOSEN} for architecture in cells
    ]
    assert rest[0] == rest[1] == rest[2]
    for architecture in cells:
        assert {v for k, v in architecture.model.items() if k in CHOSEN} == {architecture.kind}


@pytest.mark.parametrize(("task", "key"), [("transduce", "link"), ("forecast", "attention")])
def test_attention_is_the_same_gru_that_looks_back(task, key):
    by_rung = {architecture.kind: architecture.model for architecture in architectures_of(task)}
    differing = {k for k, v in by_rung["attention"].items() if by_rung["gru"][k] != v}
    assert differing == {key}


def test_architectures_are_chosen_by_place_or_name_and_stay_in_order():
    assert [r.name for r in architectures_of("transduce", ["attention", "lstm"])] == [
        "lstm",
        "gru-attention",
    ]
    assert [r.name for r in architectures_of("transcribe", ["las"])] == ["las"]
    assert architectures_of("classify") == architectures_of("classify", None)


def test_an_architecture_that_the_task_has_not_is_refused():
    with pytest.raises(ConfigError) as error:
        architectures_of("transduce", ["gru", "fully-connected"])
    assert str(error.value) == (
        "compare: `--architectures` must be one of rnn, lstm, gru, attention, gru-attention, "
        "transformer, got 'fully-connected'."
    )
    with pytest.raises(
        ConfigError, match=r"^compare: `--architectures` must name at least 1 of fully"
    ):
        architectures_of("generate", [])


def test_settings_of_the_architectures_are_theirs():
    assert fixed_settings("transduce") == {"architecture", "encoder_cell", "decoder_cell", "link"}
    assert fixed_settings("generate") == {"architecture", "cell"}
