"""Random arguments of a network's entries, and what an entry returns by name."""

import numpy as np

from seqloom.networks.interpreter import named
from seqloom.reference import trees

LETTERS = {"B": 3, "S": 5, "T": 6, "W": 7, "P": 2}


def arguments(network, entry, seed):
    """Random arguments of an entry; a letter has one size in all of them."""
    rng = np.random.default_rng(seed)
    known = min(size.number for k, size in network.table.sizes.items() if k[0] in "VO")

    def array(slot):
        shape = tuple(LETTERS[n] if isinstance(n, str) else n for n in slot.shape)
        if slot.kind == "numbers":
            return rng.normal(size=shape).astype(np.float32)
        low, high = (1, 6) if slot.kind == "lengths" else (0, known)
        return rng.integers(low, high, size=shape)

    return {name: trees.map_arrays(array, tree) for name, tree in entry.arguments.items()}


def flat(names, every):
    """Arrays by name, out of trees."""
    trees = zip(names, every, strict=True)
    return {path: leaf for name, tree in trees for path, leaf in named(name, tree).items()}


def results_of(entry, given):
    found = entry.run(**given)
    return flat(entry.results, (found,) if len(entry.results) == 1 else found)
