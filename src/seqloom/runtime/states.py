"""What a network makes of texts before it answers: a state for each symbol, a vector for each text.

Checked by `tests/runtime/test_states.py` against the states of the torch networks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.texts.batches import by_length
from ..decoding.contract import check_finite
from ..errors import ConfigError
from ..progress import progress
from ..shapes import Float

BATCH = 64  # texts that go through the network together


@dataclass(frozen=True)
class TextStates:
    """The states of N texts, in their order.

    Attributes:
        symbols: What the model read of each text, T symbols.
        states: Of each text, a state for each symbol, `(T, H)`, float32.
        vectors: A vector for each text, `(N, H)`, float32.
    """

    symbols: tuple[tuple[str, ...], ...]
    states: tuple[np.ndarray, ...]
    vectors: Float[np.ndarray, "N H"]


def text_states(
    texts: Sequence[str],
    encode: Callable[[str, str], list[int]],
    split: Callable[[str], Sequence[str]],
    network: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> TextStates:
    """The states of texts, computed in batches of like length; no text depends on another.

    Args:
        texts: The texts.
        encode: A text, and what an error message calls it, to its symbols' numbers.
        split: A text to the symbols that are read of it.
        network: Padded numbers `(B, T)` and lengths to states `(B, T, H)` and vectors `(B, H)`.
    Raises:
        ConfigError: A single text was given.
        DataError: A text has no symbols.
        DivergedError: A state is not a number.
    """
    if isinstance(texts, str):
        raise ConfigError("encode_states: `texts` is a single text. Put it in a list: [text].")
    if not texts:
        raise ConfigError("encode_states: `texts` must hold at least 1 text, got 0.")
    numbers = [encode(text, f"text {i}") for i, text in enumerate(texts, start=1)]
    lengths = np.array([len(one) for one in numbers])
    states: dict[int, np.ndarray] = {}
    vectors: dict[int, np.ndarray] = {}
    with progress("reading texts", len(texts)) as step:
        for rows in by_length(lengths, BATCH):
            symbols = np.zeros((len(rows), lengths[rows].max()), np.int64)
            for place, row in zip(symbols, rows, strict=True):
                place[: lengths[row]] = numbers[row]
            found, pooled = network(symbols, lengths[rows])
            for place, row in enumerate(rows.tolist()):
                states[row], vectors[row] = found[place, : lengths[row]], pooled[place]
                check_finite(states[row], vectors[row])
            step(len(rows))
    order = range(len(texts))
    return TextStates(
        symbols=tuple(tuple(split(text)) for text in texts),
        states=tuple(states[row].astype(np.float32) for row in order),
        vectors=np.stack([vectors[row] for row in order]).astype(np.float32),
    )
