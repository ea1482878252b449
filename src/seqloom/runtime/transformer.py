"""The encoder-decoder Transformer in NumPy, made of the layers of `reference/`.

The counterpart of `models/transformer.py`; it keeps the contract of `decoding.Stepper`.
"""

from typing import NamedTuple

import numpy as np

from ..config.transduce import TransformerConfig
from ..reference import layer_norm
from ..reference.functions import log_softmax
from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from ..reference.multi_head import KeyValue, MultiHeadWeights
from ..reference.transformer import (
    DecoderLayerWeights,
    EncoderLayerWeights,
    decoder_layer_step,
    encoder_layer,
    initial_cache,
    project_memory,
)
from ..reference.transformer_parts import positions
from ..shapes import Float, Int
from .tensors import Tensors


class TransformerMemory(NamedTuple):
    """Keys and values of the sources, one pair per decoder layer, and the sources' lengths."""

    layers: tuple[KeyValue, ...]
    lengths: Int[np.ndarray, " B"]


class TransformerState(NamedTuple):
    """Keys and values of the output so far, one pair per decoder layer."""

    layers: tuple[KeyValue, ...]


class NumpyTransformer:
    """A trained `models.Transformer`, without torch."""

    def __init__(
        self, config: TransformerConfig, tensors: Tensors, source_symbols: int, target_symbols: int
    ) -> None:
        """Takes what `NumpyEncoderDecoder` takes."""
        self.config = config
        D = config.hidden_size
        self.source_embedding = tensors.take("source_embedding.weight", source_symbols, D)
        self.target_embedding = tensors.take("target_embedding.weight", target_symbols, D)
        self.encoder = [
            EncoderLayerWeights(
                self_attn=_heads(tensors, f"encoder.{i}.self_attn", D),
                **_feed_forward(tensors, f"encoder.{i}", D, config.feedforward_size),
                norm1=_norm(tensors, f"encoder.{i}.norm1", D),
                norm2=_norm(tensors, f"encoder.{i}.norm2", D),
            )
            for i in range(config.encoder_layers)
        ]
        self.decoder = [
            DecoderLayerWeights(
                self_attn=_heads(tensors, f"decoder.{i}.self_attn", D),
                multihead_attn=_heads(tensors, f"decoder.{i}.multihead_attn", D),
                **_feed_forward(tensors, f"decoder.{i}", D, config.feedforward_size),
                norm1=_norm(tensors, f"decoder.{i}.norm1", D),
                norm2=_norm(tensors, f"decoder.{i}.norm2", D),
                norm3=_norm(tensors, f"decoder.{i}.norm3", D),
            )
            for i in range(config.decoder_layers)
        ]
        self.encoder_norm = _norm(tensors, "encoder_norm", D)
        self.decoder_norm = _norm(tensors, "decoder_norm", D)
        self.output_bias = tensors.take("output_bias", target_symbols)
        tensors.finish()

    def start(
        self, source: Int[np.ndarray, "B S"], lengths: Int[np.ndarray, " B"]
    ) -> tuple[TransformerState, TransformerMemory]:
        """Read padded sources; return the first state and the memory."""
        N = self.config.num_heads
        x = self._embed(self.source_embedding, source, start=0)
        for layer in self.encoder:
            x, _ = encoder_layer(x, layer, num_heads=N, lengths=lengths)
        x, _ = layer_norm.forward(x, self.encoder_norm)
        memory = TransformerMemory(
            layers=tuple(
                project_memory(x, layer, num_heads=N, lengths=lengths) for layer in self.decoder
            ),
            lengths=lengths,
        )
        state = TransformerState(
            layers=tuple(
                initial_cache(len(source), layer.self_attn, num_heads=N) for layer in self.decoder
            )
        )
        return state, memory

    def step(
        self, symbols: Int[np.ndarray, " B"], state: TransformerState, memory: TransformerMemory
    ) -> tuple[Float[np.ndarray, "B V"], TransformerState]:
        """Log-probabilities of the next symbol, in nats, and the new state."""
        place = state.layers[0].key.shape[2]
        x = self._embed(self.target_embedding, symbols[:, None], start=place)[:, 0]
        caches = []
        for layer, cache, known in zip(self.decoder, state.layers, memory.layers, strict=True):
            x, new, _ = decoder_layer_step(x, cache, known, layer, memory_lengths=memory.lengths)
            caches.append(new)
        x, _ = layer_norm.forward(x, self.decoder_norm)
        logits_BV = x @ self.target_embedding.T + self.output_bias
        return log_softmax(logits_BV), TransformerState(tuple(caches))

    def _embed(self, embedding: np.ndarray, symbols: np.ndarray, *, start: int) -> np.ndarray:
        D = self.config.hidden_size
        place = positions(symbols.shape[1], D, start=start, dtype=embedding.dtype)
        embedded: np.ndarray = embedding[symbols] * D**0.5 + place
        return embedded


def _heads(tensors: Tensors, name: str, size: int) -> MultiHeadWeights:
    return MultiHeadWeights(
        in_proj_weight=tensors.take(f"{name}.in_proj_weight", 3 * size, size),
        in_proj_bias=tensors.take(f"{name}.in_proj_bias", 3 * size),
        out_proj=LinearWeights(
            weight=tensors.take(f"{name}.out_proj.weight", size, size),
            bias=tensors.take(f"{name}.out_proj.bias", size),
        ),
    )


def _feed_forward(
    tensors: Tensors, name: str, size: int, inner_size: int
) -> dict[str, LinearWeights]:
    return {
        "linear1": LinearWeights(
            weight=tensors.take(f"{name}.linear1.weight", inner_size, size),
            bias=tensors.take(f"{name}.linear1.bias", inner_size),
        ),
        "linear2": LinearWeights(
            weight=tensors.take(f"{name}.linear2.weight", size, inner_size),
            bias=tensors.take(f"{name}.linear2.bias", size),
        ),
    }


def _norm(tensors: Tensors, name: str, size: int) -> NormWeights:
    return NormWeights(
        weight=tensors.take(f"{name}.weight", size), bias=tensors.take(f"{name}.bias", size)
    )
