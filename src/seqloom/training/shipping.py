"""What a validation measures, and the model file that the best one leaves behind."""

import platform
from pathlib import Path

import numpy as np
import torch

from .. import __version__
from ..config import Config, to_tree
from ..decoding import LengthLimit, Search, Stepper, decode
from ..evaluation import Counts, error_counts
from ..export.model_file import ModelFile, write_model
from ..models import PairModel
from .prepare import Prepared
from .reporter import Validation


def count_errors(model: Stepper, data: Prepared) -> Counts:
    """Errors of greedy outputs for the validation sources, against the best of their references."""
    sources = [data.source.encode(example.source) for example in data.valid]
    found = decode(model, sources, LengthLimit(data.length_ratio), Search())
    target = data.target
    return error_counts(
        [target.split(target.decode(best[0].symbols)) for best in found],
        [[target.split(text) for text in example.targets] for example in data.valid],
    )


def ship(path: Path, model: PairModel, config: Config, data: Prepared, found: Validation) -> None:
    """Write the model file, with the weights that the model has now.

    Raises:
        RunError: The file cannot be written.
    """
    settings = to_tree(config)
    file = ModelFile(
        task="transduce",
        model=config.model,
        source=data.source,
        target=data.target,
        decoding=config.decoding,
        length_ratio=data.length_ratio,
        max_symbols=config.data.max_symbols,
        training={
            "step": found.step,
            "epoch": found.epoch,
            "valid_symbol_error": round(found.symbol_error, 4),
            "valid_output_error": round(found.output_error, 4),
            "pairs": len(data.train),
            "data_sha256": data.fingerprint,
            "versions": versions(),
            "settings": {"data": settings["data"], "training": settings["training"]},
        },
        tensors={
            name: weight.detach().float().cpu().numpy() for name, weight in model.named_parameters()
        },
    )
    write_model(path, file)


def versions() -> dict[str, str]:
    """Versions of what the results depend on."""
    return {
        "seqloom": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
