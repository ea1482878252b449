"""The processes of a run: one, or several that `torchrun` started.

Every process plans the same batches and takes every world-th row of each, so the optimiser sees the
same sums as one process would; DistributedDataParallel adds the gradients up.
"""

import os
import time
from datetime import timedelta
from types import TracebackType

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import ConfigError
from .device import find_device


class Team:
    """This process's place among the others; a context manager."""

    def __init__(self, device: str = "auto") -> None:
        """
        Args:
            device: `training.device` of the settings.
        Raises:
            ConfigError: The device is not there, or processes cannot share it.
        """
        self.rank = int(os.environ.get("RANK", "0"))
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        local = int(os.environ.get("LOCAL_RANK", "0"))
        self.device = find_device(device, local)
        if self.world > 1 and self.device.type == "mps":
            raise ConfigError(
                "train: several processes cannot share mps. Use one, or --device cpu."
            )

    def __enter__(self) -> "Team":
        if self.world > 1:
            if self.device.type == "cuda":
                torch.cuda.set_device(self.device)
            backend = "nccl" if self.device.type == "cuda" else "gloo"
            # the others wait while the first process validates
            dist.init_process_group(backend, timeout=timedelta(hours=12))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.world > 1 and kind is None:  # after an error the others may be waiting: just leave
            # gloo's threads let go of the last sums, for which they need Python's lock; the end of
            # the group waits for them with that lock held. Asleep, we hold none.
            time.sleep(0.2)
            dist.destroy_process_group()

    @property
    def leads(self) -> bool:
        """True in the process that writes files and speaks."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model whose `backward` adds gradients up over the processes."""
        if self.world == 1:
            return model
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=ids)

    def share(self, rows: np.ndarray) -> np.ndarray:
        """This process's rows of a batch; empty if there are fewer rows than processes."""
        return rows[self.rank :: self.world]

    def sum(self, *values: float) -> list[float]:
        """Add numbers up over the processes."""
        if self.world == 1:
            return list(values)
        tensor = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(tensor)
        return [float(v) for v in tensor.tolist()]

    def add(self, tensor: torch.Tensor) -> torch.Tensor:
        """Add a tensor up over the processes."""
        if self.world > 1:
            tensor = tensor.detach().clone().to(self.device)
            dist.all_reduce(tensor)
        return tensor

    def same(self, text: str) -> str:
        """The first process's text, in every process."""
        if self.world == 1:
            return text
        found = [text]
        dist.broadcast_object_list(found, device=self.device)
        return found[0]

    def agree(self, *values: float) -> list[float]:
        """The first process's numbers, in every process."""
        return self.sum(*(values if self.leads else [0.0] * len(values)))
