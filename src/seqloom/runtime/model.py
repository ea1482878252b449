"""`seqloom.load(path)`: a model file at work, with NumPy alone.

Each task has a `Model` of its own, made of the steps of `reference/`; whatever replaces one keeps
its face.
"""

import abc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..export.model_file import ModelFile, read_model

MODELS = {
    "classify": ("classify", "Classifier"),
    "transduce": ("transduce", "Transducer"),
    "generate": ("generate", "Generator"),
    "forecast": ("forecast", "Forecaster"),
    "transcribe": ("transcribe", "Transcriber"),
}


class Model(abc.ABC):
    """A trained model, ready to predict.

    Attributes:
        file: What its file holds.
        parts: The task's own part of that.
    """

    def __init__(self, file: ModelFile) -> None:
        """
        Args:
            file: A model file's contents.
        """
        self.file = file
        self.parts = file.parts

    @abc.abstractmethod
    def describe_parts(self) -> Iterator[tuple[str, Any]]:
        """Name and value of what the task holds besides its network."""

    def describe(self) -> Iterator[tuple[str, Any]]:
        """Name and value of everything worth knowing about the model."""
        file = self.file
        yield "task", file.task
        yield from self.describe_parts()
        yield "parameters", sum(tensor.size for tensor in file.tensors.values())
        for section in (file.model, file.decoding):
            yield from vars(section).items()
        for name, value in file.training.items():
            if name == "settings":
                for section in value.values():
                    yield from section.items()
            else:
                yield name, value


def load(path: str | Path) -> Any:
    """Read a model file.

    Args:
        path: A `best.safetensors` of a run.
    Returns:
        The `Model` of its task, e.g. a `Transducer`.
    Raises:
        FormatError: The file is absent, damaged, cut short, foreign, or of a newer format.
    """
    return model_of(read_model(Path(path)))


def model_of(file: ModelFile) -> Model:
    """The contents of a model file at work.

    Raises:
        FormatError: Settings and tensors do not fit together.
    """
    module, name = MODELS[file.task]
    model: type[Model] = getattr(import_module(f".{module}", __package__), name)
    return model(file)
