"""The encoder-decoder Transformer in NumPy, made of the layers of `reference/`.

The counterpart of `models/transformer.py`; it keeps the contract of `decoding.Stepper`, and
`forward` goes along a whole output, for a `Tape`.
"""

from typing import NamedTuple

import numpy as np

from ..config.transduce import TransformerConfig
from ..reference.linear import LinearWeights
from ..reference.multi_head import KeyValue
from ..reference.transformer import (
    DecoderLayerWeights,
    EncoderLayerWeights,
    decoder_layer_step,
    initial_cache,
    project_memory,
)
from ..reference.transformer_parts import positions
from ..shapes import Float, Int
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import feed_forward_weights, heads_weights, norm_weights


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
                self_attn=heads_weights(tensors, f"encoder.{i}.self_attn", D),
                **feed_forward_weights(tensors, f"encoder.{i}", D, config.feedforward_size),
                norm1=norm_weights(tensors, f"encoder.{i}.norm1", D),
                norm2=norm_weights(tensors, f"encoder.{i}.norm2", D),
            )
            for i in range(config.encoder_layers)
        ]
        self.decoder = [
            DecoderLayerWeights(
                self_attn=heads_weights(tensors, f"decoder.{i}.self_attn", D),
                multihead_attn=heads_weights(tensors, f"decoder.{i}.multihead_attn", D),
                **feed_forward_weights(tensors, f"decoder.{i}", D, config.feedforward_size),
                norm1=norm_weights(tensors, f"decoder.{i}.norm1", D),
                norm2=norm_weights(tensors, f"decoder.{i}.norm2", D),
                norm3=norm_weights(tensors, f"decoder.{i}.norm3", D),
            )
            for i in range(config.decoder_layers)
        ]
        self.encoder_norm = norm_weights(tensors, "encoder_norm", D)
        self.decoder_norm = norm_weights(tensors, "decoder_norm", D)
        self.output_bias = tensors.take("output_bias", target_symbols)
        tensors.finish()

    def encode(
        self,
        source: Int[np.ndarray, "B S"],
        lengths: Int[np.ndarray, " B"],
        ops: Steps = PLAIN,
    ) -> Float[np.ndarray, "B S D"]:
        """Read padded sources."""
        N = self.config.num_heads
        x = self._embed("source", self.source_embedding, source, start=0, ops=ops)
        for k, layer in enumerate(self.encoder):
            x = ops.encoder_layer(f"encoder.{k}", x, layer, num_heads=N, lengths=lengths)
        return ops.norm(x, self.encoder_norm)

    def start(
        self, source: Int[np.ndarray, "B S"], lengths: Int[np.ndarray, " B"]
    ) -> tuple[TransformerState, TransformerMemory]:
        """Read padded sources; return the first state and the memory."""
        N = self.config.num_heads
        x = self.encode(source, lengths)
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
        x = self._embed("target", self.target_embedding, symbols[:, None], start=place)[:, 0]
        caches = []
        for layer, cache, known in zip(self.decoder, state.layers, memory.layers, strict=True):
            x, new, _ = decoder_layer_step(x, cache, known, layer, memory_lengths=memory.lengths)
            caches.append(new)
        return self._say(x), TransformerState(tuple(caches))

    def forward(
        self,
        source: Int[np.ndarray, "B S"],
        lengths: Int[np.ndarray, " B"],
        before: Int[np.ndarray, "B T"],
        ops: Steps = PLAIN,
    ) -> Float[np.ndarray, "B T V"]:
        """Log-probabilities along given outputs, all steps at once.

        Args:
            source: Padded sources.
            lengths: Real symbols per source.
            before: For each step the symbol before it, `BOS` at the first.
            ops: The steps it is made of.
        """
        N = self.config.num_heads
        memory = self.encode(source, lengths, ops)
        x = self._embed("target", self.target_embedding, before, start=0, ops=ops)
        for k, layer in enumerate(self.decoder):
            name = f"decoder.{k}"
            x = ops.decoder_layer(name, x, memory, layer, num_heads=N, memory_lengths=lengths)
        return self._say(x, ops)

    def _say(self, x: np.ndarray, ops: Steps = PLAIN) -> np.ndarray:
        output = LinearWeights(self.target_embedding, self.output_bias)
        return ops.log_softmax(ops.linear(ops.norm(x, self.decoder_norm), output))

    def _embed(
        self,
        name: str,
        embedding: np.ndarray,
        symbols: np.ndarray,
        *,
        start: int,
        ops: Steps = PLAIN,
    ) -> np.ndarray:
        D = self.config.hidden_size
        place = positions(symbols.shape[1], D, start=start, dtype=embedding.dtype)
        return ops.affine(ops.embed(name, embedding, symbols), D**0.5, place)
