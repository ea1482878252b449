"""Small networks that read a probe: one an architecture, of one hidden size, on our own layers.

Each reads an example of `lengths` steps and answers at the last N of them. Weights begin as torch
begins them; only the LSTM's forget gates are opened, by 1 on their bias, as is the custom (Gers et
al., 2000; Jozefowicz et al., 2015): at torch's own 0 a cell loses half of itself at every step.
Checked by `tests/comparison/probes/test_networks.py`.
"""

import abc
from typing import final

import torch
from torch import Tensor, nn

from ...layers.attention import AdditiveAttention
from ...layers.cell import Cell
from ...layers.recurrent import LAYERS
from ...layers.transformer import EncoderLayer, positions
from ...shapes import Float, Int
from .contract import Probe

EMBEDDING = 32
FORGET_BIAS = 1.0
HEADS, LAYERS_OF_TRANSFORMER = 4, 2
ARCHITECTURES = {
    "fully-connected": "Fully-connected",
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "attention": "GRU with attention",
    "transformer": "Transformer",
}


def build(architecture: str, probe: Probe, *, length: int, hidden_size: int) -> "ProbeNetwork":
    """A network for a probe.

    Args:
        architecture: One of `ARCHITECTURES`.
        probe: What it is to read.
        length: How far it has to remember; a fully-connected network is as wide as that.
        hidden_size: H, the size of a state.
    """
    if architecture == "fully-connected":
        return ProbeFullyConnected(probe, probe.most_steps(length), hidden_size)
    if architecture == "transformer":
        return ProbeTransformer(probe, hidden_size)
    kind = "gru" if architecture == "attention" else architecture
    return ProbeRecurrent(probe, kind, hidden_size, attention=architecture == "attention")


class ProbeNetwork(nn.Module, abc.ABC):
    """What the networks share: reading symbols or numbers, and where the answers stand."""

    def __init__(self, probe: Probe) -> None:
        """
        Args:
            probe: What it is to read.
        """
        super().__init__()
        self.num_answers, self.output_size = probe.num_answers, probe.num_classes or 1
        self.embedding = nn.Embedding(probe.num_symbols, EMBEDDING) if probe.num_symbols else None
        self.input_size = EMBEDDING if probe.num_symbols else probe.input_size

    def read(self, inputs: Tensor) -> Float[Tensor, "B T I"]:
        """Input vectors of symbols or numbers."""
        return inputs if self.embedding is None else self.embedding(inputs)

    def last(
        self, states: Float[Tensor, "B T H"], lengths: Int[Tensor, " B"], count: int
    ) -> Float[Tensor, "B N H"]:
        """The last `count` real steps of each example, zeros before its first."""
        at_BN = lengths[:, None] - count + torch.arange(count)
        wide = at_BN.clamp(min=0)[:, :, None].expand(-1, -1, states.shape[2])
        return torch.where((at_BN >= 0)[:, :, None], states.gather(1, wide), 0.0)

    @abc.abstractmethod
    def forward(self, inputs: Tensor, lengths: Int[Tensor, " B"]) -> Float[Tensor, "B N O"]:
        """The answers: a score for each class, or one number.

        Args:
            inputs: Symbols `(B, T)` or numbers `(B, T, I)`.
            lengths: Real steps of each example, `(B,)`.
        """


@final
class ProbeRecurrent(ProbeNetwork):
    """A recurrent layer, read at the last steps; with attention, also at all steps by theirs."""

    def __init__(self, probe: Probe, kind: str, hidden_size: int, *, attention: bool) -> None:
        """
        Args:
            probe: What it is to read.
            kind: `rnn`, `lstm` or `gru`.
            hidden_size: H.
            attention: Whether an answer also reads a mean of the states, weighted by attention.
        """
        super().__init__(probe)
        H = hidden_size
        self.kind = kind
        self.layer = LAYERS[kind](self.input_size, H, batch_first=True)
        if kind == "lstm":
            with torch.no_grad():
                self.layer.get_parameter("bias_ih_l0")[H : 2 * H] += FORGET_BIAS
        self.attention = AdditiveAttention(H, H, H) if attention else None
        self.head = nn.Linear(2 * H if attention else H, self.output_size)

    def forward(self, inputs: Tensor, lengths: Int[Tensor, " B"]) -> Float[Tensor, "B N O"]:
        return self.answer(self.layer(self.read(inputs), lengths=lengths)[0], lengths)

    def answer(
        self, states: Float[Tensor, "B T H"], lengths: Int[Tensor, " B"]
    ) -> Float[Tensor, "B N O"]:
        """The answers from the states of all steps."""
        query_BNH = self.last(states, lengths, self.num_answers)
        if self.attention is not None:
            memory = self.attention.remember(states, lengths)
            contexts = [self.attention(query, memory)[0] for query in query_BNH.unbind(1)]
            query_BNH = torch.cat([query_BNH, torch.stack(contexts, dim=1)], dim=2)
        said: Tensor = self.head(query_BNH)
        return said

    def weights(self) -> list[Tensor]:
        """weight_ih, weight_hh, bias_ih and bias_hh of the layer."""
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        return [self.layer.get_parameter(name) for name in names]

    def cell(self) -> Cell:
        """The layer's cell, over the same weights."""
        return self.layer.cell_class.of_weights(self.weights())


@final
class ProbeFullyConnected(ProbeNetwork):
    """All steps at once, the last one always in the same place, through one hidden layer."""

    def __init__(self, probe: Probe, num_steps: int, hidden_size: int) -> None:
        """
        Args:
            probe: What it is to read.
            num_steps: Steps of the longest example.
            hidden_size: H, the size of the hidden layer.
        """
        super().__init__(probe)
        self.num_steps = num_steps
        self.hidden = nn.Linear(num_steps * self.input_size, hidden_size)
        self.head = nn.Linear(hidden_size, self.num_answers * self.output_size)

    def forward(self, inputs: Tensor, lengths: Int[Tensor, " B"]) -> Float[Tensor, "B N O"]:
        window = self.last(self.read(inputs), lengths, self.num_steps).flatten(1)
        said: Tensor = self.head(self.hidden(window).relu())
        return said.view(len(inputs), self.num_answers, self.output_size)


@final
class ProbeTransformer(ProbeNetwork):
    """Encoder layers over all steps, sinusoidal positions, read at the last steps."""

    def __init__(self, probe: Probe, hidden_size: int) -> None:
        """
        Args:
            probe: What it is to read.
            hidden_size: D, the size of a position's vector.
        """
        super().__init__(probe)
        D = hidden_size
        self.enter = nn.Linear(self.input_size, D)
        self.layers = nn.ModuleList(
            EncoderLayer(D, HEADS, 2 * D, 0.0) for _ in range(LAYERS_OF_TRANSFORMER)
        )
        self.norm = nn.LayerNorm(D)
        self.head = nn.Linear(D, self.output_size)

    def forward(self, inputs: Tensor, lengths: Int[Tensor, " B"]) -> Float[Tensor, "B N O"]:
        x_BTD = self.enter(self.read(inputs))
        T, D = x_BTD.shape[1:]
        x_BTD = x_BTD + positions(T, D).to(x_BTD.dtype)
        live_BT = None if bool((lengths == T).all()) else torch.arange(T) < lengths[:, None]
        for layer in self.layers:
            x_BTD = layer(x_BTD, live_BT)
        said: Tensor = self.head(self.norm(self.last(x_BTD, lengths, self.num_answers)))
        return said
