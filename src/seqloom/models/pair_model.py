"""The contract of every network that maps one sequence of symbols to another.

Training calls `forward`, decoding calls `encode`, `initial_state` and `step`; the law between them
is that stepping through a target gives the logits of its full pass
(`tests/models/test_pair_models.py`).
"""

import abc
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..shapes import Float, Int


class PairModel(nn.Module, abc.ABC):
    """A network from source symbols to target symbols.

    States and memories are NamedTuples whose arrays have one row per sequence, so that
    `decoding.select` can reorder any of them.
    """

    @abc.abstractmethod
    def encode(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, " B"]) -> Any:
        """Read sources; return the memory that every step may look at."""

    @abc.abstractmethod
    def initial_state(self, memory: Any) -> Any:
        """The decoder's state before its first step."""

    @abc.abstractmethod
    def step(
        self, symbols: Int[Tensor, " B"], state: Any, memory: Any
    ) -> tuple[Float[Tensor, "B V"], Any]:
        """Read the last symbol of each output; return logits of the next, and the new state."""

    @abc.abstractmethod
    def forward(
        self,
        source: Int[Tensor, "B S"],
        source_lengths: Int[Tensor, " B"],
        target: Int[Tensor, "B T"],
    ) -> Float[Tensor, "B T V"]:
        """Logits of each next symbol under teacher forcing.

        Args:
            source: Source symbols; positions from `source_lengths` on are padding.
            source_lengths: Real symbols per source, best on the CPU.
            target: What the decoder reads: BOS, then the target without its EOS.
        """


class TorchStepper:
    """A `PairModel` as decoding wants it: NumPy in, NumPy out, no gradients."""

    def __init__(self, model: PairModel, device: torch.device | str = "cpu") -> None:
        self.model, self.device = model, torch.device(device)

    def start(self, source: np.ndarray, lengths: np.ndarray) -> tuple[Any, Any]:
        """The first state and the memory of a padded batch of sources."""
        with torch.inference_mode():
            memory = self.model.encode(
                torch.from_numpy(source).to(self.device), torch.from_numpy(lengths)
            )
            return self.model.initial_state(memory), memory

    def step(self, symbols: np.ndarray, state: Any, memory: Any) -> tuple[np.ndarray, Any]:
        """Log-probabilities of the next symbol `(B, V)`, in nats, and the new state."""
        with torch.inference_mode():
            logits, state = self.model.step(
                torch.from_numpy(symbols).to(self.device), state, memory
            )
            return logits.log_softmax(dim=-1).cpu().numpy(), state
