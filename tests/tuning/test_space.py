"""A space of TOML: what is drawn, what is set, and what is refused."""

import optuna
import pytest

from seqloom.config import config_from
from seqloom.errors import ConfigError
from seqloom.tuning.folder import space_toml
from seqloom.tuning.space import Dimension, space_from

PAIRS = {"task": "transduce"}


def drawn(space, **fixed):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.enqueue_trial(fixed)
    trial = study.ask()
    space.suggest(trial)
    return trial.params


def test_ranges_and_choices_are_those_of_the_settings():
    space = space_from(
        {
            "model": {"hidden_size": {"low": 64, "high": 192, "step": 64}, "cell": ["lstm", "gru"]},
            "training": {"learning_rate": {"low": 1e-4, "high": 1, "log": True}},
            "data": {"min_count": {"low": 1, "high": 9, "log": True}},
        },
        PAIRS,
    )
    assert [d.whole for d in space.dimensions] == [True, False, False, True]
    assert space.dimensions[2].high == 1.0
    found = [drawn(space)["model.hidden_size"] for _ in range(3)]
    assert {*found} <= {64, 128, 192}
    values = {"model.hidden_size": 128, "model.cell": "gru", "training.learning_rate": 0.5}
    config = config_from(space.settings_of(values))
    assert (config.model.encoder_cell, config.model.decoder_cell) == ("gru", "gru")
    assert (config.model.hidden_size, config.training.learning_rate) == (128, 0.5)


def test_a_space_is_read_back_from_its_own_toml(tmp_path):
    from seqloom.config import read_toml

    tree = {
        "model": {"hidden_size": {"low": 64, "high": 192, "step": 64}, "cell": ["lstm", "gru"]},
        "training": {"learning_rate": {"low": 1e-4, "high": 0.5, "log": True}},
    }
    space = space_from(tree, PAIRS)
    assert space.plain() == tree
    (tmp_path / "space.toml").write_text(space_toml(tree))
    assert space_from(read_toml(tmp_path / "space.toml"), PAIRS).dimensions == space.dimensions


def test_a_dimension_applies_where_the_architecture_has_it():
    tree = {
        "model": {
            "num_heads": [2, 4],
            "cell": ["lstm", "gru"],
            "architecture": ["recurrent", "transformer"],
            "dropout": {"low": 0.1, "high": 0.2},
        }
    }
    settings = {**PAIRS, "model": {"attention_size": 7}}
    space = space_from(tree, settings)
    names = {"model.architecture", "model.dropout"}
    first = drawn(space, **{"model.architecture": "transformer"})
    assert {*first} == names | {"model.num_heads"}
    second = drawn(space, **{"model.architecture": "recurrent"})
    assert {*second} == names | {"model.cell"}
    assert config_from(space.settings_of(first)).model.num_heads in (2, 4)
    assert config_from(space.settings_of(second)).model.attention_size == 7


def test_defaults_are_taken_where_the_space_contains_them():
    space = space_from(
        {
            "model": {
                "hidden_size": {"low": 100, "high": 300, "step": 100},
                "dropout": {"low": 0.0, "high": 0.5},
                "cell": ["lstm", "gru"],
                "bidirectional": [True, False],
            }
        },
        PAIRS,
    )
    wanted = {"model.dropout": 0.3, "model.cell": "lstm", "model.bidirectional": True}
    assert space.defaults(config_from(PAIRS)) == wanted  # 256 is not on the grid


def test_what_a_dimension_contains():
    assert not Dimension("x", low=0.0, high=0.5, step=0.05).contains(0.32)
    assert Dimension("x", low=0.0, high=0.5, step=0.05).contains(0.35)
    assert not Dimension("x", low=0, high=5).contains(None)
    assert not Dimension("x", low=0, high=5).contains(True)
    assert not Dimension("x", choices=(1, 2)).contains(True)


RANGE = {"low": 0.1, "high": 0.5}


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({}, "the search space must name a setting, got none."),
        ({"modle": {}}, "`modle` is not a known setting. Did you mean model?"),
        ({"model": 3}, "`model` must be a section, got 3."),
        (
            {"model": {"droput": RANGE}},
            "`model.droput` is not a known setting. Did you mean model.dropout?",
        ),
        (
            {"model": {"dropout": 0.3}},
            "`model.dropout` must be a list of values or a range such as "
            "{ low = 0.1, high = 0.5 }, got 0.3.",
        ),
        (
            {"model": {"dropout": {**RANGE, "stp": 1}}},
            "`model.dropout.stp` is not a known setting. Did you mean model.dropout.step?",
        ),
        (
            {"model": {"dropout": {"low": "a", "high": 1}}},
            "`model.dropout.low` must be a number, got 'a'.",
        ),
        (
            {"model": {"dropout": {**RANGE, "log": 1}}},
            "`model.dropout.log` must be true or false, got 1.",
        ),
        ({"model": {"cell": RANGE}}, "`model.cell` must be a list of values, got a range."),
        (
            {"model": {"cell": ["lstm"]}},
            "`model.cell` must be a list of 2 values or more, got ['lstm'].",
        ),
        ({"model": {"hidden_size": RANGE}}, "`model.hidden_size` must have whole numbers, got "),
        (
            {"model": {"dropout": {"low": 0.5, "high": 0.1}}},
            "`model.dropout` must have low < high, and with log = true low > 0 and no step, got ",
        ),
        (
            {"model": {"dropout": {"low": 0.0, "high": 0.1, "log": True}}},
            "`model.dropout` must have low < high, and with log = true low > 0 and no step, got ",
        ),
        (
            {"model": {"dropout": {**RANGE, "step": 0.3}}},
            "`model.dropout.step` must divide high - low, got ",
        ),
        (
            {"model": {"dropout": {"low": 0.5, "high": 1.5}}},
            "`model.dropout` must be from 0 to 0.95, got 1.5.",
        ),
        (
            {"model": {"cell": ["lstm", "lstn"]}},
            "`model.encoder_cell` must be one of rnn, lstm, gru, got 'lstn'. Did you mean lstm?",
        ),
        (
            {"model": {"architecture": ["recurrent", "transfomer"]}},
            "`model.architecture` must be one of recurrent, transformer, got 'transfomer'. "
            "Did you mean transformer?",
        ),
        (
            {"training": {"steps": [10, 20]}},
            "`training.steps` must be left out of the search space: the scores of the trials "
            "would not be comparable. Set it with --set.",
        ),
        (
            {"model": {"embedding_size": [3, 4]}},
            "`model.embedding_size` must be either searched or set, got both. "
            "Drop it from the search space, or from the settings.",
        ),
    ],
)
def test_refusals(tree, message):
    settings = {**PAIRS, "model": {"embedding_size": 3}}
    with pytest.raises(ConfigError) as caught:
        space_from(tree, settings, "tune: s.toml")
    assert str(caught.value).startswith(f"tune: s.toml: {message}")
