"""Trackers of experiments: `--track NAME`, `seqloom.train(..., track=NAME)`.

Each is a callback over an optional package, in a module of its own, imported when it is asked for.
They write to the local disk; where, and how to look at it, is in `docs/tracking.md`. Checked by
`tests/training/test_tracking.py` with the real packages.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from ...config.rules import one_of
from ...errors import MissingExtraError
from .tracker import Tracker

__all__ = ["TRACKERS", "Tracker", "trackers"]

TRACKERS = {  # the package that each needs
    "tensorboard": "tensorboard",
    "mlflow": "mlflow",
    "wandb": "wandb",
    "trackio": "trackio",
}


def trackers(names: str | Sequence[str]) -> tuple[Tracker, ...]:
    """The trackers of these names.

    Args:
        names: Keys of `TRACKERS`; one alone may be a text.
    Raises:
        ConfigError: There is no such tracker.
        MissingExtraError: Its package is not installed.
    """
    found = []
    for name in [names] if isinstance(names, str) else dict.fromkeys(names):
        package = TRACKERS[one_of("track", name, TRACKERS, "train")]
        if find_spec(package) is None:
            raise MissingExtraError(
                f"train: `{package}` is not installed. Run: pip install {package}"
            )
        tracker: Tracker = import_module(f".{name}_runs", __name__).RUNS()
        found.append(tracker)
    return tuple(found)
