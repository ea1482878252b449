"""The three classifiers: fully-connected, recurrent, Transformer.

The equations are those of `models/classifier.py`; the tests hold the two against each other. Each
has `read`: log-probabilities of the classes and, with attention, the weight of each symbol. A
recurrent one of one direction also reads a text in pieces, with `follow`, and says what it thinks
of it so far, with `say`; the pool between the two is the caller's (`runtime/class_stream.py`).
"""

import abc
from collections.abc import Mapping
from typing import NamedTuple, final

from ..config.classify import (
    FullyConnectedClassifierConfig,
    PoolName,
    RecurrentClassifierConfig,
    TransformerClassifierConfig,
)
from .network import EntryPoint, Network, Slot, both_ways, cell_state, lengths, symbols
from .ops import Value, Values, Weights
from .pairs import transformer_sizes
from .weights import Size, WeightTable

_SCORES = "from the text's vector to a score for each class"


class Reading(NamedTuple):
    """Log-probabilities `(B, C)` in nats; weights `(B, T)`, `None` without attention."""

    log_probabilities: Value
    weights: Value | None


class EncodedText(NamedTuple):
    """A text before its classes.

    Attributes:
        states: `(B, T, M)`; `None` of a network that has none.
        pooled: What the last layer reads, `(B, M)`.
        weights: Of the pool, `(B, T)`; `None` without attention.
    """

    states: Value | None
    pooled: Value
    weights: Value | None


class Classifying(Network):
    """What the three share."""

    output: Weights

    def entries(self) -> dict[str, EntryPoint]:
        given = {"symbols": symbols("B", "T"), "lengths": lengths()}
        return {"read": EntryPoint(self.read, given, ("log_probabilities", "weights"))}

    def read(self, symbols: Value, lengths: Value) -> Reading:
        """Classify padded texts."""
        _, pooled, weights = self.encode(symbols, lengths)
        return Reading(self.say(pooled), weights)

    def say(self, pooled: Value) -> Value:
        """Log-probabilities `(B, C)`, in nats, from what the last layer reads, `(B, M)`."""
        return self.ops.log_softmax(self.ops.linear(pooled, self.output))

    @abc.abstractmethod
    def encode(self, symbols: Value, lengths: Value) -> EncodedText:
        """Read padded texts."""

    def _pool(self, kind: PoolName, x: Value, lengths: Value, weights: Weights) -> EncodedText:
        if kind == "attention":
            return EncodedText(x, *self.ops.pool_attend(x, lengths, weights))
        assert kind != "last"
        return EncodedText(x, self.ops.pool(kind, x, lengths), None)


@final
class FullyConnectedClassifier(Classifying):
    """The mean of the embeddings, then one hidden layer."""

    def __init__(self, config: FullyConnectedClassifierConfig, sizes: Mapping[str, int]) -> None:
        """
        Args:
            config: The network's settings.
            sizes: V, symbols, and C, classes.
        """
        t = self.table = WeightTable(
            {
                **_counts(sizes),
                "E": Size(config.embedding_size, "size of a symbol's vector"),
                "H": Size(config.hidden_size, "size of a state"),
            }
        )
        self.embedding = t.embedding("embedding", "V", "E", "symbol")
        does = "from the mean of the vectors to the hidden layer; then relu"
        self.hidden = t.linear("hidden", "H", "E", does)
        does = "from the hidden layer to a score for each class"
        self.output = t.linear("output", "C", "H", does)

    def encode(self, symbols: Value, lengths: Value) -> EncodedText:
        ops = self.ops
        mean_BE = ops.pool("mean", ops.embed("source", self.embedding, symbols), lengths)
        hidden_BH = ops.kept("hidden", ops.relu(ops.linear(mean_BE, self.hidden)))
        return EncodedText(None, hidden_BH, None)


@final
class RecurrentClassifier(Classifying):
    """Recurrent layers, and a pool over their states."""

    def __init__(self, config: RecurrentClassifierConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `FullyConnectedClassifier` takes."""
        self.config = config
        M = config.hidden_size * (1 + config.bidirectional)
        t = self.table = WeightTable(
            {
                **_counts(sizes),
                "M": Size(M, "size of a state that is pooled"),
                "E": Size(config.embedding_size, "size of a symbol's vector"),
                "H": Size(config.hidden_size, "size of a state"),
                "A": Size(config.attention_size, "width of the attention"),
            }
        )
        self.embedding = t.embedding("embedding", "V", "E", "symbol")
        self.layers = t.layers(
            config.cell, config.layers, "E", "M", "a symbol", both=config.bidirectional
        )
        self.pool_weights = t.pool("M") if config.pool == "attention" else None
        self.output = t.linear("output", "C", "M", _SCORES)

    def entries(self) -> dict[str, EntryPoint]:
        found = super().entries()
        if self.config.bidirectional:
            return found
        follow = {"symbols": symbols("B", "T"), "state": self._state()}
        pooled = {"pooled": Slot(("B", self.config.hidden_size))}
        return {
            **found,
            "follow": EntryPoint(self.follow, follow, ("states", "state")),
            "say": EntryPoint(self.say, pooled, ("log_probabilities",)),
        }

    def initial_state(self, batch: int) -> tuple[Values, ...]:
        """The state before the first piece: of each layer, the lowest first."""
        found: tuple[Values, ...] = self.zeros(self._state(), batch)
        return found

    def follow(self, symbols: Value, state: tuple[Values, ...]) -> tuple[Value, tuple[Values, ...]]:
        """Read one more piece, in layers of one direction: states `(B, T, M)`, the new state."""
        ops, cell = self.ops, self.config.cell
        x, after = ops.embed("source", self.embedding, symbols), []
        for k, (w,) in enumerate(self.layers):
            x, last = ops.unroll(f"encoder.{k}", cell, x, w, state=state[k])
            after.append(last)
        return x, tuple(after)

    def _state(self) -> tuple[Values, ...]:
        one = cell_state(self.config.cell, self.config.hidden_size)
        return (one,) * len(self.layers)

    def encode(self, symbols: Value, lengths: Value) -> EncodedText:
        ops, cell = self.ops, self.config.cell
        x = ops.embed("source", self.embedding, symbols)
        ends: list[Value] = []
        for k, directions in enumerate(self.layers):
            x, ends = both_ways(ops, f"encoder.{k}", cell, x, directions, lengths)
        if self.config.pool == "last":
            return EncodedText(x, ops.join(*ends) if len(ends) > 1 else ends[0], None)
        return self._pool(self.config.pool, x, lengths, self.pool_weights)


@final
class TransformerClassifier(Classifying):
    """Transformer encoder layers, and a pool over their states."""

    def __init__(self, config: TransformerClassifierConfig, sizes: Mapping[str, int]) -> None:
        """Takes what `FullyConnectedClassifier` takes."""
        self.config = config
        t = self.table = WeightTable(
            {
                **_counts(sizes),
                "M": Size(config.hidden_size, "size of a state that is pooled"),
                **transformer_sizes(config),
                "A": Size(config.attention_size, "width of the attention"),
            }
        )
        self.embedding = t.embedding("embedding", "V", "D", "symbol")
        self.layers = tuple(t.encoder_layer(f"encoder.{k}") for k in range(config.layers))
        self.norm = t.norm("norm", "D")
        self.pool_weights = t.pool("D") if config.pool == "attention" else None
        self.output = t.linear("output", "C", "D", _SCORES)

    def encode(self, symbols: Value, lengths: Value) -> EncodedText:
        ops, N = self.ops, self.config.num_heads
        embedded = ops.embed("source", self.embedding, symbols)
        x = ops.place(ops.scale(embedded, float(self.config.hidden_size**0.5)))
        for k, layer in enumerate(self.layers):
            x = ops.encoder_layer(f"encoder.{k}", x, layer, num_heads=N, lengths=lengths)
        x = ops.norm(x, self.norm)
        return self._pool(self.config.pool, x, lengths, self.pool_weights)


def _counts(sizes: Mapping[str, int]) -> dict[str, Size]:
    return {"V": Size(sizes["V"], "symbols it knows"), "C": Size(sizes["C"], "classes")}


NETWORKS = {
    "recurrent": RecurrentClassifier,
    "fully-connected": FullyConnectedClassifier,
    "transformer": TransformerClassifier,
}
