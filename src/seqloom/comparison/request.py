"""What the user asked for, checked before anything is read.

Checked by `tests/comparison/test_plan.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from ..config import merge, sections_of
from ..config.rules import unknown
from ..data.given import given
from ..data.hashes import sha256
from ..errors import ConfigError, DataError
from .architectures import fixed_settings
from .budget import Budget
from .records import Settings, section

LENGTHS = ("epochs", "minutes", "steps")


@dataclass(frozen=True)
class ComparisonRequest:
    """What the user asked for.

    Attributes:
        data: A file, or the name of a data set.
        test: A file of its own to test on, if any.
        task: A key of `TASKS`; guessed if `None`.
        budget: What every architecture may use.
        seeds: How many of them, from 1 on.
        architectures: Some of them; all if `None`.
        settings: Nested settings, as of `--set`.
    """

    data: str
    test: str | None
    task: str | None
    budget: Budget
    seeds: int
    architectures: Sequence[str] | None
    settings: Settings


def check_settings(task: str, request: ComparisonRequest) -> None:
    """Raise a ConfigError for a setting that is not the user's, or that no architecture has."""
    model, training = section(request.settings, "model"), section(request.settings, "training")
    for key in fixed_settings(task) & set(model):
        raise ConfigError(
            f"compare: `--set model.{key}` must be left to the architectures, got {model[key]!r}. "
            "Choose among them with --architectures."
        )
    if "seed" in training:
        raise ConfigError(
            f"compare: `--set training.seed` must be left out, got {training['seed']!r}. "
            "Give --seeds, how many."
        )
    kind = request.budget.kind
    for key in LENGTHS:
        if key in training and not (kind == "parameters" and key == "steps"):
            raise ConfigError(
                f"compare: `--set training.{key}` must be left to the budget, got "
                f"{training[key]!r}. Give --budget {'steps' if key == 'epochs' else key} --amount."
            )
    if kind == "parameters" and {"hidden_size", "feedforward_size"} & set(model):
        raise ConfigError(
            "compare: `--set model.hidden_size` must be left out with --budget parameters, which "
            "searches it, got one. Give --amount."
        )
    known = {f.name for cls in sections_of(task).models.values() for f in fields(cls)}
    for key in model:
        if key not in known:
            raise ConfigError(f"compare: {unknown(key, known, 'model.')}")


def identity(task: str, request: ComparisonRequest) -> dict[str, object]:
    """What makes a comparison this one."""
    return {
        "task": task,
        "files": [_digest(request.data), None if request.test is None else _digest(request.test)],
        "budget": [request.budget.kind, request.budget.amount],
        "settings": merge(request.settings),
    }


def _digest(data: str) -> str:
    """SHA-256 of a file, or of the texts of a folder."""
    source = given(data)
    return data if source.kind == "set" else sha256(map(_bytes, source.files()))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(
            f"compare: `{file}` must be readable, got {error.strerror}. Name another file."
        ) from error
