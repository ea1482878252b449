"""What a user may set, what is refused, and a folder that goes on with its own comparison only."""

import pytest

from seqloom.comparison import compare, plan
from seqloom.comparison.budget import checked_budget
from seqloom.comparison.request import ComparisonRequest
from seqloom.errors import ConfigError, DataError, RunError

from .toys import SMALL, Heard, write_data


def asked(data, **changes):
    options = {
        "data": str(data),
        "test": None,
        "task": "transduce",
        "budget": checked_budget("steps", 9),
        "seeds": 2,
        "architectures": None,
        "settings": SMALL["transduce"],
    }
    return ComparisonRequest(**{**options, **changes})


@pytest.fixture
def words(tmp_path):
    return write_data("transduce", tmp_path)


def test_settings_go_to_the_architectures_that_have_them(words, tmp_path):
    made = plan.make_plan(asked(words), tmp_path / "out", lambda text: None)
    assert made.seeds == (1, 2)
    small = SMALL["transduce"]["model"]
    for architecture in made.architectures:
        model = made.models[architecture.name]
        assert model["hidden_size"] == small["hidden_size"]
        assert ("num_heads" in model) == (architecture.name == "transformer")
        assert ("attention_size" in model) == (architecture.name != "transformer")
        config = made.config(architecture, 2)
        assert config["training"] == {"samples": 0, "seed": 2, "steps": 9}
        columns = {"header": "no", "source_column": "1", "target_column": "2"}
        columns |= {f"{role}_column": "none" for role in ("group", "split", "features", "weight")}
        assert config["data"] == {**SMALL["transduce"]["data"], **columns}


def test_a_budget_of_parameters_is_the_usual_network_and_is_kept(words, tmp_path):
    settings = {"data": {"batch_symbols": 100}, "training": {"steps": 7}}
    settings["model"] = {"embedding_size": 6, "encoder_layers": 1, "num_heads": 2}
    budget = checked_budget("parameters", None)
    request = asked(words, budget=budget, settings=settings, architectures=["attention"])
    heard = Heard()
    made = plan.make_plan(request, tmp_path / "out", heard.say)
    count = f"{made.budget.amount:,.0f}"
    said = f"budget: {count} parameters, as many as GRU with attention has by default"
    assert said in heard.lines
    assert made.models["gru-attention"]["hidden_size"] == 256
    assert made.config(made.architectures[0], 1)["training"]["steps"] == 7
    again = plan.make_plan(request, tmp_path / "out", heard.say)
    assert again.budget == made.budget
    assert again.models == made.models
    assert heard.lines[-1] == f"continuing in {tmp_path / 'out'}"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"model": {"encoder_cell": "gru"}},
            "compare: `--set model.encoder_cell` must be left to the architectures, got 'gru'. "
            "Choose among them with --architectures.",
        ),
        (
            {"model": {"hiden_size": 9}},
            "compare: `model.hiden_size` is not a known setting. Did you mean model.hidden_size?",
        ),
        (
            {"training": {"seed": 4}},
            "compare: `--set training.seed` must be left out, got 4. Give --seeds, how many.",
        ),
        (
            {"training": {"epochs": 4}},
            "compare: `--set training.epochs` must be left to the budget, got 4. "
            "Give --budget steps --amount.",
        ),
        (
            {"training": {"minutes": 4}},
            "compare: `--set training.minutes` must be left to the budget, got 4. "
            "Give --budget minutes --amount.",
        ),
        (
            {"data": {"max_symbols": 0}},
            "compare: `data.max_symbols` must be from 1 to 5000, got 0.",
        ),
        (
            {"model": {"hidden_size": 10}},
            "config: `model.hidden_size` must be even and a multiple of num_heads=4, got 10. "
            "Change one of the two.",
        ),
    ],
)
def test_settings_that_are_refused_before_anything_is_written(settings, text, words, tmp_path):
    with pytest.raises(ConfigError) as error:
        compare(words, tmp_path / "out", task="transduce", budget="steps", settings=settings)
    assert str(error.value) == text
    assert not (tmp_path / "out" / "compare.json").exists()


def test_sizes_are_not_set_where_they_are_searched(words, tmp_path):
    with pytest.raises(ConfigError) as error:
        compare(words, tmp_path / "out", budget="parameters", settings=SMALL["transduce"])
    assert str(error.value) == (
        "compare: `--set model.hidden_size` must be left out with --budget parameters, which "
        "searches it, got one. Give --amount."
    )


def test_no_seeds(words, tmp_path):
    with pytest.raises(ConfigError, match=r"^compare: `--seeds` must be at least 1, got 0\.$"):
        compare(words, tmp_path / "out", seeds=0)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"budget": checked_budget("steps", 8)}, "budget"),
        ({"settings": {**SMALL["transduce"], "decoding": {"beam": 1}}}, "settings"),
        ({"task": "generate", "settings": {}}, "task"),
    ],
)
def test_another_comparison_in_the_folder_is_refused(changes, what, words, tmp_path):
    out = tmp_path / "out"
    plan.make_plan(asked(words), out, lambda text: None)
    with pytest.raises(RunError) as error:
        plan.make_plan(asked(words, **changes), out, lambda text: None)
    assert str(error.value) == (
        f"compare: `{out}` holds results of other {what}. Choose another --out, or repeat the "
        "command that began it."
    )


def test_other_data_are_refused_and_other_architectures_and_seeds_are_not(words, tmp_path):
    out = tmp_path / "out"
    plan.make_plan(asked(words), out, lambda text: None)
    more = plan.make_plan(asked(words, seeds=3, architectures=["lstm"]), out, lambda text: None)
    assert (more.seeds, [r.name for r in more.architectures]) == ((1, 2, 3), ["lstm"])
    words.write_text(words.read_text() + "abc\tA B C\n")
    with pytest.raises(RunError, match="holds results of other data"):
        plan.make_plan(asked(words), out, lambda text: None)


def test_a_folder_of_something_else_is_refused(words, tmp_path):
    with pytest.raises(RunError) as error:
        plan.make_plan(asked(words), tmp_path, lambda text: None)
    assert str(error.value) == (
        f"compare: `{tmp_path}` already contains other files ({words.name}). Choose another --out."
    )
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "compare.json").write_text('{"format": 99}')
    with pytest.raises(RunError, match=r"compare\.json` is damaged or of another version"):
        plan.make_plan(asked(words), tmp_path / "out", lambda text: None)


def test_data_that_are_not_there(tmp_path):
    with pytest.raises(DataError, match=r"^compare: `.*none\.tsv` must be readable, got No such"):
        plan.make_plan(asked(tmp_path / "none.tsv"), tmp_path / "out", lambda text: None)
    assert not (tmp_path / "out").exists()
