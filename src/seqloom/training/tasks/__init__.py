"""One file a task: what it brings to the loop, under the contract of `training/work.py`."""

import dataclasses

from ...config import Config
from ...data.given import given
from ...data.seen import merged
from ...data.tables.forms.known import AUTO
from ...export.start_model import StartModel
from ...tasks import TASKS
from ..work import Work

FINE_TUNING = 0.5  # of the usual learning rate, for a network that has learned already


def open_work(
    data: object, valid: object | None, config: Config, start: StartModel | None = None
) -> Work:
    """Read the data as the task of the settings wants them.

    Args:
        data: What the user gave to train on.
        valid: What the user gave to validate on, if anything.
        config: Settings; those of a run that begins with a model are `start.inherited`.
        start: The model that the run begins with, if any.
    Raises:
        DataError: The data break a rule.
        MissingExtraError: The task needs a package that is not installed.
    """
    work: type[Work] = TASKS[config.task].part("work")
    form = getattr(config.data, "form", AUTO)
    data, valid = given(data).read_as(form), None if valid is None else given(valid).read_as(form)
    if start is None:
        return work.open(data, valid, config)
    found = work.open(data, valid, config, start.file.parts)
    found.start = start
    seen = start.file.training.get("rows_seen")
    if found.rows_seen is not None and seen is not None:
        found.rows_seen = merged(found.rows_seen, seen)
    usual = found.config.training.learning_rate
    if config.training.learning_rate is None and usual is not None:
        rate = FINE_TUNING * usual
        training = dataclasses.replace(found.config.training, learning_rate=rate)
        found.config = dataclasses.replace(found.config, training=training)
    return found
