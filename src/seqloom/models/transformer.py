"""The encoder-decoder Transformer: the end of the story, under the same contract.

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.
Differs: pre-norm layers (see `layers/transformer.py`), hence a last normalisation on each side; the
target embedding is the output matrix too, the source embedding is its own.
"""

from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config.transduce import TransformerPairsConfig
from ..layers.lengths import as_lengths, live_steps
from ..layers.transformer import DecoderLayer, EncoderLayer, KeyValues, positions
from ..shapes import Float, Int
from .pair_model import PairModel


class TransformerMemory(NamedTuple):
    """Keys and values of the sources, one pair per decoder layer; True on real positions."""

    layers: tuple[KeyValues, ...]
    live: Tensor


class TransformerState(NamedTuple):
    """Keys and values of the output so far, one pair per decoder layer."""

    layers: tuple[KeyValues, ...]


@final
class Transformer(PairModel):
    """An encoder-decoder Transformer that decodes step by step with a cache."""

    def __init__(
        self, config: TransformerPairsConfig, source_symbols: int, target_symbols: int
    ) -> None:
        """
        Args:
            config: Sizes.
            source_symbols: Size of the source vocabulary.
            target_symbols: V, size of the target vocabulary.
        """
        super().__init__()
        self.config = config
        D = config.hidden_size
        sizes = (D, config.num_heads, config.feedforward_size, config.dropout)
        self.source_embedding = nn.Embedding(source_symbols, D)
        self.target_embedding = nn.Embedding(target_symbols, D)
        for embedding in (self.source_embedding, self.target_embedding):
            nn.init.normal_(embedding.weight, std=D**-0.5)
        self.encoder = nn.ModuleList(EncoderLayer(*sizes) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(*sizes) for _ in range(config.decoder_layers))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(D), nn.LayerNorm(D)
        self.output_bias = nn.Parameter(torch.zeros(target_symbols))
        self.dropout = nn.Dropout(config.dropout)

    def encode(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, " B"]) -> TransformerMemory:
        lengths = as_lengths(type(self).__name__, lengths, *source.shape)
        live = live_steps(source, lengths)
        mask = None if bool(live.all()) else live
        x = self._embed(self.source_embedding, source)
        for layer in self.encoder:
            x = layer(x, mask)
        x = self.encoder_norm(x)
        remembered = []
        for layer in self.decoder:
            assert isinstance(layer, DecoderLayer)
            remembered.append(layer.multihead_attn.remember(x))
        return TransformerMemory(layers=tuple(remembered), live=live)

    def initial_state(self, memory: TransformerMemory) -> TransformerState:
        return TransformerState(
            layers=tuple(KeyValues(k[:, :, :0], v[:, :, :0]) for k, v in memory.layers)
        )

    def step(
        self, symbols: Int[Tensor, " B"], state: TransformerState, memory: TransformerMemory
    ) -> tuple[Float[Tensor, "B V"], TransformerState]:
        start = state.layers[0].keys.shape[2]
        x = self._embed(self.target_embedding, symbols[:, None], start=start)
        caches = []
        for layer, known, past in zip(self.decoder, memory.layers, state.layers, strict=True):
            x, cache = layer(x, known, memory.live, past)
            caches.append(cache)
        return self._read(x)[:, 0], TransformerState(layers=tuple(caches))

    def forward(
        self,
        source: Int[Tensor, "B S"],
        source_lengths: Int[Tensor, " B"],
        target: Int[Tensor, "B T"],
    ) -> Float[Tensor, "B T V"]:
        memory = self.encode(source, source_lengths)
        mask = None if bool(memory.live.all()) else memory.live
        x = self._embed(self.target_embedding, target)
        for layer, known in zip(self.decoder, memory.layers, strict=True):
            x, _ = layer(x, known, mask)
        return self._read(x)

    def _embed(self, embedding: nn.Embedding, symbols: Tensor, *, start: int = 0) -> Tensor:
        D = self.config.hidden_size
        x: Tensor = embedding(symbols) * D**0.5
        place = positions(symbols.shape[1], D, start=start)
        embedded: Tensor = self.dropout(x + place.to(x.device, x.dtype))
        return embedded

    def _read(self, x: Tensor) -> Tensor:
        return F.linear(self.decoder_norm(x), self.target_embedding.weight, self.output_bias)
