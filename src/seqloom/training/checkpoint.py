"""The checkpoint: all that a run needs to go on as if it had never stopped.

One safetensors file, `last.ckpt.safetensors`: weights, averaged weights, AdamW's two moments, what
the task carries from batch to batch, and in the header where the run stands. Batches and dropout
are drawn from (seed, epoch) and (seed, step), so no state of a random generator needs saving.
Checked by `tests/training/test_resume.py`, kill -9 included.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor, nn

from ..config.layout import checked, fields_of
from ..errors import FormatError
from ..evaluation.measure import Measure
from ..export.digest import digest
from ..files import replacing
from .averaging import Average

_KEY = "seqloom.checkpoint"
_FORMAT = 2
LEVEL = 0.01  # a loss that falls by less is level
_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass
class Progress:
    """Where a run stands.

    Attributes:
        step: Optimiser steps done.
        epoch: The running epoch, from 0.
        batch: Batches of it that are done.
        loss: Sum of the loss over units since the last validation.
        units: Units of the loss since the last validation.
        best: Best value so far of the measure that decides.
        best_step: The step it was measured at.
        stale: Validations since then that were no better in that measure.
        best_loss: Validation loss of the best; it decides among equal values.
        lowest: Validation loss that is the lowest so far, in steps of 1 %.
        flat: Validations since then.
        validated: The step of the last validation.
        ending: True once the rest of the run was cut short.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    loss: float = 0.0
    units: int = 0
    best: float | None = None
    best_step: int = 0
    stale: int = 0
    best_loss: float | None = None
    lowest: float | None = None
    flat: int = 0
    validated: int = 0
    ending: bool = False

    def is_best(self, measure: Measure, value: float, loss: float) -> bool:
        """Whether a validation is the best so far; the loss decides among equal values."""
        if measure.better(value, self.best):
            return True
        return value == self.best and (self.best_loss is None or loss < self.best_loss)

    def take(self, measure: Measure, value: float, loss: float) -> None:
        """Count a validation of the step that was done last."""
        value, loss = float(value), float(loss)  # as they are read back
        self.stale = 0 if measure.better(value, self.best) else self.stale + 1
        if self.is_best(measure, value, loss):
            self.best, self.best_loss, self.best_step = value, loss, self.step
        falls = self.lowest is None or loss < (1.0 - LEVEL) * self.lowest
        self.lowest, self.flat = (loss, 0) if falls else (self.lowest, self.flat + 1)
        self.loss, self.units, self.validated = 0.0, 0, self.step


def save_checkpoint(
    path: Path,
    model: nn.Module,
    average: Average,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    carried: dict[str, Tensor],
) -> None:
    """Write the checkpoint, beside and renamed.

    Raises:
        RunError: The file cannot be written; the checkpoint before it is still there.
    """
    tensors = {f"carried.{name}": state for name, state in carried.items()}
    for name, weight in model.named_parameters():
        tensors[f"model.{name}"] = weight.detach()
        tensors[f"average.{name}"] = average.weights[name]
        for moment in _MOMENTS:
            if weight in optimizer.state:
                tensors[f"{moment}.{name}"] = optimizer.state[weight][moment]
    arrays = {name: tensor.cpu().contiguous().numpy() for name, tensor in tensors.items()}
    header: dict[str, object] = {"format": _FORMAT, "progress": asdict(progress)}
    header["sha256"] = digest(header, arrays)
    data = save(arrays, metadata={_KEY: json.dumps(header)})
    with replacing(path, "train") as beside:
        beside.write_bytes(data)  # not save_file: it hides the OSError of a full disk


def load_checkpoint(
    path: Path, model: nn.Module, average: Average, optimizer: torch.optim.Optimizer
) -> tuple[Progress, dict[str, Tensor]]:
    """Put a run back where its checkpoint was written.

    Returns:
        Where the run stands, and what its task carries from batch to batch.
    Raises:
        FormatError: The file is damaged, foreign, or of another network.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {})[_KEY])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["format"] != _FORMAT:
            raise ValueError(f"format {header['format']} where this release has {_FORMAT}")
        if header["sha256"] != digest(header, arrays):
            raise ValueError("contents that do not match their checksum")
        progress = Progress(**checked(fields_of(Progress), header["progress"], "header"))
        tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
        with torch.no_grad():
            for name, weight in model.named_parameters():
                weight.copy_(tensors[f"model.{name}"])
                average.weights[name].copy_(tensors[f"average.{name}"])
                if progress.step:
                    state = {m: tensors[f"{m}.{name}"].to(weight.device) for m in _MOMENTS}
                    step = torch.tensor(float(progress.step), dtype=torch.float32).to(weight.device)
                    optimizer.state[weight] = {"step": step, **state}
    except (  # AttributeError: a number type that NumPy does not have
        *(SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError),
        *(AttributeError, RecursionError),
    ) as error:
        raise FormatError(
            f"train: `{path}` must be a checkpoint of this run, got {error}. "
            "It is damaged or of another run: start anew with another --out."
        ) from error
    carried = {
        name.removeprefix("carried."): tensor
        for name, tensor in tensors.items()
        if name.startswith("carried.")
    }
    return progress, carried
