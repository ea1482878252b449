"""Drawing the next symbol at random: temperature, the k likeliest, the likeliest that make up p.

    1   q = softmax(log p / temperature)          below 1 sharpens, above 1 flattens
    2   q <- q where among the k largest          `top_k`
    3   q <- q where the larger ones add up to less than `top_p`

Source: Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020, section 3.1
(nucleus, step 3); Fan, Lewis & Dauphin, "Hierarchical Neural Story Generation", ACL 2018 (step 2).
Checked by `tests/decoding/test_greedy.py` and `test_sampling.py`: drawn frequencies against the
probabilities that the steps leave.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ..errors import ConfigError
from ..shapes import Float, Int

Choose = Callable[[Float[np.ndarray, "B V"], Int[np.ndarray, " B"]], Int[np.ndarray, " B"]]


def check_sampling(where: str, *, temperature: float, top_k: int | None, top_p: float) -> None:
    """Check settings of a draw.

    Args:
        where: What error messages start with.
        temperature: Above 0, up to 100.
        top_k: At least 1, if it is given.
        top_p: Above 0, up to 1.
    Raises:
        ConfigError: One is out of range.
    """
    if not 0.0 < temperature <= 100.0:
        raise ConfigError(
            f"{where}: `temperature` must be above 0 and at most 100, got {temperature}. "
            "Use beam=1 for the likeliest symbols."
        )
    if top_k is not None and top_k < 1:
        raise ConfigError(f"{where}: `top_k` must be at least 1, got {top_k}.")
    if not 0.0 < top_p <= 1.0:
        raise ConfigError(f"{where}: `top_p` must be above 0 and at most 1, got {top_p}.")


def narrowed(
    log_probs_BV: Float[np.ndarray, "B V"],
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
) -> Float[np.ndarray, "B V"]:
    """The three steps: what to draw from, not normalised, float64.

    Args:
        log_probs_BV: Log-probabilities, in nats; minus infinity for what is never drawn.
        temperature: Above 0.
        top_k: Keep the k likeliest; of equals at the border, all. All symbols if `None`.
        top_p: Keep the fewest of the likeliest that have this share; 1 keeps all.
    """
    logits_BV = log_probs_BV.astype(np.float64) / temperature
    if top_k is not None and top_k < logits_BV.shape[1]:
        floor_B1 = np.partition(logits_BV, -top_k, axis=1)[:, -top_k, None]
        logits_BV = np.where(logits_BV < floor_B1, -np.inf, logits_BV)
    q_BV: np.ndarray = np.exp(logits_BV - logits_BV.max(axis=1, keepdims=True))
    if top_p < 1.0:
        order_BV = np.argsort(-q_BV, axis=1, kind="stable")
        falling_BV = np.take_along_axis(q_BV, order_BV, axis=1)
        before_BV = np.cumsum(falling_BV, axis=1) - falling_BV
        kept_BV = before_BV < top_p * falling_BV.sum(axis=1, keepdims=True)
        kept_BV[:, 0] = True  # whatever rounding says
        np.put_along_axis(q_BV, order_BV, np.where(kept_BV, falling_BV, 0.0), axis=1)
    return q_BV


def pick(
    q_BV: Float[np.ndarray, "B V"], points_B: Float[np.ndarray, " B"]
) -> Int[np.ndarray, " B"]:
    """The symbol of each row at a point of its cumulated probability, a share in [0, 1)."""
    cumulated_BV = np.cumsum(q_BV, axis=1)
    places: np.ndarray = (cumulated_BV <= (points_B * cumulated_BV[:, -1])[:, None]).sum(axis=1)
    return places


def generator_after(seed: Sequence[int], draws: int) -> np.random.Generator:
    """The generator of a seed, as it is after so many numbers from 0 to 1 were drawn from it."""
    bits = np.random.PCG64(np.random.SeedSequence(list(seed)))
    bits.advance(draws)
    return np.random.Generator(bits)


def sampler(
    *,
    temperature: float,
    top_k: int | None,
    seed: int,
    streams: Sequence[tuple[int, int]],
    top_p: float = 1.0,
) -> Choose:
    """A `choose` for `greedy` that draws the next symbol at random.

    Every row has a generator of its own, so a batch draws what each source alone would.

    Args:
        temperature: Below 1 sharpens the distribution, above 1 flattens it.
        top_k: Draw from the k likeliest symbols only; from all if `None`.
        seed: Of the draw.
        streams: For each row of the batch, the number of its source in the whole input and the
            number of the draw among those of its source.
        top_p: Draw from the likeliest symbols that have this share only.
    """
    generators = [np.random.default_rng([seed, *stream]) for stream in streams]

    def choose(log_probs_BV: np.ndarray, rows: np.ndarray) -> np.ndarray:
        q_BV = narrowed(log_probs_BV, temperature=temperature, top_k=top_k, top_p=top_p)
        return pick(q_BV, np.array([generators[row].random() for row in rows]))

    return choose
