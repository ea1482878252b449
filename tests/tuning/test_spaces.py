"""The default spaces: every task and architecture has one, and it contains the defaults."""

import pytest

from seqloom.config import config_from, sections_of
from seqloom.tasks import TASKS
from seqloom.training.tasks import open_work
from seqloom.tuning.space import Space, space_from
from seqloom.tuning.spaces import SPACES, default_space

from ..comparison.toys import write_data

ALL = [(task, name) for task in TASKS for name in sections_of(task).models]


@pytest.mark.parametrize(("task", "architecture"), ALL)
def test_a_space_is_one_of_its_task(task, architecture):
    settings = {"task": task, "model": {"architecture": architecture}}
    space = Space(default_space(task, architecture), settings)
    assert 4 <= len(space.dimensions) <= 7
    assert space.dimensions[0].name == "training.learning_rate"
    assert space_from(space.plain(), settings).dimensions == space.dimensions


def test_no_space_is_of_anything_else():
    assert sorted((task, name) for task, one in SPACES.items() for name in one) == sorted(ALL)


@pytest.mark.parametrize("task", TASKS)
def test_the_defaults_of_real_data_are_trial_0(task, tmp_path):
    data = str(write_data(task, tmp_path))
    for architecture in sections_of(task).models:
        settings = {"task": task, "model": {"architecture": architecture}}
        space = Space(default_space(task, architecture), settings)
        work = open_work(data, None, config_from(settings))
        names = [dimension.name for dimension in space.dimensions]
        assert list(space.defaults(work.config)) == names
