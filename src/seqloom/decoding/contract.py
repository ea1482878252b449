"""What decoding asks of a model, torch or NumPy alike, and what it gives back.

Searches are written once, in NumPy: a model is anything with `start` and `step`. States and
memories are opaque here; all that is known of them is that they are NamedTuples (nested, if they
like) of arrays with one row per hypothesis, so `select` can reorder any of them.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..data.vocabulary import BOS, PAD, UNK
from ..errors import DivergedError
from ..shapes import Float, Int

NEVER = (PAD, BOS, UNK)  # symbols that are no output
# padded sources: symbol numbers, or the features of sound
Padded = Int[np.ndarray, "B S"] | Float[np.ndarray, "B S F"]


@runtime_checkable
class Stepper(Protocol):
    """A model that decodes step by step."""

    def start(self, source: Padded, lengths: Int[np.ndarray, " B"]) -> tuple[Any, Any]:
        """Read padded sources; return the first state and the memory."""

    def step(
        self, symbols: Int[np.ndarray, " B"], state: Any, memory: Any
    ) -> tuple[Float[np.ndarray, "B V"], Any]:
        """Read the last symbols; return log-probabilities of the next, in nats, and the state."""


@runtime_checkable
class TextModel(Protocol):
    """A model that foretells the next symbol of a text, torch or NumPy alike."""

    def initial_state(self, batch_size: int) -> Any:
        """The state before the first symbol."""

    def forward(
        self, symbols: Int[np.ndarray, "B T"], state: Any
    ) -> tuple[Float[np.ndarray, "B T V"], Any]:
        """Read symbols; return log-probabilities of the one after each, in nats, and the state."""

    def step(
        self, symbols: Int[np.ndarray, " B"], state: Any
    ) -> tuple[Float[np.ndarray, "B V"], Any]:
        """Read one symbol per text; return log-probabilities of the next, and the state."""


@dataclass(frozen=True)
class Hypothesis:
    """One output.

    Attributes:
        symbols: Symbol numbers, without BOS and EOS.
        log_probability: Of the symbols and the EOS, in nats.
        score: What hypotheses are ranked by: `log_probability` divided by the number of symbols,
            EOS counted, to the power of the length penalty.
        finished: False if the length limit cut it off before EOS.
    """

    symbols: tuple[int, ...]
    log_probability: float
    score: float
    finished: bool


def select(tree: Any, rows: Int[np.ndarray, " N"]) -> Any:
    """Reorder a state or a memory: rows may repeat or be left out."""
    if tree is None:
        return None
    if isinstance(tree, tuple):
        parts = [select(part, rows) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    return tree[rows]


def check_numbers(found: np.ndarray) -> np.ndarray:
    """What a network said, unless it left the real numbers: weights of 1e30 make it overflow.

    Args:
        found: Log-probabilities; one that is not a number makes NaN of its whole row.
    Raises:
        DivergedError: It did.
    """
    if np.isnan(found[..., -1]).any():
        raise diverged()
    return found


def check_finite(*found: np.ndarray) -> None:
    """Forecasts, or whatever else must be finite as a whole.

    Raises:
        DivergedError: A number is infinite or NaN.
    """
    if not all(np.isfinite(array).all() for array in found):
        raise diverged()


def diverged() -> DivergedError:
    """The error of a network that left the real numbers."""
    return DivergedError(
        "predict: the model's output must be finite numbers: its weights are too large for this "
        "input. Train it again, with a lower training.learning_rate."
    )


def forbid(log_probs_BV: Float[np.ndarray, "B V"]) -> Float[np.ndarray, "B V"]:
    """Log-probabilities with those of PAD, BOS and UNK at minus infinity; a copy.

    Raises:
        DivergedError: They are not numbers.
    """
    log_probs_BV = np.array(check_numbers(log_probs_BV))
    log_probs_BV[:, NEVER] = -np.inf
    return log_probs_BV
