"""The list of tasks: every part that it names is there, and is what it says."""

import inspect

import pytest

from seqloom.comparison.architectures import Architecture
from seqloom.comparison.tasks import HeldOut
from seqloom.config import Sections
from seqloom.evaluation.tasks import ModelEvaluation
from seqloom.export.parts import Parts
from seqloom.inspection.tracing.study import Study
from seqloom.networks.network import Network
from seqloom.runtime.model import Model
from seqloom.tasks import TASKS
from seqloom.training.work import Work


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_parts_are_what_they_are_named(task):
    assert isinstance(task.part("settings"), Sections)
    assert all(isinstance(one, Architecture) for one in task.part("architectures"))
    assert all(issubclass(kind, Network) for kind in task.part("networks").values())
    for name, contract in (
        ("parts", Parts),
        ("model", Model),
        ("work", Work),
        ("held_out", HeldOut),
    ):
        assert issubclass(task.part(name), contract)
        assert task.part(name) is not contract
    assert issubclass(inspect.signature(task.part("study")).return_annotation, Study)
    found = inspect.signature(task.part("evaluation")).return_annotation
    assert issubclass(found, ModelEvaluation)
    commands = task.part("commands")
    assert all(callable(getattr(commands, name)) for name in ("predict", "trace"))


def test_the_list_loads_nothing():
    assert all(isinstance(value, str) for task in TASKS.values() for value in vars(task).values())
