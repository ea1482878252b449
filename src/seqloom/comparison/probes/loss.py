"""The loss of an answer: cross-entropy in nats, or the squared error of a number."""

from torch import Tensor
from torch.nn import functional as F

from ...shapes import Float
from .contract import Probe


def loss_of(probe: Probe, said: Float[Tensor, "B N O"], targets: Tensor) -> Float[Tensor, "B N"]:
    """The loss of each answer.

    Args:
        probe: What was asked.
        said: A score for each class, or one number.
        targets: What was to be said, `(B, N)`.
    """
    if probe.num_classes:
        return F.cross_entropy(said.transpose(1, 2), targets, reduction="none")
    return F.mse_loss(said[:, :, 0], targets, reduction="none")
