"""The model file that the best validation leaves behind."""

import dataclasses
import platform
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..config import Config, to_tree
from ..export.model_file import read_model, write_model
from ..version import __version__
from .validation import Validation
from .work import Work


def ship(path: Path, work: Work, network: nn.Module, found: Validation) -> None:
    """Write the model file, with the weights that the network has now.

    Raises:
        RunError: The file cannot be written.
    """
    settings = to_tree(work.config)
    record = {
        "step": found.step,
        "epoch": found.epoch,
        **{
            f"valid_{measure.key}": round(value, 4)
            for measure, value in zip(found.measures, found.values, strict=True)
        },
        "data_sha256": work.fingerprint,
        **({} if work.rows_seen is None else {"rows_seen": work.rows_seen}),
        **({} if work.start is None else {"from": work.start.record()}),
        "versions": versions(),
        "settings": {"data": settings["data"], "training": settings["training"]},
    }
    write_model(path, work.model_file(network, record))


def record_settings(path: Path, config: Config) -> None:
    """Put the settings into the record of a model file that was written before they were known.

    Raises:
        RunError: The file cannot be written.
    """
    model, settings = read_model(path), to_tree(config)
    own = {"data": settings["data"], "training": settings["training"]}
    record = {**model.training, "settings": own}
    write_model(path, dataclasses.replace(model, training=record))


def versions() -> dict[str, str]:
    """Versions of what the results depend on."""
    return {
        "seqloom": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
