"""One file a task: what it brings to the loop, under the contract of `training/work.py`."""

from importlib import import_module

from ...config import Config
from ..work import Work

WORKS = {
    "classify": ("classify", "Classify"),
    "transduce": ("transduce", "Transduce"),
    "generate": ("generate", "Generate"),
    "forecast": ("forecast", "Forecast"),
    "transcribe": ("transcribe", "Transcribe"),
}


def open_work(data: str, valid: str | None, config: Config) -> Work:
    """Read the data as the task of the settings wants them.

    Args:
        data: What the user gave to train on.
        valid: What the user gave to validate on, if anything.
        config: Settings.
    Raises:
        DataError: The data break a rule.
        MissingExtraError: The task needs a package that is not installed.
    """
    module, name = WORKS[config.task]
    work: type[Work] = getattr(import_module(f".{module}", __name__), name)
    return work.open(data, valid, config)
