"""Listen, Attend and Spell: an encoder that halves time, a decoder that looks where it likes.

    1   h       = layer(x)                              both directions joined
    2   h       = layer([h_1; h_2], [h_3; h_4], ...)    as often as `pyramid_layers` says
    3   s_0     = tanh(W_init summary + b_init)         summary: the top layer's last states
    4   c_t     = attend(s_{t-1}, h, a_{t-1})           location-aware
    5   s_t     = cell([embed(y_{t-1}); c_t], s_{t-1})
    6   logits  = W_out tanh(W_read [s_t; c_t; embed(y_{t-1})] + b_read) + b_out

Source: Chan, Jaitly, Le & Vinyals, "Listen, Attend and Spell", ICASSP 2016 (pyramid, speller);
Chorowski et al., NeurIPS 2015 (step 4). Differs: any cell; one layer in the decoder; its first
state comes from the encoder, its output is that of `encoder_decoder.py`; in training it reads the
right symbols, never its own.

It keeps the contract of `PairModel`, with features for source symbols.
"""

from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config.transcribe import ListenConfig
from ..layers.attention import LocationAttention
from ..layers.dropout import Dropout
from ..layers.recurrent import CELLS, LAYERS
from ..shapes import Float, Int
from .encoder_decoder import DecoderState, Encoded
from .pair_model import PairModel


@final
class Listener(PairModel):
    """Features to symbols through attention."""

    def __init__(self, config: ListenConfig, feature_size: int, symbols: int) -> None:
        """
        Args:
            config: Cell and sizes.
            feature_size: F, numbers of one step.
            symbols: V, size of the vocabulary.
        """
        super().__init__()
        self.config = config
        E, H, M = config.embedding_size, config.hidden_size, 2 * config.hidden_size
        sizes = [feature_size, *[2 * M] * config.pyramid_layers]
        self.layers = nn.ModuleList(
            LAYERS[config.cell](size, H, batch_first=True, bidirectional=True) for size in sizes
        )
        self.embedding = nn.Embedding(symbols, E)
        self.attention = LocationAttention(
            M, H, config.attention_size, filters=config.filters, width=config.filter_width
        )
        self.cell = CELLS[config.cell](E + M, H)
        self.num_fields = len(self.cell.state_fields)
        self.initial = nn.Linear(M, self.num_fields * H)
        self.readout = nn.Linear(H + M + E, H)
        self.output = nn.Linear(H, symbols)
        self.dropout = Dropout(config.dropout)

    def encode(self, source: Float[Tensor, "B S F"], lengths: Int[Tensor, " B"]) -> Encoded:
        x = source
        for depth, layer in enumerate(self.layers):
            if depth:
                x, lengths = halve(self.dropout(x), lengths)
            x, last = layer(x, lengths=lengths)
        h_2BH = last[0] if isinstance(last, tuple) else last
        summary_BM = torch.cat(list(h_2BH), dim=-1)
        return Encoded(summary_BM, self.attention.remember(self.dropout(x), lengths))

    def initial_state(self, memory: Encoded) -> DecoderState:
        assert memory.memory is not None
        kind = type(self.cell.initial_state(0))
        parts = self.initial(memory.summary).tanh().chunk(self.num_fields, -1)
        weights_BS = memory.summary.new_zeros(memory.memory.values.shape[:2])
        return DecoderState(layers=(kind(*parts),), weights=weights_BS)

    def step(
        self, symbols: Int[Tensor, " B"], state: DecoderState, memory: Encoded
    ) -> tuple[Float[Tensor, "B V"], DecoderState]:
        embedded_BE = self.dropout(self.embedding(symbols))
        state, context_BM = self._advance(self._project(embedded_BE), state, memory)
        return self._read(state.layers[0].h, context_BM, embedded_BE), state

    def forward(
        self,
        source: Float[Tensor, "B S F"],
        source_lengths: Int[Tensor, " B"],
        target: Int[Tensor, "B T"],
    ) -> Float[Tensor, "B T V"]:
        memory = self.encode(source, source_lengths)
        state = self.initial_state(memory)
        embedded_BTE = self.dropout(self.embedding(target))
        tops, contexts = [], []
        for projected_BG in self._project(embedded_BTE).unbind(1):
            state, context_BM = self._advance(projected_BG, state, memory)
            tops.append(state.layers[0].h)
            contexts.append(context_BM)
        return self._read(torch.stack(tops, 1), torch.stack(contexts, 1), embedded_BTE)

    def _project(self, embedded: Float[Tensor, "*rest E"]) -> Float[Tensor, "*rest G"]:
        """What the last symbols add to the gates."""
        return F.linear(
            embedded, self.cell.weight_ih[:, : self.config.embedding_size], self.cell.bias_ih
        )

    def _advance(
        self, projected_BG: Tensor, state: DecoderState, memory: Encoded
    ) -> tuple[DecoderState, Tensor]:
        """Steps 4 and 5. Returns the new state and the context."""
        assert memory.memory is not None
        before = state.layers[0]
        context_BM, weights_BS = self.attention(before.h, memory.memory, state.weights)
        weight_BG = self.cell.weight_ih[:, self.config.embedding_size :]
        after = self.cell.advance(projected_BG + F.linear(context_BM, weight_BG), before)
        return DecoderState(layers=(after,), weights=weights_BS), context_BM

    def _read(self, top: Tensor, context: Tensor, embedded: Tensor) -> Tensor:
        """Step 6."""
        joined = torch.cat([self.dropout(top), context, embedded], dim=-1)
        logits: Tensor = self.output(self.dropout(self.readout(joined).tanh()))
        return logits


def halve(
    x: Float[Tensor, "B S M"], lengths: Int[Tensor, " B"]
) -> tuple[Float[Tensor, "B Z W"], Int[Tensor, " B"]]:
    """Neighbours side by side: half as many steps, twice as wide, zeros behind an odd end."""
    B, S, M = x.shape
    if S % 2:
        x = F.pad(x, (0, 0, 0, 1))
    return x.reshape(B, (S + 1) // 2, 2 * M), (lengths + 1) // 2
