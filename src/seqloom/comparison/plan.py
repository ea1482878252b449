"""All that is decided before the first step, kept in the folder so that a comparison continues.

`compare.json` has what was asked for and what followed from it: the files of the test, the sizes of
the networks. The same request finds it again and continues; another one is refused, but for more or
fewer seeds and architectures, which are runs of their own. Checked by
`tests/comparison/test_plan.py`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from ..config import config_from, merge, sections_of
from ..data.guess import guess_task
from ..errors import ConfigError
from .architectures import Architecture, architectures_of
from .budget import Budget, Counter, sized
from .folder import find_plan, write_json
from .records import FORMAT, PlanRecord, Settings, Spec, section
from .request import ComparisonRequest, check_settings, identity
from .tasks import HeldOut, held_out_class, held_out_test

DEFAULT_RUNG = {"transduce": "attention", "transcribe": "lstm"}  # else the task's own default


@dataclass(frozen=True)
class ComparisonPlan:
    """What is to be done.

    Attributes:
        folder: The comparison's.
        task: What all networks do.
        data: As the user named it.
        budget: With its amount.
        seeds: From 1 on.
        architectures: In order.
        models: Settings of `[model]` of each architecture by its name.
        settings: All other settings, `task` among them.
        spec: Of the held-out test.
        test: The held-out test.
        fingerprint: SHA-256 of the data and the test file.
    """

    folder: Path
    task: str
    data: str
    budget: Budget
    seeds: tuple[int, ...]
    architectures: tuple[Architecture, ...]
    models: Mapping[str, Settings]
    settings: Settings
    spec: Spec
    test: HeldOut
    fingerprint: str

    def config(self, architecture: Architecture, seed: int) -> dict[str, object]:
        """Settings of one run."""
        own = {"model": self.models[architecture.name], "training": {"seed": seed}}
        return merge(self.settings, own)


def make_plan(
    request: ComparisonRequest, folder: Path, say: Callable[[str], None]
) -> ComparisonPlan:
    """ComparisonPlan a comparison, or find the plan that the folder has.

    Args:
        request: What the user asked for.
        folder: Of the comparison.
        say: Prints what was read and guessed, line by line.
    Raises:
        ConfigError: A setting is unknown, out of range, or not the user's to set.
        DataError: The data break a rule.
        RunError: The folder holds another comparison, or something else.
    """
    task = request.task
    if task is None:
        guess = guess_task(request.data)
        task = guess.task
        say(guess.say())
    architectures = architectures_of(task, request.architectures)
    if request.seeds < 1:
        raise ConfigError(f"compare: `--seeds` must be at least 1, got {request.seeds}.")
    check_settings(task, request)
    asked = identity(task, request)
    path = folder / "compare.json"
    kept: PlanRecord | None = find_plan(path, "data", asked)
    if kept is None:
        kept = _prepare(task, request, asked, folder, say)
    else:
        say(f"continuing in {folder}")
    amount = request.budget.amount if request.budget.amount is not None else kept["amount"]
    budget = Budget(request.budget.kind, amount)
    plan = ComparisonPlan(
        folder=folder,
        task=task,
        data=request.data,
        budget=budget,
        seeds=tuple(range(1, request.seeds + 1)),
        architectures=architectures,
        models=_models(task, request, budget, architectures, kept),
        settings=_settings(task, request, budget, kept["exam"]),
        spec=kept["exam"],
        test=held_out_test(task, kept["exam"]),
        fingerprint=hashlib.sha256(json.dumps(asked["files"]).encode()).hexdigest(),
    )
    write_json(path, kept)
    return plan


def _own(task: str, request: ComparisonRequest, architecture: Architecture) -> dict[str, object]:
    """An architecture's settings, with those of the user's that its network has."""
    cls = sections_of(task).models[str(architecture.model["architecture"])]
    names = {f.name for f in fields(cls)}
    given = {k: v for k, v in section(request.settings, "model").items() if k in names}
    return {**architecture.model, **given}


def _settings(
    task: str, request: ComparisonRequest, budget: Budget, spec: Spec
) -> dict[str, object]:
    """All settings but those of the network."""
    others = {name: tree for name, tree in request.settings.items() if name != "model"}
    steps = section(others, "training").get("steps")
    assert steps is None or isinstance(steps, int), "checked"
    return merge({"task": task}, others, spec["settings"], {"training": budget.training(steps)})


def _prepare(
    task: str,
    request: ComparisonRequest,
    asked: dict[str, object],
    folder: Path,
    say: Callable[[str], None],
) -> PlanRecord:
    """Hold the test out, and read the training data for the first time."""
    for architecture in architectures_of(task):  # a setting out of range, before anything is read
        own = {"task": task, **request.settings, "model": _own(task, request, architecture)}
        config_from(own, "compare")
    cls = held_out_class(task)
    spec, lines = cls.hold_out(request.data, request.test, request.settings, folder / "data")
    for line in lines:
        say(line)
    settings = _settings(task, request, Budget("steps", 1), spec)
    counter = Counter(spec["train"], spec["valid"], settings)
    chosen = _default_architecture(task)
    work = counter.work(_own(task, request, chosen))
    for line in work.report:
        say(line)
    spec = cls.complete(spec, work)
    amount = request.budget.amount
    if amount is None:
        amount = counter.count(_own(task, request, chosen))
        say(f"budget: {amount:,.0f} parameters, as many as {chosen.title} has by default")
    return {
        "format": FORMAT,
        "asked": asked,
        "exam": spec,
        "amount": amount,
        "models": {},
    }


def _default_architecture(task: str) -> Architecture:
    """The recurrent network that a task's default is nearest to."""
    wanted = DEFAULT_RUNG.get(task, "lstm")
    return next(
        architecture for architecture in architectures_of(task) if architecture.kind == wanted
    )


def _models(
    task: str,
    request: ComparisonRequest,
    budget: Budget,
    architectures: Sequence[Architecture],
    kept: PlanRecord,
) -> dict[str, dict[str, object]]:
    """Settings of each network; sizes that were searched are kept for next time."""
    models = {
        architecture.name: _own(task, request, architecture) for architecture in architectures
    }
    if budget.kind != "parameters":
        return models
    spec = kept["exam"]
    counter = Counter(spec["train"], spec["valid"], _settings(task, request, budget, spec))
    for architecture in architectures:
        if architecture.name not in kept["models"]:
            wanted = int(budget.amount or 0)
            kept["models"][architecture.name] = sized(
                counter, models[architecture.name], wanted, architecture.title
            )
    return {architecture.name: kept["models"][architecture.name] for architecture in architectures}
