"""`seqloom.evaluate`: how good a model is on data, for each task.

A module a task: its `evaluate` reads the data, asks the model, and returns a `ModelEvaluation`.
Checked by `tests/cli/test_evaluation.py`.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...data.given import like
from ...errors import ConfigError
from ...runtime import Model, load
from ...tasks import TASKS
from ..model_evaluation import ModelEvaluation

__all__ = ["ModelEvaluation", "evaluate", "options_of"]


def evaluate(
    model: Model | str | Path,
    data: object,
    *,
    say: Callable[[str], object] | None = None,
    **options: Any,
) -> ModelEvaluation:
    """Measure a model on test data, with confidence intervals and baselines.

    Args:
        model: A model, its file, or a run's folder.
        data: Test data in the form of the training data.
        say: Told at once each note on what is odd; they are in the result too.
        **options: Of the task. `transduce`: `beam`, `length_penalty`. `classify`: `baselines`
            (training data to fit them on), `valid` (data to choose their settings on), `by` (a
            column whose values divide the texts). `forecast`: `windows` (of the backtest), `test`
            (data that follow these), `against` (names of baselines), `level` (of the interval,
            %). `transcribe`: `beam`, `length_penalty`. `generate`: `baselines`.
    Returns:
        The task's evaluation: `print` it, or read its `scores`.
    Raises:
        DataError: The data breaks a rule.
        ConfigError: An option is not one of the task's, or out of range.
        FormatError: The model's file is absent or damaged.
        MissingExtraError: The metrics or baselines need a package that is not installed.
    """
    loaded: Model = model if isinstance(model, Model) else load(model)
    task = loaded.file.task
    own = options_of(task)
    for name in options:
        if name not in own:
            raise ConfigError(
                f"evaluate: `{name}` is not an option for {task} models. Their options: "
                f"{', '.join(own)}."
            )
    test = like(loaded.file.data_settings, data)
    found: ModelEvaluation = TASKS[task].part("evaluation")(loaded, test, say=say, **options)
    return found


def options_of(task: str) -> list[str]:
    """Names of the options that a task's evaluation has."""
    parameters = inspect.signature(TASKS[task].part("evaluation")).parameters
    return [name for name in parameters if name not in ("model", "data", "say")]
