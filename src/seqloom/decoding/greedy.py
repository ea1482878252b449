"""Greedy search: one hypothesis per source, the next symbol settled at each step.

Drawing is the same loop with another choice of the symbol; `sampling.py` makes such choices.
"""

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..shapes import Int
from .contract import Hypothesis, Padded, Stepper, forbid, select
from .sampling import Choose


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
