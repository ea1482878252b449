"""The model file that the best validation leaves behind."""

import platform
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .. import __version__
from ..config import to_tree
from ..export.model_file import write_model
from .measures import Validation
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
        "versions": versions(),
        "settings": {"data": settings["data"], "training": settings["training"]},
    }
    write_model(path, work.model_file(network, record))


def versions() -> dict[str, str]:
    """Versions of what the results depend on."""
    return {
        "seqloom": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
