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
from ..networks.interpreter import named
from ..networks.network import Network
from ..networks.ops import Values
from ..networks.record import outlined
from ..reference import trees
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
        self.results = unbound.entries()[name].results
        self.projected = [n for n in program.entries[name].results if f".{PROJECTED}." in n]

    def __call__(self, *given: Values, **more: Values) -> Values:
        inputs: dict[str, np.ndarray] = {}
        for key, tree in (dict(zip(self.arguments, given, strict=False)) | more).items():
            own = tree
            if isinstance(tree, Projected):
                own = tree.memory
                inputs |= {f"{key}.{PROJECTED}.{k}": array for k, array in enumerate(tree.products)}
            inputs |= named(key, own)
        found = self.program(self.name, inputs)
        made = trees.map_arrays(lambda name: found[name], self.outline)
        if not self.projected:
            return made
        products = tuple(found[name] for name in self.projected)
        owner = self.results.index(self.projected[0].partition(".")[0])
        every = list(made) if len(self.results) > 1 else [made]
        every[owner] = Projected(every[owner], products)
        return tuple(every) if len(every) > 1 else every[0]
