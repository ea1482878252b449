"""Greedy search and sampling: one hypothesis per source, the next symbol settled at each step."""

from collections.abc import Callable, Sequence

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..shapes import Float, Int
from .contract import Hypothesis, Padded, Stepper, forbid, select

Choose = Callable[[Float[np.ndarray, "B V"], Int[np.ndarray, " B"]], Int[np.ndarray, " B"]]


def greedy(
    model: Stepper,
    source: Padded,
    lengths: Int[np.ndarray, " B"],
    limits: Int[np.ndarray, " B"],
    *,
    length_penalty: float = 1.0,
    choose: Choose | None = None,
) -> list[Hypothesis]:
    """Take the likeliest symbol at each step.

    Args:
        model: The model.
        source: Padded sources.
        lengths: Real symbols per source.
        limits: Most symbols of each output, EOS not counted.
        length_penalty: See `Hypothesis.score`.
        choose: Picks a symbol per row from `(log_probs, rows)`, where `rows` says which sources
            are left; the likeliest if `None`.
    Returns:
        One hypothesis per source.
    """
    B = len(lengths)
    state, memory = model.start(source, lengths)
    left = np.arange(B)
    last = np.full(B, BOS)
    symbols: list[list[int]] = [[] for _ in range(B)]
    totals = np.zeros(B)
    finished = np.zeros(B, dtype=bool)
    while left.size:
        log_probs_BV, state = model.step(last, state, memory)
        log_probs_BV = forbid(log_probs_BV)
        last = choose(log_probs_BV, left) if choose else log_probs_BV.argmax(axis=1)
        finished[left[last == EOS]] = True
        over = np.array([len(symbols[b]) for b in left]) >= limits[left]
        last = np.where(over, EOS, last)
        # one cut off by its limit is scored as if it ended here
        totals[left] += log_probs_BV[np.arange(left.size), last]
        done = last == EOS
        for b, symbol in zip(left[~done], last[~done], strict=True):
            symbols[b].append(int(symbol))
        if done.any():
            keep = np.flatnonzero(~done)
            left, last = left[keep], last[keep]
            state, memory = select(state, keep), select(memory, keep)
    return [
        Hypothesis(
            symbols=tuple(symbols[b]),
            log_probability=float(totals[b]),
            score=float(totals[b]) / (len(symbols[b]) + 1) ** length_penalty,
            finished=bool(finished[b]),
        )
        for b in range(B)
    ]


def sampler(
    *, temperature: float, top_k: int | None, seed: int, streams: Sequence[tuple[int, int]]
) -> Choose:
    """A `choose` for `greedy` that draws the next symbol at random.

    Every row has a generator of its own, so a batch draws what each source alone would.

    Args:
        temperature: Below 1 sharpens the distribution, above 1 flattens it.
        top_k: Draw from the k likeliest symbols only; from all if `None`.
        seed: Of the draw.
        streams: For each row of the batch, the number of its source in the whole input and the
            number of the draw among those of its source.
    """
    generators = [np.random.default_rng([seed, *stream]) for stream in streams]

    def choose(log_probs_BV: np.ndarray, rows: np.ndarray) -> np.ndarray:
        logits_BV = log_probs_BV.astype(np.float64) / temperature
        if top_k is not None and top_k < logits_BV.shape[1]:
            floor_B1 = np.partition(logits_BV, -top_k, axis=1)[:, -top_k, None]
            logits_BV = np.where(logits_BV < floor_B1, -np.inf, logits_BV)
        p_BV = np.exp(logits_BV - logits_BV.max(axis=1, keepdims=True))
        cumulated_BV = np.cumsum(p_BV, axis=1)
        points = np.array([generators[row].random() for row in rows]) * cumulated_BV[:, -1]
        drawn: np.ndarray = (cumulated_BV <= points[:, None]).sum(axis=1)
        return drawn

    return choose
