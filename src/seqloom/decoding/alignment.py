"""Where a decoder looked: what `Model.align` gives.

`inspection/figures/alignment.py` draws it; the array `attention/decoder` of a `Trace` is the same.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Alignment:
    """Attention weights of each output symbol over the source.

    Attributes:
        source: Source symbols, S of them.
        output: Output symbols and the end, T of them.
        weights: `(T, S)`, each row summing to 1.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    weights: np.ndarray
