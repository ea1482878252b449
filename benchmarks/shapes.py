"""The registry: what is timed, on which shapes, and how much faster the core has to be.

Letters as in src/seqloom/shapes.py. A bar is what the ratio of a peer's time to ours must reach;
`best` is the fastest peer.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


class Bar(NamedTuple):
    peer: str
    least: float
    stretch: float


@dataclass(frozen=True)
class LayerCase:
    """One recurrent layer, of two directions if `both`, ragged lengths from 1 to T if `ragged`."""

    group: str
    cell: str
    B: int
    T: int
    I: int
    H: int
    both: bool = False
    ragged: bool = False
    train: bool = True
    bars: tuple[Bar, ...] = field(default=())

    @property
    def size(self) -> str:
        return f"{self.B}, {self.T}, {self.I}, {self.H}"

    @property
    def name(self) -> str:
        return f"{self.group}: {self.cell} {self.size}"

    def flops(self, steps: int) -> int:
        """Of the forward pass over so many real steps."""
        return 2 * steps * GATES[self.cell] * self.H * (self.I + self.H) * (1 + self.both)


@dataclass(frozen=True)
class DecoderCase:
    """An additive-attention decoder under teacher forcing."""

    group: str
    cell: str
    B: int
    S: int
    T: int
    M: int
    H: int
    A: int
    E: int
    train: bool
    bars: tuple[Bar, ...] = field(default=())

    @property
    def size(self) -> str:
        return f"{self.B}, {self.S}, {self.T}, {self.M}, {self.H}, {self.A}, {self.E}"

    @property
    def name(self) -> str:
        return f"{self.group}: {self.cell} {self.size}"

    @property
    def flops(self) -> int:
        """Of the forward pass."""
        step = GATES[self.cell] * self.H * (self.E + self.M + self.H)
        return 2 * self.B * self.T * (step + self.A * self.H + self.S * (self.A + self.M))


# B, S, T, M, H, A, E; bars of training and of the forward pass
DECODERS = [
    ((32, 12, 10, 256, 128, 128, 64), (2.2, 2.7), (2.0, 2.5)),
    ((64, 20, 20, 512, 256, 256, 128), (2.0, 2.4), (1.8, 2.2)),
    ((64, 40, 40, 512, 512, 256, 256), (2.0, 2.4), (1.8, 2.2)),
    ((128, 10, 10, 256, 256, 128, 64), (1.6, 1.9), (1.5, 1.7)),
]
# B, T, I, H
FULL = [(32, 50, 128, 256), (64, 50, 256, 256), (64, 100, 256, 512), (128, 20, 128, 128)]
ALONE = [(1, 200, 128, 128), (1, 200, 256, 256)]
RAGGED = [(32, 60, 128, 256), (64, 30, 256, 128)]


def registry() -> list[LayerCase | DecoderCase]:
    """All cases, in the order of the table."""
    cases: list[LayerCase | DecoderCase] = []
    for train in (True, False):
        group = "decoder, training" if train else "decoder, forward"
        for sizes, training_bar, forward_bar in DECODERS:
            for cell in ("gru", "lstm"):
                bar = Bar("best", *(training_bar if train else forward_bar))
                cases.append(DecoderCase(group, cell, *sizes, train=train, bars=(bar,)))
    for cell in ("gru", "rnn", "lstm"):
        bar = Bar("best", 1.0, 1.15) if cell == "lstm" else Bar("best", 1.3, 1.6)
        for full in FULL:
            cases.append(LayerCase("full length, training", cell, *full, bars=(bar,)))
    for cell in ("gru", "rnn", "lstm"):
        bars = (Bar("jax", 2.5, 3.5), Bar("torch", 1.6, 2.0))
        for alone in ALONE:
            cases.append(LayerCase("batch 1, training", cell, *alone, bars=bars))
    for cell in ("gru", "rnn", "lstm"):
        bars = (Bar("jax", 1.7, 2.0), Bar("torch", 2.0, 3.0))
        for ragged in RAGGED:
            cases.append(
                LayerCase(
                    "ragged, both ways, training", cell, *ragged, both=True, ragged=True, bars=bars
                )
            )
    return cases
