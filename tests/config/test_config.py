"""Settings: what is written is read back the same, and what is wrong says its rule."""

import dataclasses
import math
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.config import (
    Config,
    config_from,
    merge,
    parse_assignments,
    read_toml,
    sections_of,
    to_toml,
    to_tree,
)
from seqloom.config.transduce import (
    RecurrentPairsConfig,
    TransduceDataConfig,
    TransduceDecodingConfig,
    TransduceTrainingConfig,
    TransformerPairsConfig,
)
from seqloom.errors import ConfigError
from seqloom.tasks import TASKS

LENGTHS = ("epochs", "minutes", "steps")


def classes_of(task):
    """The dataclasses of a task's sections."""
    sections = sections_of(task)
    return (sections.data, *sections.models.values(), sections.training, sections.decoding)


def values_of(field, hint):
    """Every value a field takes."""
    kinds = [a for a in get_args(hint) if a is not type(None)]
    if get_origin(hint) is Literal:
        return st.sampled_from(kinds)
    kind = kinds[0] if kinds else hint
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=9)
    low, high = field.metadata["low"], field.metadata["high"]
    values = st.integers(low, high) if kind is int else st.floats(low, high)
    return values | st.none() if kinds else values


def sections(cls):
    hints = get_type_hints(cls)
    fields = {f.name: values_of(f, hints[f.name]) for f in dataclasses.fields(cls)}
    drawn = st.fixed_dictionaries({}, optional=fields)
    return drawn.map(lambda values: cls(**consistent(cls, values)))


def consistent(cls, values):
    """Mend what two settings say against each other."""
    if values.get("attention") == "dot":
        values["bidirectional"] = False
    if "num_heads" in {f.name for f in dataclasses.fields(cls)}:
        heads = values.get("num_heads", 4)
        step = math.lcm(heads, 2)
        values["hidden_size"] = max(step, values.get("hidden_size", 256) // step * step)
    given_lengths = [n for n in LENGTHS if values.get(n) is not None]
    for name in given_lengths[1:]:
        values[name] = None
    return values


SECTIONS = {task: sections_of(task) for task in TASKS}  # imported now, not in a strategy


@st.composite
def configs(draw):
    """Settings of any task."""
    task = draw(st.sampled_from(list(TASKS)))
    wanted = SECTIONS[task]
    return Config(
        task=task,
        data=draw(sections(wanted.data)),
        model=draw(st.sampled_from(list(wanted.models.values())).flatmap(sections)),
        training=draw(sections(wanted.training)),
        decoding=draw(sections(wanted.decoding)),
    )


@settings(max_examples=80, deadline=None)
@given(config=configs())
def test_toml_is_read_back_the_same(config, tmp_path_factory):
    path = tmp_path_factory.mktemp("recipes") / "recipe.toml"
    path.write_text(to_toml(config, {"training.steps": "from minutes = 5"}), encoding="utf-8")
    assert config_from(read_toml(path)) == config
    assert config_from(to_tree(config)) == config


def test_remarks_stand_behind_their_settings():
    text = to_toml(config_from({"training": {"steps": 70}}), {"training.steps": "from minutes = 5"})
    assert "\nsteps = 70  # from minutes = 5\n" in text
    assert text.count("#") == 1
    assert "epochs" not in text  # None is left out
    assert text.startswith('task = "transduce"\n\n[data]\nheader = "auto"\n')


def test_what_is_missing_takes_its_default():
    everything = Config(
        task="transduce",
        data=TransduceDataConfig(),
        model=RecurrentPairsConfig(),
        training=TransduceTrainingConfig(),
        decoding=TransduceDecodingConfig(),
    )
    assert config_from({}) == everything
    got = config_from({"model": {"hidden_size": 8}, "training": {}})
    assert got == dataclasses.replace(everything, model=RecurrentPairsConfig(hidden_size=8))
    assert config_from({"model": {"architecture": "transformer"}}).model == TransformerPairsConfig()


def test_every_setting_has_a_doc_and_a_default_that_keeps_its_rule():
    for cls in [cls for task in TASKS for cls in classes_of(task)]:
        hints = get_type_hints(cls)
        for field in dataclasses.fields(cls):
            if field.name == "architecture":
                continue
            assert field.metadata["doc"], field.name
            if "low" in field.metadata and field.default is not None:
                low, high = field.metadata["low"], field.metadata["high"]
                assert low <= field.default <= high, field.name
                kinds = [a for a in get_args(hints[field.name]) if a is not type(None)]
                assert type(field.default) is (kinds[0] if kinds else hints[field.name])


CHOICES = "auto, characters, symbols, subwords"
WRONG = [
    # unknown keys, with the nearest name
    (
        {"modle": {}},
        "`modle` is not a known setting. Did you mean model?",
    ),
    (
        {"model": {"hiden_size": 8}},
        "`model.hiden_size` is not a known setting. Did you mean model.hidden_size?",
    ),
    (
        {"decoding": {"xyz": 8}},
        "`decoding.xyz` is not a known setting. Known: beam, length_penalty.",
    ),
    # each architecture refuses the other's
    (
        {"model": {"num_heads": 4}},
        "`model.num_heads` is not a known setting. Known: architecture, "
        "attention, attention_size, bidirectional, decoder_cell, decoder_layers, dropout, "
        "embedding_size, encoder_cell, encoder_layers, hidden_size, link.",
    ),
    (
        {"model": {"architecture": "transformer", "encoder_cell": "gru"}},
        "`model.encoder_cell` is not a known setting. Did you mean model.encoder_layers?",
    ),
    # types
    ({"model": 3}, "`model` must be a section, got 3."),
    ({"model": {"hidden_size": 8.0}}, "`model.hidden_size` must be a whole number, got 8.0."),
    ({"model": {"hidden_size": "8"}}, "`model.hidden_size` must be a whole number, got '8'."),
    ({"model": {"hidden_size": True}}, "`model.hidden_size` must be a whole number, got True."),
    ({"model": {"hidden_size": None}}, "`model.hidden_size` must be a whole number, got None."),
    ({"model": {"dropout": "no"}}, "`model.dropout` must be a number, got 'no'."),
    ({"model": {"dropout": True}}, "`model.dropout` must be a number, got True."),
    ({"model": {"bidirectional": 1}}, "`model.bidirectional` must be true or false, got 1."),
    ({"training": {"steps": [5]}}, "`training.steps` must be a whole number, got [5]."),
    # ranges
    ({"model": {"hidden_size": 0}}, "`model.hidden_size` must be from 1 to 8192, got 0."),
    ({"model": {"dropout": 0.96}}, "`model.dropout` must be from 0 to 0.95, got 0.96."),
    (
        {"training": {"learning_rate": math.nan}},
        "`training.learning_rate` must be from 1e-07 to 10, got nan.",
    ),
    ({"training": {"seed": 2**31}}, f"`training.seed` must be from 0 to {2**31 - 1}, got {2**31}."),
    ({"data": {"min_count": 0}}, "`data.min_count` must be from 1 to 1000000, got 0."),
    # choices
    (
        {"data": {"source_level": "character"}},
        f"`data.source_level` must be one of {CHOICES}, got 'character'. Did you mean characters?",
    ),
    (
        {"model": {"decoder_cell": "xlstm"}},
        "`model.decoder_cell` must be one of rnn, lstm, gru, got 'xlstm'. Did you mean lstm?",
    ),
    ({"model": {"link": 7}}, "`model.link` must be one of attention, context, got 7."),
    (
        {"model": {"architecture": "transfomer"}},
        "`model.architecture` must be one of recurrent, transformer, got 'transfomer'."
        " Did you mean transformer?",
    ),
    (
        {"model": {"architecture": ["recurrent"]}},
        "`model.architecture` must be one of recurrent, transformer, got ['recurrent']."
        " Did you mean recurrent?",
    ),
]


@pytest.mark.parametrize(("tree", "message"), WRONG)
def test_wrong_settings_say_the_rule(tree, message):
    with pytest.raises(ConfigError) as caught:
        config_from(tree, where="words.toml")
    assert str(caught.value) == f"words.toml: {message}"


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (
            {"training": {"epochs": 2, "minutes": 5}},
            "epochs and minutes exclude each other. Drop one; the config.toml of a run has steps.",
        ),
        (
            {"model": {"attention": "dot", "hidden_size": 4}},
            "`model.attention` must be additive or general for a bidirectional encoder, got dot: "
            "states of 4 and 8 have no dot product. Set model.attention=general.",
        ),
        (
            {"model": {"architecture": "transformer", "hidden_size": 10, "num_heads": 4}},
            "`model.hidden_size` must be even and a multiple of num_heads=4, got 10. "
            "Change one of the two.",
        ),
        (
            {"model": {"architecture": "transformer", "hidden_size": 9, "num_heads": 3}},
            "`model.hidden_size` must be even and a multiple of num_heads=3, got 9. "
            "Change one of the two.",
        ),
    ],
)
def test_settings_that_contradict_each_other_say_so(tree, message):
    with pytest.raises(ConfigError) as caught:
        config_from(tree)
    assert str(caught.value) == f"config: {message}"


def test_dot_is_fine_where_nothing_contradicts_it():
    config_from({"model": {"attention": "dot", "bidirectional": False}})
    config_from({"model": {"attention": "dot", "link": "context"}})


def test_whole_numbers_pass_for_numbers_and_none_for_no_value():
    got = config_from({"training": {"learning_rate": 1, "epochs": None}})
    assert type(got.training.learning_rate) is float
    assert got.training.epochs is None


def test_assignments_are_read_as_what_they_look_like():
    got = parse_assignments(
        [
            "model.hidden_size=512",
            "model.dropout = 0.25",
            "model.bidirectional=false",
            "data.stress=true",
            "data.source_level=characters",
            "training.learning_rate=3e-4",
            "model.hidden_size=64",  # the last one wins
        ]
    )
    assert got == {
        "model": {"hidden_size": 64, "dropout": 0.25, "bidirectional": False},
        "data": {"stress": True, "source_level": "characters"},
        "training": {"learning_rate": 3e-4},
    }
    assert type(got["model"]["hidden_size"]) is int
    assert parse_assignments([]) == {}
    assert parse_assignments(["a.b=c=d"]) == {"a": {"b": "c=d"}}


@pytest.mark.parametrize(
    "text", ["", "hidden_size=3", "model.hidden_size", "=3", ".x=3", "model.=3"]
)
def test_wrong_assignment_says_the_form(text):
    with pytest.raises(ConfigError) as caught:
        parse_assignments([text])
    assert str(caught.value) == (
        f"config: `--set` must be SECTION.KEY=VALUE, got {text!r}. "
        "Write for example --set model.hidden_size=512."
    )


def test_merge_lays_settings_over_one_another_and_leaves_them_alone():
    recipe = {"model": {"hidden_size": 8, "dropout": 0.1}, "training": {"steps": 5}}
    over = {"model": {"dropout": 0.2}, "data": {"stress": True}}
    got = merge(recipe, over, {"model": {"link": "context"}})
    assert got == {
        "model": {"hidden_size": 8, "dropout": 0.2, "link": "context"},
        "training": {"steps": 5},
        "data": {"stress": True},
    }
    got["data"]["stress"] = got["training"]["steps"] = None
    assert recipe == {"model": {"hidden_size": 8, "dropout": 0.1}, "training": {"steps": 5}}
    assert over == {"model": {"dropout": 0.2}, "data": {"stress": True}}
    assert merge({"model": 3}, {"model": {"a": 1}}) == {"model": {"a": 1}}
    assert merge() == {}


def test_unreadable_recipe_says_why(tmp_path):
    absent, folder, broken, bytes_ = (tmp_path / n for n in ("absent", "folder", "broken", "bytes"))
    folder.mkdir()
    broken.write_text("[model]\nhidden_size: 3")
    bytes_.write_bytes(b"\xff\xfe")
    for path, message in (
        (absent, "cannot be read: No such file or directory."),
        (folder, "cannot be read: Is a directory."),
        (broken, "is not TOML: Expected '=' after a key"),
        (bytes_, "is not TOML: 'utf-8' codec can't decode"),
    ):
        with pytest.raises(ConfigError) as caught:
            read_toml(path)
        assert str(caught.value).startswith(f"config: `{path}` {message}")
        assert "\n" not in str(caught.value)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        config_from({}).training.steps = 5
