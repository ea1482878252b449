"""Classifiers: a sequence of symbols to the logits of its classes; one class an architecture.

    w_j   symbols       (B, T)          C   classes
    x_j   embedded      (B, T, E)       y   the text as one vector

    1   x_j = dropout(embedding[w_j])         in training, w_j is unknown with p = word_dropout
    2   h_1 ... h_T                           what the architecture makes of the x_j
    3   y = pool(h)                           one vector; `attention` weights can be looked at
    4   logits = W_o dropout(y) + b_o

    fully-connected   2-3   y = relu(W_h mean_j(x_j) + b_h): the order of the words is lost
    recurrent         2     recurrent layers, one or both directions
                      3     the last state, or the maximum, mean or attention over all states
    transformer       2     x_j sqrt(D) + position, encoder layers, a normalisation

Source: fully-connected: Iyyer et al., "Deep Unordered Composition Rivals Syntactic Methods for Text
Classification", ACL 2015 (deep averaging network, and word dropout).
Differs: a dropped word becomes the unknown symbol, which thereby learns to stand for words that
were never seen. Checked by `tests/models/test_classifiers.py`.
"""

import abc
from typing import final

import torch
from torch import Tensor, nn

from ..config.classify import (
    ClassifierConfig,
    FullyConnectedClassifierConfig,
    RecurrentClassifierConfig,
    TransformerClassifierConfig,
)
from ..data.vocabulary import UNK
from ..layers.dropout import Dropout
from ..layers.lengths import as_lengths, live_steps
from ..layers.pooling import AttentionPool, MaxPool, MeanPool, Pool
from ..layers.recurrent import LAYERS
from ..layers.transformer import EncoderLayer, positions
from ..shapes import Float, Int

# small: a word that is seen once or twice stays near zero and says nothing rather than noise; on
# 6,920 review sentences, 0.05 instead of torch's 1 is worth 6 points of accuracy
EMBEDDING_STD = 0.05


class ClassificationModel(nn.Module, abc.ABC):
    """A network from a text's symbols to its classes."""

    def __init__(
        self,
        num_symbols: int,
        num_classes: int,
        *,
        embedding_size: int,
        pooled_size: int,
        dropout: float,
        word_dropout: float,
    ) -> None:
        """
        Args:
            num_symbols: V, size of the vocabulary.
            num_classes: C.
            embedding_size: E.
            pooled_size: Size of y.
            dropout: Share of units dropped from x and y while training.
            word_dropout: Share of symbols read as unknown while training.
        """
        super().__init__()
        self.embedding = nn.Embedding(num_symbols, embedding_size)
        nn.init.normal_(self.embedding.weight, std=EMBEDDING_STD)
        self.output = nn.Linear(pooled_size, num_classes)
        self.dropout = Dropout(dropout)
        self.word_dropout = word_dropout

    def forward(
        self, symbols: Int[Tensor, "B T"], lengths: Int[Tensor, " B"]
    ) -> Float[Tensor, "B C"]:
        """Logits of the classes.

        Args:
            symbols: Symbols of each text; positions from `lengths` on are padding.
            lengths: Real symbols per text, best on the CPU.
        """
        return self.attend(symbols, lengths)[0]

    def attend(
        self, symbols: Int[Tensor, "B T"], lengths: Int[Tensor, " B"]
    ) -> tuple[Float[Tensor, "B C"], Float[Tensor, "B T"] | None]:
        """Logits of the classes, and the weight of each symbol with attention, else `None`."""
        if self.training and self.word_dropout:
            unknown = torch.rand(symbols.shape, device=symbols.device) < self.word_dropout
            symbols = torch.where(unknown, UNK, symbols)
        pooled_BM, weights_BT = self.read(self.embedding(symbols), lengths)
        logits_BC: Tensor = self.output(self.dropout(pooled_BM))
        return logits_BC, weights_BT

    @abc.abstractmethod
    def read(
        self, embedded: Float[Tensor, "B T E"], lengths: Int[Tensor, " B"]
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B T"] | None]:
        """Steps 2 and 3, from embedded symbols before their dropout."""


@final
class FullyConnectedClassification(ClassificationModel):
    """The mean of the embeddings, then one hidden layer."""

    def __init__(
        self, config: FullyConnectedClassifierConfig, num_symbols: int, num_classes: int
    ) -> None:
        """
        Args:
            config: Sizes.
            num_symbols: V.
            num_classes: C.
        """
        super().__init__(
            num_symbols,
            num_classes,
            embedding_size=config.embedding_size,
            pooled_size=config.hidden_size,
            dropout=config.dropout,
            word_dropout=config.word_dropout,
        )
        self.hidden = nn.Linear(config.embedding_size, config.hidden_size)
        self.pool = MeanPool()

    def read(
        self, embedded: Float[Tensor, "B T E"], lengths: Int[Tensor, " B"]
    ) -> tuple[Float[Tensor, "B M"], None]:
        mean_BE, _ = self.pool(self.dropout(embedded), lengths)
        return self.hidden(mean_BE).relu(), None


@final
class RecurrentClassification(ClassificationModel):
    """Recurrent layers, and a pool over their states."""

    def __init__(
        self, config: RecurrentClassifierConfig, num_symbols: int, num_classes: int
    ) -> None:
        """Takes what `FullyConnectedClassification` takes."""
        directions = 2 if config.bidirectional else 1
        super().__init__(
            num_symbols,
            num_classes,
            embedding_size=config.embedding_size,
            pooled_size=directions * config.hidden_size,
            dropout=config.dropout,
            word_dropout=config.word_dropout,
        )
        self.encoder = LAYERS[config.cell](
            config.embedding_size,
            config.hidden_size,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,  # between layers
            bidirectional=config.bidirectional,
        )
        size = self.encoder.output_size
        self.pool = _pool(config.pool, size, config.attention_size)

    def read(
        self, embedded: Float[Tensor, "B T E"], lengths: Int[Tensor, " B"]
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B T"] | None]:
        states_BTM, last = self.encoder(self.dropout(embedded), lengths=lengths)
        if self.pool is not None:
            pooled: tuple[Tensor, Tensor | None] = self.pool(states_BTM, lengths)
            return pooled
        h_LBH = last[0] if isinstance(last, tuple) else last
        return torch.cat(list(h_LBH[-self.encoder.num_directions :]), dim=-1), None


@final
class TransformerClassification(ClassificationModel):
    """Transformer encoder layers, and a pool over their states."""

    def __init__(
        self, config: TransformerClassifierConfig, num_symbols: int, num_classes: int
    ) -> None:
        """Takes what `FullyConnectedClassification` takes."""
        D = config.hidden_size
        super().__init__(
            num_symbols,
            num_classes,
            embedding_size=D,
            pooled_size=D,
            dropout=config.dropout,
            word_dropout=config.word_dropout,
        )
        nn.init.normal_(self.embedding.weight, std=D**-0.5)
        self.encoder = nn.ModuleList(
            EncoderLayer(D, config.num_heads, config.feedforward_size, config.dropout)
            for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(D)
        pool = _pool(config.pool, D, config.attention_size)
        assert pool is not None, "no Transformer has a last state"
        self.pool = pool

    def read(
        self, embedded: Float[Tensor, "B T E"], lengths: Int[Tensor, " B"]
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B T"] | None]:
        B, T, D = embedded.shape
        lengths = as_lengths(type(self).__name__, lengths, B, T)
        place_TD = positions(T, D).to(embedded.device, embedded.dtype)
        x = self.dropout(embedded * D**0.5 + place_TD)
        live = live_steps(x, lengths)
        mask = None if bool(live.all()) else live
        for layer in self.encoder:
            x = layer(x, mask)
        pooled: tuple[Tensor, Tensor | None] = self.pool(self.norm(x), lengths)
        return pooled


def build_classifier(
    config: ClassifierConfig, num_symbols: int, num_classes: int
) -> ClassificationModel:
    """The network that the settings describe, with new weights."""
    if isinstance(config, FullyConnectedClassifierConfig):
        return FullyConnectedClassification(config, num_symbols, num_classes)
    if isinstance(config, RecurrentClassifierConfig):
        return RecurrentClassification(config, num_symbols, num_classes)
    return TransformerClassification(config, num_symbols, num_classes)


def _pool(name: str, size: int, attention_size: int) -> Pool | None:
    """A pool by name; `None` for `last`, which is no pool."""
    if name == "attention":
        return AttentionPool(size, attention_size)
    return {"mean": MeanPool(), "max": MaxPool(), "last": None}[name]
