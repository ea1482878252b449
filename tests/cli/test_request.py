"""Options that the model's task does not know are refused, whatever their value."""

from pathlib import Path

import pytest

from seqloom.cli.request import Request
from seqloom.errors import ConfigError

GOLDEN = Path(__file__).parents[1] / "export" / "golden"


@pytest.mark.parametrize("value", [0, 0.0, 1, "", True])
def test_a_value_of_nothing_is_given_all_the_same(value):
    request = Request("predict", Path("m"), {"texts": ["a"], "beam": value, "top_k": None})
    message = (
        r"^predict: `--beam` must be an option of the task classify, got a model that does not "
        r"know it\. It knows: nbest\.$"
    )
    with pytest.raises(ConfigError, match=message):
        request.only("classify", "texts", "nbest", "as_json")


def test_what_is_not_given_is_not_refused():
    options = {"texts": None, "beam": None, "sample": False, "names": []}
    Request("predict", Path("m"), options).only("classify", "texts")


@pytest.mark.parametrize("option", ["--temperature", "--seed", "--beam", "--level", "--length"])
def test_zero_on_the_command_line(refuses, option):
    said = refuses("predict", GOLDEN / "classify-1.safetensors", option, 0, "a")
    assert said.startswith(f"predict: `{option}` must be an option of the task classify, ")


def test_a_figure_is_checked_before_the_work(refuses, tmp_path):
    data = tmp_path / "data.tsv"
    data.write_text("never read\n")
    model = GOLDEN / "classify-1.safetensors"
    said = refuses("evaluate", model, data, "--figure", tmp_path / "f.xyz")
    assert said.startswith("evaluate: `--figure` must end in one of ")
    said = refuses("evaluate", model, data, "--figure", tmp_path / "none" / "f.png")
    assert said.startswith("evaluate: `--figure` must be in a folder that exists, got ")


def test_negative_seeds_of_generators(refuses, tmp_path):
    for name in ("negation", "tones"):
        said = refuses("make", name, "--out", tmp_path / name, "--seed", -1)
        assert said == "make: `--seed` must be at least 0, got -1."
