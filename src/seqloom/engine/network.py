"""A network whose entries run in the native engine, with the face of the network itself.

What a network's methods do beside its entries, a forecast's loop or a text's first state, they do
as always; each entry that they call is a call of the engine.

A memory carries what the engine projected of it behind its own fields; it is passed back as it
came.

Checked by `tests/engine/test_engine.py` and `tests/engine/test_models.py`.
"""

import copy
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import numpy as np

from ..decoding.contract import Stepper, TextModel
from ..networks.network import Network
from ..networks.ops import Values
from ..networks.record import outlined
from .lower import PROJECTED
from .program import EngineProgram
from .quantised import Quantised
from .search import Searcher, Writer

Same = TypeVar("Same", bound=Network)


class Projected(NamedTuple):
    """A memory, and what the engine projected of it: rows of sources, as everything in a memory.

    Attributes:
        memory: As the network returns it.
        products: In the order of their names.
    """

    memory: Values
    products: tuple[np.ndarray, ...]


def on_engine(
    unbound: Network,
    network: Same,
    tensors: "Mapping[str, np.ndarray | Quantised]",
    *,
    threads: int = 1,
) -> Same:
    """A bound network, on the native engine.

    Args:
        unbound: The network with placeholders for weights.
        network: The same in NumPy.
        tensors: Weights by name, float32 or int8.
        threads: On which a search works at once.
    Raises:
        ConfigError: The engine was not built.
        FormatError: The tensors are not the network's.
    """
    program = EngineProgram(unbound, tensors)
    found = copy.copy(network)
    vars(found)["program"] = program
    vars(found)["threads"] = threads
    for name in unbound.entries():
        vars(found)[name] = _Call(program, unbound, name)
    if isinstance(network, Stepper):
        vars(found)["search"] = Searcher(program)
    elif isinstance(network, TextModel):
        vars(found)["write"] = Writer(program)
    return found


def program_of(network: object) -> EngineProgram | None:
    """The program of a network that `on_engine` made; of any other `None`."""
    found: EngineProgram | None = vars(network).get("program")
    return found


class _Call:
    """An entry of a program, called as the method that it stands for."""

    def __init__(self, program: EngineProgram, unbound: Network, name: str) -> None:
        self.program, self.name = program, name
        self.arguments = tuple(unbound.entries()[name].arguments)
        self.outline = outlined(unbound, name)
        found = program.entries[name].results
        self.projected = [n for n in found if f".{PROJECTED}." in n]
        results = unbound.entries()[name].results
        self.several = len(results) > 1
        self.owner = results.index(self.projected[0].partition(".")[0]) if self.projected else 0

    def __call__(self, *given: Values, **more: Values) -> Values:
        trees_ = [*given, *(more[key] for key in self.arguments[len(given) :])]
        # in the order of the entry's inputs; what was projected of a memory comes last
        arrays: list[np.ndarray] = []
        products: tuple[np.ndarray, ...] = ()
        for tree in trees_:
            if isinstance(tree, Projected):
                _leaves(tree.memory, arrays)
                products += tree.products
            else:
                _leaves(tree, arrays)
        found = self.program.call(self.name, [*arrays, *products])
        made = _built(self.outline, found)
        if not self.projected:
            return made
        every = list(made) if self.several else [made]
        kept = tuple(found[name] for name in self.projected)
        every[self.owner] = Projected(every[self.owner], kept)
        return tuple(every) if self.several else every[0]


def _leaves(tree: Values, into: list[np.ndarray]) -> None:
    """The arrays of a tree, in order."""
    if isinstance(tree, tuple):
        for part in tree:
            _leaves(part, into)
    elif tree is not None:
        into.append(tree)


def _built(outline: Values, arrays: Mapping[str, np.ndarray]) -> Values:
    """Arrays at the places of their names."""
    if isinstance(outline, str):
        return arrays[outline]
    if outline is None:
        return None
    parts = [_built(part, arrays) for part in outline]
    return outline._make(parts) if hasattr(outline, "_make") else tuple(parts)
