"""Budgets: sizes within 5 % of the weights asked for, of every architecture of every task."""

import pytest
import torch

from seqloom.comparison.architectures import architectures_of
from seqloom.comparison.budget import CLOSE, Counter, checked_budget, sized
from seqloom.config import config_from, merge
from seqloom.errors import ConfigError
from seqloom.training.tasks import open_work

from .toys import SMALL, TASKS, write_data

RUNGS = [(task, architecture.name) for task in TASKS for architecture in architectures_of(task)]
WANTED = {"transduce": 9_000, "transcribe": 20_000}


@pytest.fixture(scope="module")
def counters(tmp_path_factory):
    made = {}

    def of(task):
        if task not in made:
            folder = tmp_path_factory.mktemp(task)
            settings = {name: tree for name, tree in SMALL[task].items() if name != "model"}
            settings = merge({"task": task, "training": {"steps": 1}}, settings)
            made[task] = Counter(str(write_data(task, folder)), None, settings)
        return made[task]

    return of


def without_sizes(task, architecture):
    """An architecture's settings with the user's, but for those that are searched."""
    config = config_from({"task": task, "model": dict(architecture.model)}).model
    sizes = SMALL[task]["model"].items()
    given = {k: v for k, v in sizes if hasattr(config, k)}
    return {**given, **architecture.model, "hidden_size": config.hidden_size}


@pytest.mark.parametrize(("task", "name"), RUNGS)
def test_every_architecture_has_as_many_weights(task, name, counters):
    architecture = next(r for r in architectures_of(task) if r.name == name)
    counter, wanted = counters(task), WANTED.get(task, 15_000)
    model = sized(counter, without_sizes(task, architecture), wanted, architecture.title)
    # counted anew, by another way: the run's own
    settings = merge(counter.settings, {"model": model})
    network = open_work(counter.data, None, config_from(settings)).build()
    found = sum(p.numel() for p in network.parameters())
    assert abs(found - wanted) <= CLOSE * wanted
    assert {k: model[k] for k in architecture.model} == architecture.model


def test_counting_leaves_the_generator_alone(counters):
    architecture = architectures_of("generate")[1]
    before = torch.get_rng_state()
    counters("generate").count(architecture.model)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_number_that_no_size_has_is_refused(counters):
    architecture = architectures_of("transduce")[-1]
    with pytest.raises(ConfigError) as error:
        sized(
            counters("transduce"), {**architecture.model, "num_heads": 4}, 300, architecture.title
        )
    message = str(error.value)
    assert message.startswith(
        "compare: `--amount` must be a number of parameters that every architecture can have, "
        "got 300, where Transformer has "
    )
    assert message.endswith(
        " at the nearest size. Raise it, or leave that architecture out with --architectures."
    )


@pytest.mark.parametrize(
    ("kind", "amount", "text"),
    [
        (
            "hours",
            None,
            "compare: `--budget` must be one of parameters, minutes, steps, got 'hours'.",
        ),
        ("minutes", 0.01, "compare: `--amount` must be at least 0.05 minutes, got 0.01."),
        ("steps", 0, "compare: `--amount` must be at least 1 steps, got 0."),
        ("minutes", float("nan"), "compare: `--amount` must be at least 0.05 minutes, got nan."),
        ("steps", 2.5, "compare: `--amount` must be a whole number of steps, got 2.5."),
    ],
)
def test_budgets_that_are_refused(kind, amount, text):
    with pytest.raises(ConfigError) as error:
        checked_budget(kind, amount)
    assert str(error.value) == text


def test_defaults():
    assert checked_budget("minutes", None).amount == 3.0
    assert checked_budget("steps", None).training(None) == {"steps": 2000}
    assert checked_budget("parameters", None).amount is None
    assert checked_budget("parameters", 5).training(70) == {"steps": 70}
    assert checked_budget("minutes", 1.5).training(None) == {"minutes": 1.5}
