"""What rounding one weight costs while all others stay in float32.

With data, the change of what the network says of it: for probabilities the Kullback-Leibler
divergence of the rounded network from the original, the mean over all that is said, in nats; for a
forecast the mean size of the difference, in the unit of the network, the error of the seasonal
naive forecast. A divergence of k nats is k nats of loss more where the original network is right
about its probabilities. Without data, the size of the rounding error by the size of the weight; a
row's largest number, which int8 keeps exactly and which decides how the others are rounded, is left
out of both.

    divergence      mean over n of sum over v of  e^p_n(v) (p_n(v) - q_n(v))
    difference      mean of |p - q|
    relative error  |w - w'| / |w|, Euclidean norms

Checked by `tests/quantisation/test_costs.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..export.model_file import ModelFile
from ..progress import each
from ..runtime.model import model_of
from ..shapes import Float
from .rounding import Dtype, rounded

Measure = Literal["divergence", "difference", "relative error"]
# A weight that costs more stays in float32, unless the user says which do.
LIMITS: dict[Measure, float] = {"divergence": 0.002, "difference": 0.002, "relative error": 0.03}


@dataclass(frozen=True)
class Questions:
    """What a network is asked, always the same.

    Attributes:
        ask: From a model to what its network says, `(N, V)`: log-probabilities in nats, or numbers.
        measure: How answers are compared.
        unit: Of the cost.
    """

    ask: Callable[[Any], Float[np.ndarray, "N V"]]
    measure: Measure
    unit: str

    def compare(self, before: Float[np.ndarray, "N V"], after: Float[np.ndarray, "N V"]) -> float:
        """How far the answers of a rounded network are from the original's."""
        return (divergence if self.measure == "divergence" else difference)(before, after)


def costs(
    file: ModelFile, dtype: Dtype, names: Sequence[str], questions: Questions | None
) -> dict[str, float]:
    """The cost of rounding each weight alone.

    Args:
        file: The model, in float32.
        dtype: What to round to.
        names: Of the weights.
        questions: What to ask the network; without, the relative error of each weight.
    """
    if questions is None:
        return {name: relative_error(file, dtype, name) for name in names}
    before = questions.ask(model_of(file))
    return {
        name: questions.compare(before, questions.ask(model_of(rounded(file, dtype, [name]))))
        for name in each(names, "rounding one weight at a time", unit="weights")
    }


def relative_error(file: ModelFile, dtype: Dtype, name: str) -> float:
    """The size of the rounding error of a weight by its own size; 0 for a weight of zeros."""
    weight = file.tensors[name].astype(np.float64)
    error = weight - rounded(file, dtype, [name]).tensors[name]
    if dtype == "int8":
        rows, largest = np.arange(len(weight)), np.abs(weight).argmax(axis=1)
        weight[rows, largest] = error[rows, largest] = 0.0
    return float(np.linalg.norm(error) / (np.linalg.norm(weight) or 1.0))


def divergence(before: Float[np.ndarray, "N V"], after: Float[np.ndarray, "N V"]) -> float:
    """Kullback-Leibler divergence, the mean of the rows, in nats."""
    possible = ~np.isneginf(before)
    terms = np.zeros_like(before)
    terms[possible] = np.exp(before[possible]) * (before[possible] - after[possible])
    return max(0.0, float(terms.sum(axis=-1, dtype=np.float64).mean()))


def difference(before: Float[np.ndarray, "N V"], after: Float[np.ndarray, "N V"]) -> float:
    """Mean absolute difference."""
    return float(np.abs(before - after).mean(dtype=np.float64))
