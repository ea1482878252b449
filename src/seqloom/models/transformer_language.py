"""The decoder-only Transformer: each position looks back at a fixed number of positions.

    1   x_t = sqrt(D) embed(y_t)
    2   x_t <- layer(x_t, x_{t-c+1} ... x_t)        for each layer in turn, c = `context`
    3   logits_t = Embed norm(x_t) + b

Source: Radford et al., "Language Models are Unsupervised Multitask Learners" (GPT-2), 2019;
distance as a bias on the scores: Press, Smith & Lewis, "Train Short, Test Long" (ALiBi), ICLR 2022;
keys and values carried from chunk to chunk: Dai et al., "Transformer-XL", ACL 2019.
Differs: because only distances count, a text has no end: the state is the keys and values of the
last c - 1 positions, carried like a recurrent state; while training, gradients stop at a chunk's
border, as they do there. relu where GPT-2 has GELU.
"""

from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config.generate import TransformerTextConfig
from ..layers.transformer import EncoderLayer, KeyValues, recency
from ..shapes import Float, Int
from .language_model import LanguageModel


class CacheState(NamedTuple):
    """Per layer the keys and values of the last positions, at most c - 1 of them."""

    layers: tuple[KeyValues, ...]


@final
class TransformerLanguage(LanguageModel):
    """A stack of causal layers over one text per row."""

    def __init__(self, config: TransformerTextConfig, num_symbols: int) -> None:
        """
        Args:
            config: Sizes.
            num_symbols: V, size of the vocabulary.
        """
        super().__init__()
        self.config = config
        D = config.hidden_size
        self.embedding = nn.Embedding(num_symbols, D)
        nn.init.normal_(self.embedding.weight, std=D**-0.5)
        self.layers = nn.ModuleList(
            EncoderLayer(D, config.num_heads, config.feedforward_size, config.dropout)
            for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(D)
        # or a new network would be sure that every symbol is followed by itself
        nn.init.constant_(self.norm.weight, D**-0.5)
        self.output_bias = nn.Parameter(torch.zeros(num_symbols))
        self.dropout = nn.Dropout(config.dropout)

    def initial_state(self, batch_size: int) -> CacheState:
        N = self.config.num_heads
        empty = self.output_bias.new_zeros(batch_size, N, 0, self.config.hidden_size // N)
        return CacheState(layers=(KeyValues(empty, empty),) * self.config.layers)

    def forward(
        self, symbols: Int[Tensor, "B T"], state: CacheState | None = None
    ) -> tuple[Float[Tensor, "B T V"], CacheState]:
        state = self.initial_state(len(symbols)) if state is None else state
        config, T = self.config, symbols.shape[1]
        x = self.dropout(self.embedding(symbols) * config.hidden_size**0.5)  # 1
        bias_NTS = recency(
            T, state.layers[0].keys.shape[2] + T, config.num_heads, context=config.context
        ).to(x)
        after = []
        layer: EncoderLayer
        for layer, past in zip(self.layers, state.layers, strict=True):  # type: ignore[assignment]
            x, seen = layer.advance(x, past, bias_NTS)  # 2
            first = max(0, seen.keys.shape[2] - config.context + 1)
            after.append(KeyValues(*(part[:, :, first:] for part in seen)))
        logits = F.linear(self.norm(x), self.embedding.weight, self.output_bias)  # 3
        return logits, CacheState(layers=tuple(after))
