"""Can the probabilities be believed? Reliability bins, calibration error, Brier score, log loss.

    confidence of a text   the largest of its probabilities; it should be how often it is right
    ECE                    sum over bins of share(bin) * |accuracy(bin) - mean confidence(bin)|
    Brier                  mean over texts of sum_c (p_c - [c is the label])^2        0 to 2
    log loss               mean over texts of -log p_label                            nats

Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, eq. 3 (ECE, bins of equal
width); Brier, "Verification of Forecasts Expressed in Terms of Probability", 1950.
Checked against scikit-learn in `tests/evaluation/test_classes.py`.
"""

from dataclasses import dataclass

import numpy as np

from ..shapes import Float, Int

BINS = 10
_LEAST = 1e-12  # a probability of 0 for what happened costs 27.6 nats, not infinity


@dataclass(frozen=True)
class Bin:
    """Texts whose confidence is above `low` and at most `high`; the means are fractions."""

    low: float
    high: float
    texts: int
    confidence: float
    accuracy: float


def reliability(
    labels: Int[np.ndarray, " N"], probabilities: Float[np.ndarray, "N C"], num_bins: int = BINS
) -> tuple[Bin, ...]:
    """Confidence and accuracy, bin by bin; empty bins are left out.

    Args:
        labels: The right class of each text.
        probabilities: Of each class, each row summing to 1.
        num_bins: Bins of equal width between 0 and 1.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * num_bins).astype(np.int64) - 1, 0, num_bins - 1)
    return tuple(
        Bin(
            low=b / num_bins,
            high=(b + 1) / num_bins,
            texts=int((place == b).sum()),
            confidence=float(confidence[place == b].mean()),
            accuracy=float(right[place == b].mean()),
        )
        for b in np.unique(place).tolist()
    )


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Expected calibration error, a fraction."""
    total = sum(b.texts for b in bins)
    return sum(b.texts * abs(b.accuracy - b.confidence) for b in bins) / max(total, 1)


def brier(labels: Int[np.ndarray, " N"], probabilities: Float[np.ndarray, "N C"]) -> float:
    """Brier score over all classes, from 0 (sure and right) to 2 (sure and wrong)."""
    truth = np.eye(probabilities.shape[1])[labels]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


def log_loss(labels: Int[np.ndarray, " N"], probabilities: Float[np.ndarray, "N C"]) -> float:
    """Mean of -log of the right class's probability, in nats."""
    given = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(given, _LEAST)).mean())
