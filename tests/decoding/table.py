"""A model small enough to try every output: a table of probabilities, in NumPy."""

import itertools
from typing import NamedTuple

import numpy as np

from seqloom.data.vocabulary import BOS, EOS
from seqloom.reference.functions import log_softmax

FIRST = 4  # after the specials


class TableState(NamedTuple):
    place: np.ndarray  # row of the table, a mix of all symbols read so far


class TableMemory(NamedTuple):
    key: np.ndarray  # page of the table, a mix of all source symbols


class TableModel:
    """Steps through a random table: the next symbol depends on the source and on every symbol."""

    def __init__(self, num_symbols=2, seed=0, sharpness=1.5, end_bonus=0.0):
        """
        Args:
            num_symbols: Symbols beside the four specials.
            seed: Of the table.
            sharpness: Spread of the logits.
            end_bonus: Added to the logit of EOS; below zero it makes outputs longer.
        """
        random = np.random.default_rng(seed)
        self.pages, self.places, self.V = 13, 17, FIRST + num_symbols
        logits = sharpness * random.normal(size=(self.pages, self.places, self.V))
        logits[:, :, EOS] += end_bonus
        self.table = log_softmax(logits)
        self.rows_run = 0

    def start(self, source, lengths):
        places = np.arange(source.shape[1])
        real = places < lengths[:, None]
        key = np.where(real, source * (places + 2), 0).sum(axis=1) + lengths
        return TableState(place=key % self.places), TableMemory(key=key % self.pages)

    def step(self, symbols, state, memory):
        self.rows_run += len(symbols)
        place = (3 * state.place + 5 * symbols + memory.key) % self.places
        return self.table[memory.key, place], TableState(place=place)


def padded(sources):
    """A batch with rubbish as padding, and its lengths."""
    lengths = np.array([len(s) for s in sources], dtype=np.int64)
    source = np.full((len(sources), max(1, lengths.max())), 99)
    for row, symbols in zip(source, sources, strict=True):
        row[: len(symbols)] = symbols
    return source, lengths


def log_probability(model, source, symbols):
    """Of one output and its EOS, one step after the other."""
    state, memory = model.start(*padded([source]))
    total, last = 0.0, BOS
    for symbol in (*symbols, EOS):
        log_probs, state = model.step(np.array([last]), state, memory)
        total, last = total + log_probs[0, symbol], symbol
    return total


def every_output(model, source, limit, length_penalty):
    """All outputs of up to `limit` symbols as (score, symbols), the best first."""
    scored = []
    for length in range(limit + 1):
        for symbols in itertools.product(range(FIRST, model.V), repeat=length):
            total = log_probability(model, source, symbols)
            scored.append((total / (length + 1) ** length_penalty, symbols))
    return sorted(scored, reverse=True)
