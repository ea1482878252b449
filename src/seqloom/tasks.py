"""The tasks, and where the parts of each are: the only list of tasks.

A part is named, `MODULE:NAME` below `seqloom`, and imported when it is asked for, so that a command
loads what it uses. A new task is one entry here. Checked by `tests/test_tasks.py`.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        does: What its models do, after "This model".
        settings: `config.Sections` of its settings.
        parts: `export.parts.Parts`, its part of a model file.
        networks: By architecture, its `networks.Network`s.
        model: `runtime.Model`, a model file at work.
        evaluation: Makes the `evaluation.ModelEvaluation` of a model on data.
        quantisation: The `quantisation.asking.Asked` of it, which measures what rounding costs.
        study: Makes the `Study` of an input and its answer, which a trace asks.
        work: `training.work.Work`, its part of a training.
        held_out: `comparison.tasks.HeldOut`, its held-out test in a comparison.
        architectures: The architectures that a comparison trains, in order.
        commands: The module of `predict` and `inspect`.
    """

    does: str
    settings: str
    parts: str
    networks: str
    model: str
    evaluation: str
    quantisation: str
    study: str
    work: str
    held_out: str
    architectures: str
    commands: str

    def part(self, name: str) -> Any:
        """A part, by its attribute's name."""
        module, _, attribute = getattr(self, name).partition(":")
        found = import_module(f".{module}", __package__)
        return getattr(found, attribute) if attribute else found


def _task(name: str, class_: str, model: str, networks: str, does: str) -> Task:
    """A task whose modules and classes are named after it in nearly every room."""
    return Task(
        does=does,
        settings=f"config.{name}:SECTIONS",
        parts=f"export.parts.{name}:{class_}Parts",
        networks=f"networks.{networks}:NETWORKS",
        model=f"runtime.{name}:{model}",
        evaluation=f"evaluation.tasks.{name}:evaluate",
        quantisation=f"quantisation.tasks.{name}:ASKED",
        study=f"inspection.tracing.studies.{name}:study",
        work=f"training.tasks.{name}:{class_}",
        held_out=f"comparison.tasks.{name}:{class_}HeldOut",
        architectures=f"comparison.architectures:{name.upper()}",
        commands=f"cli.tasks.{name}",
    )


TASKS = {
    "transduce": _task(
        *("transduce", "Transduce", "Transducer", "pairs"),
        "maps a sequence of symbols to another sequence",
    ),
    "classify": _task(
        *("classify", "Classify", "Classifier", "classifiers"), "predicts the label of a text"
    ),
    "forecast": _task(
        *("forecast", "Forecast", "Forecaster", "forecasters"),
        "predicts future values of a time series",
    ),
    "transcribe": _task(
        *("transcribe", "Transcribe", "Transcriber", "recognisers"), "converts speech to text"
    ),
    "generate": _task(
        *("generate", "Generate", "Generator", "language"), "continues a text, symbol by symbol"
    ),
}
