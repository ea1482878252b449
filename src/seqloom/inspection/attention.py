"""Numbers about attention weights: how sharp, what is covered, whether it reads in order.

    a_ts          weight of source position s at target step t; each row sums to 1
    entropy       -sum_s a_ts ln a_ts of each step, in nats: 0 looks at one place, ln S at all alike
    coverage      sum_t a_ts of each source position: 0 was never looked at
    monotonicity  m_t = sum_s s a_ts is where step t looks; of all pairs of steps, the share in
                  which the later looks further right less the share in which it looks further left:
                  1 reads in order, -1 backwards. Kendall's tau a of m with time

Source: coverage: Tu et al., "Modeling Coverage for Neural Machine Translation", ACL 2016,
without fertility; tau: Kendall, "A New Measure of Rank Correlation", Biometrika 30, 1938.
Checked by `tests/inspection/test_attention.py`.
"""

import numpy as np

from ..shapes import Float
from .facts import AttentionFacts
from .trace import Trace

SAME = 1e-6  # positions; closer than this is neither left nor right


def entropy(weights: Float[np.ndarray, "*any S"]) -> Float[np.ndarray, "*any"]:
    """Entropy of each distribution, in nats."""
    a = weights.astype(np.float64)
    return np.asarray(-(a * np.log(np.where(a > 0, a, 1.0))).sum(axis=-1) + 0.0)


def coverage(weights: Float[np.ndarray, "*any T S"]) -> Float[np.ndarray, "*any S"]:
    """Weight that each source position got in all."""
    return np.asarray(weights.astype(np.float64).sum(axis=-2))


def monotonicity(weights: Float[np.ndarray, "T S"]) -> float:
    """From -1, backwards, to 1, in order; 0 for fewer than two steps."""
    T, S = weights.shape
    if T < 2:
        return 0.0
    looks = weights.astype(np.float64) @ np.arange(S)
    moves = looks[None, :] - looks[:, None]
    signs = np.where(np.abs(moves) < SAME, 0.0, np.sign(moves))
    return float(signs[np.triu_indices(T, 1)].mean())


def attention_facts(trace: Trace) -> AttentionFacts:
    """The section `attention` of a trace's facts; empty for a trace without attention.

    The numbers of the decoder's attention, or of the pool's, stand at the top; those of a
    Transformer's layers, a list entry a head, under `layers`.
    """
    facts = AttentionFacts()
    layers = {}
    for name, array in trace.items():
        if not name.startswith("attention/") or not array.values.size:
            continue
        if name in ("attention/decoder", "attention/pool"):
            facts = {**facts, **_of_matrix(np.atleast_2d(array.values))}
        elif array.values.ndim == 3:
            heads = [_of_matrix(head) for head in array.values]
            layers[name.removeprefix("attention/")] = {
                "mean_entropy": [head["mean_entropy"] for head in heads],
                "monotonicity": [head["monotonicity"] for head in heads],
            }
    if layers:
        facts["layers"] = layers
    return facts


def _of_matrix(weights: np.ndarray) -> AttentionFacts:
    by_step = entropy(weights)
    return {
        "entropy": by_step.tolist(),
        "mean_entropy": float(by_step.mean()),
        "coverage": coverage(weights).tolist(),
        "monotonicity": monotonicity(weights),
    }
