"""The warning of `evaluate` that a model has seen the data: its scores flatter it."""

import sys
from collections.abc import Iterable
from dataclasses import asdict

import numpy as np

from ..data.seen import SHARE, Seen, seen
from ..export.model_file import ModelFile
from ..plain import JSON
from .options import EvaluateOptions


def warn_of_seen(
    model: ModelFile, numbers: Iterable[np.ndarray], file: str, rows: str
) -> Seen | None:
    """Say so if much of the data was in training.

    Args:
        model: What the model file holds.
        numbers: Of the evaluated rows, by `data/seen.py`.
        file: The evaluated file.
        rows: What its rows are called, plural.
    Returns:
        How much was seen; `None` if the model file does not say.
    """
    found = seen(model.training.get("rows_seen"), numbers)
    if found is not None and found.flatters:
        fact = (
            f"{_percent(found.share)} of the {rows} of {file} stood in"
            if found.share >= SHARE
            else f"{file} holds {_percent(found.of_part)} of the {rows} of"
        )
        print(
            f"warning: {fact} the model's training or validation data: the scores flatter it, so "
            "there is no verdict. Evaluate data that training did not read.",
            file=sys.stderr,
        )
    return found


def subject(options: EvaluateOptions, found: Seen | None) -> dict[str, JSON]:
    """What an evaluation's JSON begins with: the files, and `seen` if the model file says it."""
    about: dict[str, JSON] = {"model": str(options.model), "data": options.file}
    return about if found is None else about | {"seen": asdict(found)}


def _percent(share: float) -> str:
    return "all" if share == 1 else f"about {100 * share:.0f} %"
