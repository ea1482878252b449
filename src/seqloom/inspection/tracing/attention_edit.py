"""A decoder some of whose attention weights are set by hand, and which goes on from there.

`Edited` keeps the contract of `decoding.Stepper`, so every search can ask it; what the weights
around the given ones become is `reference/attention_edit.py`. Checked by
`tests/inspection/tracing/test_attention_edit.py`.
"""

import copy
from collections.abc import Mapping
from typing import Any

from ...errors import ConfigError
from ...networks.ops import Ops, Value, Weights
from ...networks.pairs import PairMemory, PairState, RecurrentPairs
from ...reference import attention_edit
from .tape import Tape

Edits = Mapping[tuple[int, int], float]  # weights by target step and source step


class Edited:
    """An encoder-decoder with some weights given. One source at a time, any number of rows."""

    def __init__(self, network: RecurrentPairs, edits: Edits) -> None:
        """
        Args:
            network: The network.
            edits: Weights by target step and source step.
        """
        self.network = network
        self.rows = by_target(edits)
        self.place = 0  # the target step that comes next: all rows take it together

    @property
    def ops(self) -> Ops:
        """The engine that the network is on."""
        return self.network.ops

    def on(self, ops: Ops) -> "Edited":
        """The same on another engine."""
        found = copy.copy(self)
        found.network = self.network.on(ops)
        return found

    def start(self, source: Value, lengths: Value) -> tuple[PairState, PairMemory]:
        """As the network's."""
        self.place = 0
        return self.network.start(source, lengths)

    def step(self, symbols: Value, state: PairState, memory: PairMemory) -> tuple[Value, PairState]:
        """As the network's, with this step's weights."""
        network, given = self.network, self.rows.get(self.place)
        self.place += 1
        if given:
            ops: Any = _Given(self.ops, given)
            network = network.on(ops)
        return network.step(symbols, state, memory)


class _Given:
    """An engine whose decoder attention has some weights given; all else is the engine's."""

    def __init__(self, ops: Ops, given: Mapping[int, float]) -> None:
        self._ops, self._weights = ops, given

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ops, name)

    def attend(
        self,
        name: str,
        attention: Any,
        query: Value,
        memory: Value,
        keys: Value,
        lengths: Value,
        w: Weights,
    ) -> tuple[Value, Value]:
        """As the engine's, then the weights given by hand."""
        found = self._ops.attend(name, attention, query, memory, keys, lengths, w)
        if isinstance(self._ops, Tape):
            return self._ops.reweigh(name, found[1], memory, self._weights)
        return attention_edit.reweigh(found[1], memory, self._weights)[:2]


def by_target(edits: Edits) -> dict[int, dict[int, float]]:
    """The given weights of each target step."""
    rows: dict[int, dict[int, float]] = {}
    for (target, source), weight in edits.items():
        rows.setdefault(target, {})[source] = weight
    return rows


def shifted(edits: Edits, left_out: slice) -> dict[tuple[int, int], float]:
    """The weights that remain when a span of the source is left out."""
    width = left_out.stop - left_out.start
    return {
        (t, s if s < left_out.start else s - width): weight
        for (t, s), weight in edits.items()
        if not left_out.start <= s < left_out.stop
    }


def check_network(network: object) -> None:
    """Raise a ConfigError unless an `Edited` can be made of the network."""
    if not isinstance(network, RecurrentPairs) or network.attention is None:
        raise ConfigError(
            "trace: `attention` must come with a recurrent model with link=attention, got another "
            "model."
        )


def check_edits(edits: Edits, num_sources: int) -> None:
    """Raise a ConfigError unless the weights can be those of some attention."""
    for (target, source), weight in edits.items():
        if target < 0 or not 0 <= source < num_sources:
            raise ConfigError(
                f"trace: `attention` must name target steps from 0 and source steps from 0 to "
                f"{num_sources - 1}, got {(target, source)}."
            )
        if not 0.0 <= weight <= 1.0:
            raise ConfigError(
                f"trace: `attention` must have weights from 0 to 1, got {weight:g} at "
                f"{(target, source)}."
            )
    for target, row in by_target(edits).items():
        total = sum(row.values())
        if total > 1 + 1e-6 or (len(row) == num_sources and total < 1 - 1e-6):
            raise ConfigError(
                f"trace: `attention` must leave the weights of target step {target} a sum of 1, "
                f"got {total:g}. Give fewer or other weights."
            )
