"""The rungs of every task: real settings, in the order of the story, neighbours that differ in one
thing."""

import pytest

from seqloom.comparison.ladder import fixed_settings, rungs_of
from seqloom.config import config_from
from seqloom.errors import ConfigError
from seqloom.tasks import TASKS

ORDER = ("fully-connected", "rnn", "lstm", "gru", "attention", "transformer")
CHOSEN = {"cell", "encoder_cell", "decoder_cell"}


@pytest.mark.parametrize("task", TASKS)
def test_every_rung_is_a_network_of_the_task(task):
    ladder = rungs_of(task)
    places = [ORDER.index(rung.rung) for rung in ladder]
    assert places == sorted(set(places))
    assert len({rung.name for rung in ladder} | {rung.title for rung in ladder}) == 2 * len(ladder)
    for rung in ladder:
        model = config_from({"task": task, "model": dict(rung.model)}).model
        assert {key: getattr(model, key) for key in rung.model} == rung.model


@pytest.mark.parametrize("task", TASKS)
def test_cells_differ_in_the_cell_alone(task):
    cells = [rung for rung in rungs_of(task) if rung.rung in ("rnn", "lstm", "gru")]
    assert len(cells) == 3
    rest = [{k: v for k, v in rung.model.items() if k not in CHOSEN} for rung in cells]
    assert rest[0] == rest[1] == rest[2]
    for rung in cells:
        assert {v for k, v in rung.model.items() if k in CHOSEN} == {rung.rung}


@pytest.mark.parametrize(("task", "key"), [("transduce", "link"), ("forecast", "attention")])
def test_attention_is_the_same_gru_that_looks_back(task, key):
    by_rung = {rung.rung: rung.model for rung in rungs_of(task)}
    differing = {k for k, v in by_rung["attention"].items() if by_rung["gru"][k] != v}
    assert differing == {key}


def test_rungs_are_chosen_by_place_or_name_and_stay_in_order():
    assert [r.name for r in rungs_of("transduce", ["attention", "lstm"])] == [
        "lstm",
        "gru-attention",
    ]
    assert [r.name for r in rungs_of("transcribe", ["las"])] == ["las"]
    assert rungs_of("classify") == rungs_of("classify", None)


def test_a_rung_that_the_task_has_not_is_refused():
    with pytest.raises(ConfigError) as error:
        rungs_of("transduce", ["gru", "fully-connected"])
    assert str(error.value) == (
        "compare: `--rungs` must be one of rnn, lstm, gru, attention, gru-attention, transformer, "
        "got 'fully-connected'."
    )
    with pytest.raises(ConfigError, match=r"^compare: `--rungs` must name at least 1 of fully"):
        rungs_of("generate", [])


def test_settings_of_the_rungs_are_theirs():
    assert fixed_settings("transduce") == {"architecture", "encoder_cell", "decoder_cell", "link"}
    assert fixed_settings("generate") == {"architecture", "cell"}
