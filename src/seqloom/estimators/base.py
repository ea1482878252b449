"""What the estimators share: parameters that are settings, and a model kept as its file's bytes.

A parameter has the short name of a setting (`hidden_size` is `model.hidden_size`); `None`, the
default of all, leaves it to the task. So `get_params`, `set_params` and `clone` are those of
scikit-learn. Training writes its run into a folder that is removed. Checked by `tests/estimators/`.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..config import config_from, merge, sections_of
from ..config.short_names import OWN
from ..errors import ConfigError, DataError
from ..export.model_file import read_model
from ..runtime import Model, model_of
from ..training import train


class SeqloomEstimator(BaseEstimator):  # type: ignore[misc]
    """Base of the estimators.

    Attributes:
        TASK: What it learns.
        model_file_: The model file's bytes, after `fit`.
    """

    TASK: ClassVar[str]

    def _settings(self) -> dict[str, object]:
        """The parameters as nested settings.

        Raises:
            ConfigError: A parameter is none of the architecture, or both named and in `settings`.
        """
        given = {k: v for k, v in self.get_params(deep=False).items() if v is not None}
        tree: dict[str, object] = {"task": self.TASK}
        more = given.pop("settings", {})
        tree = merge(tree, more)
        model = more.get("model", {}) if isinstance(more, Mapping) else {}
        architecture = given.get("architecture", model.get("architecture"))
        if architecture is not None:
            tree = merge(tree, {"model": {"architecture": architecture}})
        architecture = config_from(tree, "fit").model.architecture
        for name, value in given.items():
            for section, key in self._targets(name, architecture):
                tree = merge(tree, {section: {key: _plain(value)}})
        return tree

    def _targets(self, name: str, architecture: str) -> list[tuple[str, str]]:
        """Sections and keys of a parameter."""
        sections = sections_of(self.TASK)
        parts = {
            "training": sections.training,
            "model": sections.models[architecture],
            "data": sections.data,
            "decoding": sections.decoding,
        }
        for section, cls in parts.items():
            keys = {field.name for field in fields(cls)}
            names = [name, *(one.partition(".")[2] for one in OWN.get(name, ()))]
            found = [key for key in dict.fromkeys(names) if key in keys]
            if found:
                return [(section, key) for key in found]
        raise ConfigError(
            f"fit: the architecture {architecture} has no setting `{name}`. Leave it out."
        )

    def _train(self, data: object) -> None:
        """Train in a folder that goes away, and keep the model."""
        with tempfile.TemporaryDirectory() as folder:
            result = train(data, Path(folder) / "run", config=self._settings(), progress=False)
            self._keep(result.path.read_bytes())

    def _keep(self, content: bytes) -> None:
        self.model_file_ = content
        self._model = loaded(content)

    @property
    def model_(self) -> Model:
        """The trained model, as `seqloom.load` gives it."""
        check_is_fitted(self)
        return self._model

    def save(self, path: str | Path) -> None:
        """Write the model file, which `seqloom.load` and the command line read.

        Args:
            path: The file.
        """
        check_is_fitted(self)
        Path(path).write_bytes(self.model_file_)

    def __sklearn_is_fitted__(self) -> bool:
        return "model_file_" in self.__dict__

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_model"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_file_" in self.__dict__:
            self._keep(self.model_file_)

    def __sklearn_tags__(self) -> Any:
        """Of scikit-learn 1.6 and later: input is texts, which have no features to count."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.no_validation = True
        return tags


def loaded(content: bytes) -> Model:
    """A model from the bytes of its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        path.write_bytes(content)
        return model_of(read_model(path))


def texts_of(X: object, name: str = "X") -> list[str]:
    """Texts from a list, an array or a column of a frame.

    Args:
        X: The texts; also an array or a frame with one column.
        name: What an error message calls them.
    Raises:
        DataError: They are none.
    """
    if isinstance(X, str | bytes):
        raise DataError(f"estimator: `{name}` must be a list of texts, got one. Write [text].")
    found = np.asarray(X if hasattr(X, "__array__") else list(X), dtype=object)  # type: ignore[call-overload]
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise DataError(
            f"estimator: `{name}` must be one text for each row, got an array of {found.ndim} "
            "dimensions. Select a column."
        )
    for place, text in enumerate(found):
        if not isinstance(text, str):
            raise DataError(
                f"estimator: `{name}` must be texts, got {type(text).__name__} in row {place + 1}. "
                "Convert it with str, or drop the row."
            )
    return list(map(str, found))


def check_lengths(X: list[str], y: object) -> None:
    """Raise a DataError unless both have as many rows."""
    if len(X) != len(y):  # type: ignore[arg-type]
        raise DataError(
            f"fit: X and y must have as many rows, got {len(X)} and {len(y)}. "  # type: ignore[arg-type]
            "Give a value for each text."
        )
    if not X:
        raise DataError("fit: X must have rows, got 0 samples. Give texts to learn from.")


def _plain(value: object) -> object:
    """A number of NumPy, as a grid of parameters may hold, as one of Python."""
    return value.item() if isinstance(value, np.generic) else value
