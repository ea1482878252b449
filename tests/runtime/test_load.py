"""`load`: a file or a run's folder, typed by the task; and how a model shows itself."""

import ast
import shutil
from pathlib import Path

import pytest

from seqloom.errors import ConfigError
from seqloom.runtime import load, loading
from seqloom.tasks import TASKS

from ..toys import GOLDEN


@pytest.mark.parametrize("task", TASKS)
def test_a_file_and_its_folder(tmp_path, task):
    file = GOLDEN / f"{task}-1.safetensors"
    shutil.copy(file, tmp_path / "best.safetensors")
    for path, place in ((file, file), (tmp_path, tmp_path / "best.safetensors")):
        for model in (load(path), load(str(path), task=task)):
            assert type(model) is TASKS[task].part("model")
            assert model.path == place
            assert model.name == str(place)


def test_another_task_is_refused():
    file = GOLDEN / "classify-1.safetensors"
    with pytest.raises(ConfigError) as raised:
        load(file, task="forecast")
    assert str(raised.value) == f"load: `{file}` must be a model for forecast, got classify."


def test_a_type_checker_knows_the_class():
    """Every task has an overload; its text is read, because the run-time checks drop overloads."""
    found = {}
    for node in ast.parse(Path(loading.__file__).read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            hint = node.args.args[1].annotation
            if isinstance(hint, ast.Subscript):
                found[hint.slice.value] = node.returns.value
    assert found == {task: TASKS[task].part("model").__name__ for task in TASKS}


def test_a_model_shows_what_it_is():
    file = GOLDEN / "classify-1.safetensors"
    assert repr(load(file, engine="numpy")) == (
        f"Classifier of {file}\n"
        "  network: recurrent gru, layers 1, hidden_size 8; 1,008 parameters\n"
        "  labels: negative, neutral, positive\n"
        "  text: words, lower case, vocabulary of 33\n"
        "  max_symbols: 400\n"
        "  engine: numpy\n"
        "  trained on: 267 texts, 60 steps\n"
        "  validation: accuracy 100, macro f1 100, log loss 0.4402"
    )
    assert repr(load(GOLDEN / "transcribe-1.safetensors")).splitlines()[1] == (
        "  network: ctc lstm, hidden_size 24, layers 2; 12,304 parameters"
    )
