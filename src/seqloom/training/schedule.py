"""The optimiser, the learning rate of each step, and how often to validate."""

import math

import numpy as np
import torch
from torch import nn

from ..config import TrainingConfig

MOST_VALIDATIONS, LEAST_VALIDATIONS = 100, 10


def make_optimizer(model: nn.Module, training: TrainingConfig) -> torch.optim.AdamW:
    """AdamW that decays weight matrices only; the rate is set before each step."""
    weights = list(model.parameters())
    groups = [
        {"params": [w for w in weights if w.ndim > 1], "weight_decay": training.weight_decay},
        {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)


def learning_rate(step: float, steps: int, training: TrainingConfig) -> float:
    """Linear warm-up, then half a cosine down to 1 % of the peak.

    Args:
        step: Steps done before this one; where the plan has changed, the place in it.
        steps: Steps of the run.
        training: `learning_rate` is the peak, `warmup` the share of the steps that rise to it.
    """
    peak = training.learning_rate
    assert peak is not None, "resolved"
    warmup = max(1.0, training.warmup * steps)
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    share = (step - warmup) / max(1.0, steps - warmup)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def valid_every(steps: int, steps_per_epoch: int) -> int:
    """Steps between validations: an epoch, or so many that there are 10 to 100 of them."""
    most = max(1, steps // LEAST_VALIDATIONS)
    least = min(most, math.ceil(steps / MOST_VALIDATIONS))
    return min(max(steps_per_epoch, least), most)


def dropout_seed(seed: int, step: int, rank: int) -> int:
    """The seed of one step's dropout in one process: a step needs no history to be repeated."""
    return int(np.random.SeedSequence([seed, step, rank]).generate_state(1, np.uint64)[0] >> 1)
