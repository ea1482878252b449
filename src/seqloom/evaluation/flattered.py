"""Whether a model has seen the data on which it is evaluated: its scores flatter it then."""

from collections.abc import Callable, Iterable

import numpy as np

from ..data.seen import SHARE, Seen, seen
from ..export.model_file import ModelFile


def seen_by(
    model: ModelFile,
    numbers: Iterable[np.ndarray],
    data: str,
    rows: str,
    say: Callable[[str], object],
) -> Seen | None:
    """How much of the data was in training, said if it is much.

    Args:
        model: What the model file holds.
        numbers: Of the evaluated rows, by `data/seen.py`.
        data: The evaluated data's name.
        rows: What its rows are called, plural.
        say: Told the warning.
    Returns:
        How much was seen; `None` if the model file does not say.
    """
    found = seen(model.training.get("rows_seen"), numbers)
    if found is not None and found.flatters:
        fact = (
            f"{_percent(found.share)} of the {rows} of {data} stood in"
            if found.share >= SHARE
            else f"{data} holds {_percent(found.of_part)} of the {rows} of"
        )
        say(
            f"warning: {fact} the model's training or validation data: the scores flatter it, so "
            "there is no verdict. Evaluate data that training did not read."
        )
    return found


def _percent(share: float) -> str:
    return "all" if share == 1 else f"about {100 * share:.0f} %"
