"""An exponential moving average of the weights, which is what a run validates and ships.

Averaged weights sit in the middle of where the last steps wandered and generalise better than any
one of them (Polyak & Juditsky 1992; Tarvainen & Valpola 2017 for the moving average). The decay
rises with the steps, so that a short run is not held back by its random start.
"""

import contextlib
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Average:
    """The moving average of a model's parameters."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        """
        Args:
            model: The model; its present weights are the first average.
            decay: Share of the average that stays at each step, once steps are many.
        """
        self.model, self.decay = model, decay
        self.weights: dict[str, Tensor] = {
            name: weight.detach().clone() for name, weight in model.named_parameters()
        }

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after a step, counted from 1."""
        decay = min(self.decay, step / (step + 9))
        update: Callable[..., None] = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        update(list(self.weights.values()), [p.detach() for p in self.model.parameters()], step)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """The model with the averaged weights, in evaluation mode; then as it was."""
        was_training = self.model.training
        self._swap()
        self.model.eval()
        try:
            yield
        finally:
            self._swap()
            self.model.train(was_training)

    @torch.no_grad()
    def _swap(self) -> None:
        for name, weight in self.model.named_parameters():
            weight.data, self.weights[name] = self.weights[name], weight.data
