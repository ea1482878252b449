"""`seqloom.load`: from a path to a model at work, typed by its task.

Checked by `tests/runtime/test_load.py`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from ..errors import ConfigError
from ..export.model_file import guarded, model_path, read_model
from .model import Engine, Model, check_engine, model_of

if TYPE_CHECKING:
    from .classify import Classifier
    from .forecast import Forecaster
    from .generate import Generator
    from .transcribe import Transcriber
    from .transduce import Transducer


@overload
def load(
    path: str | Path,
    task: Literal["transduce"],
    *,
    engine: Engine = "auto",
    threads: int | None = 1,
) -> "Transducer": ...
@overload
def load(
    path: str | Path, task: Literal["classify"], *, engine: Engine = "auto", threads: int | None = 1
) -> "Classifier": ...
@overload
def load(
    path: str | Path, task: Literal["forecast"], *, engine: Engine = "auto", threads: int | None = 1
) -> "Forecaster": ...
@overload
def load(
    path: str | Path,
    task: Literal["transcribe"],
    *,
    engine: Engine = "auto",
    threads: int | None = 1,
) -> "Transcriber": ...
@overload
def load(
    path: str | Path, task: Literal["generate"], *, engine: Engine = "auto", threads: int | None = 1
) -> "Generator": ...
@overload
def load(
    path: str | Path, task: str | None = None, *, engine: Engine = "auto", threads: int | None = 1
) -> Model: ...
def load(
    path: str | Path, task: str | None = None, *, engine: Engine = "auto", threads: int | None = 1
) -> Model:
    """Read a model file.

    Args:
        path: A run's folder, or its `best.safetensors`.
        task: The task that the model must be for; a type checker then knows its class.
        engine: What predicts: `native`, the engine in C++; `numpy`, the readable reference, whose
            results are the same to about 1e-5; `auto`, native where it was built.
        threads: On which the native engine works at once, with the same results; all of the machine
            if `None`.
    Returns:
        The `Model` of its task: a `Transducer`, `Classifier`, `Forecaster`, `Transcriber` or
        `Generator`.
    Raises:
        FormatError: The file is absent, damaged, cut short, foreign, or of a newer format.
        ConfigError: The model is for another task, or the engine was not built.
    """
    check_engine(engine)
    file = model_path(path)
    with guarded(file):
        model = model_of(read_model(file), engine, threads)
    if task is not None and task != model.file.task:
        raise ConfigError(f"load: `{file}` must be a model for {task}, got {model.file.task}.")
    model.path = file
    return model
