"""The log-probability of a whole output, for every network that writes one step by step."""

from typing import Any

import numpy as np

from ....data.vocabulary import BOS
from ....networks.ops import Ops
from ....networks.pairs import TransformerPairs
from ....shapes import Int
from ...trace import Named
from ..study import Answer, seeds_of


def along(
    network: Any, source: np.ndarray, lengths: np.ndarray, target: Int[np.ndarray, " T"], ops: Ops
) -> Answer:
    """Go along an output, whatever the search would have chosen.

    Args:
        network: A network of pairs, an `Edited` or a `PyramidListener`.
        source: Padded sources.
        lengths: Real steps of each.
        target: The output, with EOS if it ended.
        ops: The engine.
    """
    network = network.on(ops)
    if isinstance(network, TransformerPairs):
        return _at_once(network, source, lengths, target)
    B = len(source)
    state, memory = network.start(source, lengths)
    said, seeds, value = [], [], np.zeros(B)
    for before, symbol in zip([BOS, *target[:-1]], target, strict=True):
        log_probs, state = network.step(np.full(B, before), state, memory)
        said.append(ops.numbers(log_probs))
        found, gradient = seeds_of(said[-1], np.full(B, symbol))
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
    network: TransformerPairs, source: np.ndarray, lengths: np.ndarray, target: np.ndarray
) -> Answer:
    B = len(source)
    before = np.tile(np.array([BOS, *target[:-1]]), (B, 1))
    value_BTV = network.forward(source, lengths, before)
    said_BTV = network.ops.numbers(value_BTV)
    found, gradient = seeds_of(said_BTV.reshape(-1, said_BTV.shape[-1]), np.tile(target, B))
    value = found.reshape(B, -1).astype(np.float64).sum(axis=1)
    return Answer(value, [(value_BTV, gradient.reshape(said_BTV.shape))], said_BTV)
