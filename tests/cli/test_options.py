"""Options that the model's task does not know are refused, whatever their value."""

import dataclasses
from pathlib import Path

import pytest

from seqloom.cli.command import flag_of, given_options
from seqloom.cli.options import EvaluateOptions, InspectOptions, PredictOptions
from seqloom.errors import ConfigError
from seqloom.tasks import TASKS

GOLDEN = Path(__file__).parents[1] / "export" / "golden"


@pytest.mark.parametrize("value", [0, 1])
def test_a_value_of_nothing_is_given_all_the_same(value):
    options = PredictOptions(model=Path("m"), texts=["a"], length=value, top_k=None)
    message = (
        r"^predict: `--length` is not an option for classify models\. "
        r"Their options: column, engine, nbest, out, scores, threads, write\.$"
    )
    with pytest.raises(ConfigError, match=message):
        options.check_known("classify")


def test_what_is_not_given_is_not_refused():
    options = EvaluateOptions(model=Path("m"), file="f", as_json=True, beam=None)
    assert dict(given_options(options)) == {"model": Path("m"), "file": "f", "as_json": True}
    for task in TASKS:
        options.check_known(task)


KNOWN = {
    ("predict", "transduce"): (
        "beam column length-penalty mass nbest no-exceptions oovs out sample scores seed "
        "temperature top-k top-p write"
    ),
    ("predict", "classify"): "column nbest out scores write",
    ("predict", "forecast"): "figure level",
    ("predict", "transcribe"): "beam length-penalty stream",
    ("predict", "generate"): "length nbest seed temperature top-k top-p",
    ("evaluate", "transduce"): "beam length-penalty outputs target-file",
    ("evaluate", "classify"): "baselines by figure outputs valid",
    ("evaluate", "forecast"): "against figure level test windows",
    ("evaluate", "transcribe"): "beam length-penalty outputs",
    ("evaluate", "generate"): "baselines",
    ("inspect", "transduce"): "alignments data layer pattern span step target weight",
    ("inspect", "classify"): "data layer pattern span step target",
    ("inspect", "forecast"): "series",
    ("inspect", "transcribe"): "alignments data layer span step target",
    ("inspect", "generate"): "data layer pattern span step target",
}
DRAWING = {"figure", "page", "trace", "what"}  # of `inspect`, whatever the task


@pytest.mark.parametrize(("command", "task"), KNOWN)
def test_what_a_task_knows(command, task):
    """Each other option of the command is refused, with a list of these."""
    options = {kind.COMMAND: kind for kind in (PredictOptions, EvaluateOptions, InspectOptions)}
    own = {*KNOWN[command, task].split(), *(DRAWING if command == "inspect" else ())}
    own |= {"engine", "threads"} if command == "predict" else set()
    fields = {field.name for field in dataclasses.fields(options[command])}
    tried = fields - {"model", "file", "texts", "given", "explain"}
    arguments = {"model": Path("m"), **({"file": "f"} if command == "evaluate" else {})}
    refused, said = set(), set()
    for name in tried:
        asked = options[command](**arguments)
        object.__setattr__(asked, name, 1)  # whatever its type
        try:
            asked.check_known(task)
        except ConfigError as error:
            refused.add(flag_of(name))
            said.add(str(error).partition(" Their options: ")[2])
    assert {flag_of(name) for name in tried} - refused - {"json"} == own
    assert said == {f"{', '.join(sorted(own))}."}
    assert ("json" in refused) == ((command, task) == ("predict", "forecast"))


@pytest.mark.parametrize("option", ["--temperature", "--seed", "--beam", "--level", "--length"])
def test_zero_on_the_command_line(refuses, option):
    said = refuses("predict", GOLDEN / "classify-1.safetensors", option, 0, "a")
    assert said.startswith(f"predict: `{option}` is not an option for classify models. ")


def test_a_figure_is_checked_before_the_work(refuses, tmp_path):
    data = tmp_path / "data.tsv"
    data.write_text("never read\n")
    model = GOLDEN / "classify-1.safetensors"
    said = refuses("evaluate", model, data, "--figure", tmp_path / "f.xyz")
    assert said.startswith("evaluate: `--figure` must end in one of ")
    said = refuses("evaluate", model, data, "--figure", tmp_path / "none" / "f.png")
    assert said.startswith("evaluate: the folder of `--figure` ")


def test_negative_seeds_of_generators(refuses, tmp_path):
    for name in ("negation", "tones"):
        said = refuses("make", name, "--out", tmp_path / name, "--seed", -1)
        assert said == "make: `--seed` must be at least 0, got -1."
