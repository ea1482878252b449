"""Weights in 8 bits: rows of whole numbers from -127 to 127, and a scale for each row.

`w[n, k]` is `scales[n] * values[n, k]`. The scale of a row is its largest magnitude over 127.
"""

from dataclasses import dataclass

import numpy as np

from ..shapes import Float, Int

MOST = 127


@dataclass(frozen=True)
class Quantised:
    """A matrix in 8 bits.

    Attributes:
        values: `(N, K)`, int8.
        scales: `(N,)`, float32.
    """

    values: Int[np.ndarray, "N K"]
    scales: Float[np.ndarray, " N"]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the matrix."""
        return self.values.shape

    def numbers(self) -> Float[np.ndarray, "N K"]:
        """The matrix that it stands for, float32."""
        found: np.ndarray = self.values * self.scales[:, None]
        return found


def quantise(matrix: Float[np.ndarray, "N K"]) -> Quantised:
    """The nearest matrix in 8 bits, row by row."""
    scales = (np.abs(matrix).max(axis=1, initial=0.0) / MOST).astype(np.float32)
    safe = np.where(scales > 0, scales, 1.0)
    values = np.clip(np.rint(matrix / safe[:, None]), -MOST, MOST).astype(np.int8)
    return Quantised(values, scales)
