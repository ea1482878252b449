"""The model that a run begins with: its settings for the run, its weights for a network that grew.

What the weights depend on is the model's: architecture, sizes, and how data are read. Dropout,
training and decoding are the run's. A vocabulary or a list of classes may have grown behind its
end, so a tensor may have further rows, and keeps those it had. Checked by
`tests/export/test_start_model.py` and `tests/training/test_fine_tuning.py`.
"""

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..config import merge
from ..errors import ConfigError, FormatError
from ..plain import JSON, shown
from .model_file import ModelFile, model_path, read_model


@dataclass(frozen=True)
class StartModel:
    """A model to begin with.

    Attributes:
        file: What its file holds.
        path: The file.
        name: The file, as the user gave it.
        sha256: Of the file's bytes, in hexadecimal.
    """

    file: ModelFile
    path: Path
    name: str
    sha256: str

    @property
    def origin(self) -> dict[str, JSON]:
        """Name and SHA-256 of the file, for a log."""
        return {"file": self.name, "sha256": self.sha256}

    def say(self) -> str:
        """What the run is told to begin with, in a line."""
        step = self.file.training.get("step")
        steps = "" if step is None else f" of step {step:,}"
        return f"task: {self.file.task} (begins with the model{steps} in {self.name})"

    def inherited(self, tree: Mapping[str, object]) -> dict[str, object]:
        """Settings of a run that begins with the model.

        Args:
            tree: Settings of the user, nested mappings as in a recipe.
        Raises:
            ConfigError: One of them contradicts the model.
        """
        file = self.file
        model = dataclasses.asdict(file.model)
        fixed: dict[str, dict[str, Any]] = {
            "data": dict(file.parts.reading),
            "model": {key: value for key, value in model.items() if not key.endswith("dropout")},
        }
        task = tree.get("task", file.task)
        if task != file.task:
            raise self._contradicts("task", file.task, task)
        for section, values in fixed.items():
            given = tree.get(section)
            for key, value in given.items() if isinstance(given, Mapping) else ():
                if key in values and value not in (values[key], "auto", None):
                    raise self._contradicts(f"{section}.{key}", values[key], value)
        limits = {"max_symbols", "max_seconds"} & set(file.data_settings)
        usual = {
            "task": file.task,
            "data": {key: file.data_settings[key] for key in limits},
            "model": model,
            "decoding": dataclasses.asdict(file.decoding),
        }
        return merge(usual, tree, fixed)

    def record(self) -> list[JSON]:
        """What the training record of the new model says: this model, then what it came from."""
        own: dict[str, JSON] = dict(self.file.training)
        earlier = own.pop("from", [])
        own.pop("rows_seen", None)
        first: dict[str, JSON] = {**self.origin, "training": own}
        return [first, *(earlier if isinstance(earlier, list) else [])]

    def _contradicts(self, name: str, own: object, given: object) -> ConfigError:
        return ConfigError(
            f"train: `{name}` of the model {self.name} is {shown(own)}, and a run that begins with "
            f"it must keep that, got {shown(given)}. Drop the option, or train a new model."
        )


def read_start(path: str | Path, origin: Mapping[str, Any] | None = None) -> StartModel:
    """Read the model that a run is to begin with, or once began with.

    Args:
        path: A model file, or the folder of a run.
        origin: What `StartModel.origin` was when the run began.
    Raises:
        FormatError: The file is absent, damaged, foreign, or of a newer format, or another than it
            was.
    """
    file, path = read_model(Path(path)), model_path(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if origin is not None and origin["sha256"] != sha256:
        raise FormatError(
            f"train: `{path}` is not the model that the run began with: its SHA-256 is {sha256}, "
            f"and the log has {origin['sha256']}. Bring the old file back, or train anew."
        )
    name = str(path) if origin is None else str(origin["file"])
    return StartModel(file, path, os.fsencode(name).decode("utf-8", "replace"), sha256)


def with_rows(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """A tensor of a network that grew: the rows of the old one, then its own new ones.

    Args:
        new: The tensor of the new network.
        old: The same tensor of the model, with as many rows or fewer.
    """
    assert new.ndim == old.ndim, "networks of one architecture"
    assert new.shape[1:] == old.shape[1:], "only rows are added"
    return np.concatenate([old, new[len(old) :]]).astype(new.dtype)
