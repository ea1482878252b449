"""One file a task: what it brings to the loop, under the contract of `training/work.py`."""

from ...config import Config
from ...tasks import TASKS
from ..work import Work


def open_work(data: object, valid: object | None, config: Config) -> Work:
    """Read the data as the task of the settings wants them.

    Args:
        data: What the user gave to train on.
        valid: What the user gave to validate on, if anything.
        config: Settings.
    Raises:
        DataError: The data break a rule.
        MissingExtraError: The task needs a package that is not installed.
    """
    work: type[Work] = TASKS[config.task].part("work")
    return work.open(data, valid, config)
