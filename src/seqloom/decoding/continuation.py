"""Continue a text, one symbol after another, for as long as the caller wants more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..data.vocabulary import BOS, EOS, PAD, UNK
from ..errors import ConfigError
from ..shapes import Float
from .contract import TextModel, check_numbers
from .sampling import check_sampling, narrowed, pick

NO_TEXT = (PAD, BOS, EOS, UNK)  # symbols that are never written
_CHUNK = 256  # symbols of a prompt that are read at once


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How symbols are drawn.

    Attributes:
        temperature: Below 1 sharpens the distribution, above 1 flattens it; 0 takes the likeliest.
        top_k: Draw from the k likeliest only; from all if `None`.
        top_p: Draw from the likeliest that have this share only; from all if 1.
        seed: Of the draws.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature <= 100.0:
            raise ConfigError(
                f"generate: `temperature` must be from 0 to 100, got {self.temperature}. "
                "0 takes the likeliest symbol each time."
            )
        check_sampling("generate", temperature=1.0, top_k=self.top_k, top_p=self.top_p)
        if self.seed < 0:
            raise ConfigError(f"generate: `seed` must be at least 0, got {self.seed}.")


@runtime_checkable
class Writing(Protocol):
    """A model of text that continues texts by itself, as `continuation` would."""

    def write(self, prompt: Sequence[int], sampling: Sampling, number: int) -> Iterator[int]:
        """Symbols after a prompt, without end."""


def continuation(
    model: TextModel, prompt: Sequence[int], sampling: Sampling, *, number: int = 0
) -> Iterator[int]:
    """Symbols after a prompt, without end; the time of one does not grow with what was written.

    Args:
        model: The model.
        prompt: Symbols to begin with; none, and the model begins by itself.
        sampling: How to draw.
        number: Of this text among those of the seed: each draws differently.
    """
    if isinstance(model, Writing):
        yield from model.write(prompt, sampling, number)
    random = np.random.default_rng([sampling.seed, number])
    state = model.initial_state(1)
    read = np.array([BOS, *prompt], dtype=np.int64)
    log_probs_BV = np.zeros((1, 0))
    for first in range(0, len(read), _CHUNK):
        log_probs_BTV, state = model.forward(read[None, first : first + _CHUNK], state)
        log_probs_BV = log_probs_BTV[:, -1]
    while True:
        symbol = draw(log_probs_BV, sampling, random)
        yield symbol
        log_probs_BV, state = model.step(np.array([symbol]), state)


def draw(
    log_probs_BV: Float[np.ndarray, "1 V"], sampling: Sampling, random: np.random.Generator
) -> int:
    """The next symbol of a text; a temperature of 0 draws nothing from the generator.

    Args:
        log_probs_BV: Of what follows, in nats.
        sampling: How to draw.
        random: One number of it is used.
    Raises:
        DivergedError: They are not numbers.
    """
    log_probs_BV = np.array(check_numbers(log_probs_BV))
    log_probs_BV[:, NO_TEXT] = -np.inf
    if sampling.temperature == 0.0:
        return int(log_probs_BV.argmax())
    q_BV = narrowed(
        log_probs_BV,
        temperature=sampling.temperature,
        top_k=sampling.top_k,
        top_p=sampling.top_p,
    )
    return int(pick(q_BV, np.array([random.random()]))[0])
