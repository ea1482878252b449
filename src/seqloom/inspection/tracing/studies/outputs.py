"""The log-probability of a whole output, for every network that writes one step by step."""

from typing import Any

import numpy as np

from ....data.vocabulary import BOS
from ....runtime.steps import Steps
from ....runtime.transformer import NumpyTransformer
from ....shapes import Int
from ...trace import Named
from ..study import Answer, seeds_of


def along(
    network: Any, source: np.ndarray, lengths: np.ndarray, target: Int[np.ndarray, " T"], ops: Steps
) -> Answer:
    """Go along an output, whatever the search would have chosen.

    Args:
        network: A `Stepper` that takes `ops`, or a `NumpyTransformer`.
        source: Padded sources.
        lengths: Real steps of each.
        target: The output, with EOS if it ended.
        ops: The steps that the network is made of.
    """
    if isinstance(network, NumpyTransformer):
        return _at_once(network, source, lengths, target, ops)
    B = len(source)
    state, memory = network.start(source, lengths, ops)
    said, seeds, value = [], [], np.zeros(B)
    for before, symbol in zip([BOS, *target[:-1]], target, strict=True):
        log_probs, state = network.step(np.full(B, before), state, memory, ops)
        found, gradient = seeds_of(log_probs, np.full(B, symbol))
        said.append(log_probs)
        seeds.append((log_probs, gradient))
        value += found
    return Answer(value, seeds, np.stack(said, axis=1))


def output_arrays(answer: Answer, target: Int[np.ndarray, " T"]) -> dict[str, Named]:
    """What was said at each step, and what the output's symbols cost."""
    losses = -answer.said[0, np.arange(len(target)), target]
    return {
        "loss/steps": Named(losses, ("target",)),
        "output/log_probabilities": Named(answer.said[0], ("target", "vocabulary")),
    }


def _at_once(
    network: NumpyTransformer,
    source: np.ndarray,
    lengths: np.ndarray,
    target: np.ndarray,
    ops: Steps,
) -> Answer:
    B = len(source)
    before = np.tile(np.array([BOS, *target[:-1]]), (B, 1))
    said_BTV = network.forward(source, lengths, before, ops)
    found, gradient = seeds_of(said_BTV.reshape(-1, said_BTV.shape[-1]), np.tile(target, B))
    value = found.reshape(B, -1).astype(np.float64).sum(axis=1)
    return Answer(value, [(said_BTV, gradient.reshape(said_BTV.shape))], said_BTV)
