"""A language model small enough to follow by hand: a table of probabilities, in NumPy."""

import numpy as np


class Chain:
    """p(next | the two symbols before it), random; the state is the symbol before the last."""

    V = 9

    def __init__(self, seed=0):
        p = np.random.default_rng(seed).random((self.V, self.V, self.V)) ** 3
        self.log_p = np.log(p / p.sum(-1, keepdims=True))
        self.read = []

    def initial_state(self, batch_size):
        return (np.zeros(batch_size, np.int64),)

    def forward(self, symbols, state):
        self.read.append(symbols.shape[1])
        before = np.concatenate([state[0][:, None], symbols[:, :-1]], axis=1)
        return self.log_p[before, symbols], (symbols[:, -1],)

    def step(self, symbols, state):
        log_probs, state = self.forward(symbols[:, None], state)
        return log_probs[:, 0], state
