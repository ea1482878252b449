"""The recurrent encoder-decoder: two cells and the link between them.

    1   h_1..h_S = encoder(embed(source))            both directions joined
    2   s_0      = tanh(W_init summary + b_init)     summary: the encoder's last states
    3   c_t      = attend(s_{t-1}, h_1..h_S)         link `attention`
        c_t      = summary                           link `context`
    4   s_t      = cells([embed(y_{t-1}); c_t], s_{t-1})
    5   r_t      = tanh(W_read [s_t; c_t; embed(y_{t-1})] + b_read)
    6   logits_t = W_out r_t + b_out

Source: link `context`: Cho et al. 2014 and Sutskever et al. 2014, one vector for any length; link
`attention`: Bahdanau, Cho & Bengio 2015.
Differs: any cell on either side, stacked if wanted; in step 5 tanh stands for Bahdanau's maxout; in
step 2 the summary holds the last state of both directions, not only of the backward one.

`step` does steps 3 and 4 for one symbol, in `_advance`. `forward` does them for a whole target: one
cell in `attention_decoder` or `unroll`, which have a native path, stacked cells in a loop over
`_advance`; what does not depend on the loop (embeddings, steps 5 and 6) is done at once.
"""

from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config.transduce import RecurrentPairsConfig
from ..layers.attention import (
    AdditiveAttention,
    Attention,
    DotAttention,
    GeneralAttention,
    Memory,
)
from ..layers.cell import Cell, State
from ..layers.decoder_loop import attention_decoder
from ..layers.dropout import Dropout
from ..layers.recurrent import CELLS, LAYERS
from ..layers.unroll import unroll
from ..shapes import Float, Int
from .pair_model import PairModel


class Encoded(NamedTuple):
    """What the encoder leaves behind.

    Attributes:
        summary: Last states of the top layer, `(B, M)`.
        memory: All states, prepared for attention; `None` when the link is `context`.
    """

    summary: Float[Tensor, "B M"]
    memory: Memory | None


class DecoderState(NamedTuple):
    """What the decoder carries from one step to the next.

    Attributes:
        layers: One cell state per layer, the lowest first.
        weights: The last step's attention weights, `(B, S)`; `None` without attention.
    """

    layers: tuple[State, ...]
    weights: Float[Tensor, "B S"] | None


@final
class EncoderDecoder(PairModel):
    """A recurrent encoder-decoder with or without attention."""

    def __init__(
        self, config: RecurrentPairsConfig, source_symbols: int, target_symbols: int
    ) -> None:
        """
        Args:
            config: Cells, link and sizes.
            source_symbols: Size of the source vocabulary.
            target_symbols: V, size of the target vocabulary.
        """
        super().__init__()
        self.config = config
        E, H = config.embedding_size, config.hidden_size
        self.source_embedding = nn.Embedding(source_symbols, E)
        self.target_embedding = nn.Embedding(target_symbols, E)
        self.encoder = LAYERS[config.encoder_cell](
            E,
            H,
            config.encoder_layers,
            batch_first=True,
            dropout=config.dropout if config.encoder_layers > 1 else 0.0,  # between layers
            bidirectional=config.bidirectional,
        )
        M = self.encoder.output_size
        self.attention = _attention(config, M) if config.link == "attention" else None
        cell_class = CELLS[config.decoder_cell]
        self.cells = nn.ModuleList(
            cell_class(E + M if layer == 0 else H, H) for layer in range(config.decoder_layers)
        )
        self.num_fields = len(cell_class.state_fields)
        self.initial = nn.Linear(M, config.decoder_layers * self.num_fields * H)
        self.readout = nn.Linear(H + M + E, H)
        self.output = nn.Linear(H, target_symbols)
        self.dropout = Dropout(config.dropout)

    def encode(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, " B"]) -> Encoded:
        x_BSE = self.dropout(self.source_embedding(source))
        states_BSM, last = self.encoder(x_BSE, lengths=lengths)
        h_LBH = last[0] if isinstance(last, tuple) else last
        summary_BM = torch.cat(list(h_LBH[-self.encoder.num_directions :]), dim=-1)
        memory = None
        if self.attention is not None:
            memory = self.attention.remember(self.dropout(states_BSM), lengths)
        return Encoded(summary=summary_BM, memory=memory)

    def initial_state(self, memory: Encoded) -> DecoderState:
        parts = self.initial(memory.summary).tanh().chunk(len(self.cells) * self.num_fields, -1)
        layers = []
        for layer, cell in enumerate(self.cells):
            kind = type(cell.initial_state(0))  # type: ignore[operator, unused-ignore]
            first = layer * self.num_fields
            layers.append(kind(*parts[first : first + self.num_fields]))
        weights = None
        if memory.memory is not None:
            weights = memory.summary.new_zeros(memory.memory.values.shape[:2])
        return DecoderState(layers=tuple(layers), weights=weights)

    def step(
        self, symbols: Int[Tensor, " B"], state: DecoderState, memory: Encoded
    ) -> tuple[Float[Tensor, "B V"], DecoderState]:
        embedded_BE = self.dropout(self.target_embedding(symbols))
        state, context_BM = self._advance(self._project(embedded_BE), state, memory)
        return self._read(state.layers[-1].h, context_BM, embedded_BE), state

    def forward(
        self,
        source: Int[Tensor, "B S"],
        source_lengths: Int[Tensor, " B"],
        target: Int[Tensor, "B T"],
    ) -> Float[Tensor, "B T V"]:
        memory = self.encode(source, source_lengths)
        state = self.initial_state(memory)
        embedded_BTE = self.dropout(self.target_embedding(target))
        if len(self.cells) > 1:
            top_BTH, context_BTM = self._loop(embedded_BTE, state, memory)
        elif self.attention is not None and memory.memory is not None:
            top_BTH, context_BTM, _, _ = attention_decoder(
                self.lowest, self.attention, embedded_BTE, memory.memory, state.layers[0]
            )
        else:
            context_BTM = memory.summary[:, None].expand(-1, target.shape[1], -1)
            joined = torch.cat([embedded_BTE, context_BTM], dim=-1)
            top_BTH = unroll(self.lowest, joined, state.layers[0]).output
        return self._read(top_BTH, context_BTM, embedded_BTE)

    @property
    def lowest(self) -> Cell:
        """The cell that reads the embedding and the context."""
        cell = self.cells[0]
        assert isinstance(cell, Cell)
        return cell

    def _loop(
        self, embedded_BTE: Tensor, state: DecoderState, memory: Encoded
    ) -> tuple[Tensor, Tensor]:
        """Steps 3 and 4 for stacked cells: the states of the top one, and the contexts."""
        projected_BTG = self._project(embedded_BTE)
        tops, contexts = [], []
        for projected_BG in projected_BTG.unbind(1):
            state, context_BM = self._advance(projected_BG, state, memory)
            tops.append(state.layers[-1].h)
            contexts.append(context_BM)
        return torch.stack(tops, 1), torch.stack(contexts, 1)

    def _project(self, embedded: Float[Tensor, "*rest E"]) -> Float[Tensor, "*rest G"]:
        """What the last symbols add to the gates of the lowest cell."""
        cell, E = self.lowest, self.config.embedding_size
        return F.linear(embedded, cell.weight_ih[:, :E], cell.bias_ih)

    def _advance(
        self, projected_BG: Tensor, state: DecoderState, memory: Encoded
    ) -> tuple[DecoderState, Tensor]:
        """Steps 3 and 4: one step of the loop. Returns the new state and the context."""
        if self.attention is None:
            context_BM, weights_BS = memory.summary, None
        else:
            context_BM, weights_BS = self.attention(state.layers[-1].h, memory.memory)
        weight_BG = self.lowest.weight_ih[:, self.config.embedding_size :]
        a_BG = projected_BG + F.linear(context_BM, weight_BG)
        layers = [self.lowest.advance(a_BG, state.layers[0])]
        for cell, before in zip(list(self.cells)[1:], state.layers[1:], strict=True):
            assert isinstance(cell, Cell)
            layers.append(cell.advance(cell.project(self.dropout(layers[-1].h)), before))
        return DecoderState(layers=tuple(layers), weights=weights_BS), context_BM

    def _read(self, top: Tensor, context: Tensor, embedded: Tensor) -> Tensor:
        """Steps 5 and 6."""
        joined = torch.cat([self.dropout(top), context, embedded], dim=-1)
        logits: Tensor = self.output(self.dropout(self.readout(joined).tanh()))
        return logits


def _attention(config: RecurrentPairsConfig, memory_size: int) -> Attention:
    if config.attention == "additive":
        return AdditiveAttention(memory_size, config.hidden_size, config.attention_size)
    if config.attention == "general":
        return GeneralAttention(memory_size, config.hidden_size)
    return DotAttention(memory_size, config.hidden_size)
