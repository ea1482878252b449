"""What rounding one weight costs: numbers by hand, and a weight that is spoilt by it is found."""

import math

import numpy as np
import pytest

from seqloom.export.model_file import read_model
from seqloom.quantisation.asking import along, evenly
from seqloom.quantisation.costs import LIMITS, costs, difference, divergence, relative_error
from seqloom.quantisation.rounding import candidates, rounded
from seqloom.runtime.model import model_of
from seqloom.tasks import TASKS

from .models import MODELS, SPOILT, spoilt, write_data


def test_divergence_by_hand():
    p, q = np.log([[0.5, 0.5], [0.9, 0.1]]), np.log([[0.25, 0.75], [0.9, 0.1]])
    first = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    assert divergence(p, q) == pytest.approx(first / 2)
    assert divergence(p, p) == 0.0


def test_what_is_impossible_costs_nothing():
    p = np.array([[0.0, -np.inf]])
    assert divergence(p, np.log([[0.75, 0.25]])) == pytest.approx(math.log(4 / 3))


def test_difference_by_hand():
    assert difference(np.array([[1.0, -2.0]]), np.array([[1.5, -2.0]])) == 0.25


def test_relative_error_by_hand():
    file = read_model(MODELS["transduce"])
    file.tensors["output.weight"][:] = 0.0
    assert relative_error(file, "int8", "output.weight") == 0.0
    file.tensors["output.weight"][0, :3] = 127.0, 0.4, 3.0  # the scale is 1, and 0.4 becomes 0
    expected = 0.4 / math.hypot(0.4, 3.0)  # without the largest
    assert relative_error(file, "int8", "output.weight") == pytest.approx(expected)
    file.tensors["output.bias"][:] = 0.0
    file.tensors["output.bias"][:2] = 2049.0, 1.0  # float16 has no odd numbers there
    assert relative_error(file, "float16", "output.bias") == pytest.approx(1 / 2049, rel=1e-6)


def test_examples_lie_evenly():
    assert evenly(3) == [0, 1, 2]
    assert evenly(9, 3) == [0, 4, 8]
    assert evenly(1, 5) == [0]
    assert len(set(evenly(100_000))) == 256


@pytest.mark.parametrize("name", ["transduce-1", "transduce-1-transformer"])
def test_probabilities_along_outputs_are_those_of_the_search(name):
    model = model_of(read_model(MODELS["transduce"].with_name(f"{name}.safetensors")))
    texts = ["abc", "hgfedc", "a"]
    best = [predictions[0] for predictions in model.predict_nbest(texts, 1)]
    symbols = [model.encode(text) for text in texts]
    source = np.zeros((3, 6), np.int64)
    for row, one in zip(source, symbols, strict=True):
        row[: len(one)] = one
    targets = [model.parts.target.encode(one.text) for one in best]
    said = along(model.runner, source, np.array([3, 6, 1]), targets)
    assert len(said) == sum(len(target) + 1 for target in targets)
    # rows of one step stand together, those of ended outputs left out
    total, row = np.zeros(3), 0
    for t in range(max(map(len, targets)) + 1):
        for k, target in enumerate(targets):
            if t <= len(target):
                total[k] += said[row, [*target, 2][t]]
                row += 1
    np.testing.assert_allclose(total, [one.log_probability for one in best], atol=1e-4)


@pytest.mark.parametrize("task", MODELS)
def test_costs_on_data(task, tmp_path):
    """Small for a sound model, larger for all weights together than for the cheapest."""
    file = read_model(MODELS[task])
    names = candidates(file, "int8")
    model = model_of(file)
    questions = TASKS[task].part("quantisation").questions(model, write_data(task, tmp_path))
    found = costs(file, "int8", names, questions)
    assert list(found) == names
    assert all(0.0 < cost < 0.05 for cost in found.values()), found
    every = questions.ask(model_of(rounded(file, "int8", names)))
    together = questions.compare(questions.ask(model), every)
    assert min(found.values()) < together < 0.1
    if questions.measure == "divergence":
        assert np.allclose(np.exp(every).sum(axis=-1), 1.0, atol=1e-4)


@pytest.mark.parametrize("with_data", [True, False])
def test_a_spoilt_weight_costs_most(with_data, tmp_path):
    file = spoilt()
    model = model_of(file)
    assert model.predict(["abc", "bad"]) == ["C B A", "D A B"]
    questions = None
    if with_data:
        data = write_data("transduce", tmp_path)
        questions = TASKS["transduce"].part("quantisation").questions(model, data)
    found = costs(file, "int8", candidates(file, "int8"), questions)
    limit = LIMITS["divergence" if with_data else "relative error"]
    assert [name for name, cost in found.items() if cost > limit] == [SPOILT]
