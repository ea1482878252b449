"""The contract of every network that foretells the next symbol of a text.

Training calls `forward`, drawing calls `step`; the laws between them are that stepping gives the
logits of the full pass, that a text read in pieces gives those of the text read at once, and that
nothing looks ahead (`tests/models/test_language_models.py`).
"""

import abc
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..shapes import Float, Int


class LanguageModel(nn.Module, abc.ABC):
    """A network from the symbols so far to the next one.

    A state is a NamedTuple whose arrays have one row per sequence. It is all that is remembered,
    and its size does not depend on how much was read.
    """

    @abc.abstractmethod
    def initial_state(self, batch_size: int) -> Any:
        """The state before the first symbol."""

    @abc.abstractmethod
    def forward(
        self, symbols: Int[Tensor, "B T"], state: Any = None
    ) -> tuple[Float[Tensor, "B T V"], Any]:
        """Read symbols.

        Args:
            symbols: What comes next in each text.
            state: What was remembered of the symbols before; `None` if there were none.
        Returns:
            Logits of the symbol after each, and the state after the last.
        """

    def step(self, symbols: Int[Tensor, " B"], state: Any) -> tuple[Float[Tensor, "B V"], Any]:
        """Read one symbol per text; return logits of the next, and the new state."""
        logits_BTV, state = self(symbols[:, None], state)
        return logits_BTV[:, 0], state


class TorchTextModel:
    """A `LanguageModel` as drawing and scoring want it: NumPy in, NumPy out, no gradients."""

    def __init__(self, model: LanguageModel, device: torch.device | str = "cpu") -> None:
        self.model, self.device = model, torch.device(device)

    def initial_state(self, batch_size: int) -> Any:
        """The state before the first symbol."""
        with torch.inference_mode():
            return self.model.initial_state(batch_size)

    def forward(self, symbols: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """Log-probabilities of the symbol after each `(B, T, V)`, in nats, and the new state."""
        with torch.inference_mode():
            logits, state = self.model(torch.from_numpy(symbols).to(self.device), state)
            return logits.log_softmax(dim=-1).cpu().numpy(), state

    def step(self, symbols: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """Log-probabilities of the next symbol `(B, V)`, in nats, and the new state."""
        log_probs, state = self.forward(symbols[:, None], state)
        return log_probs[:, 0], state
