"""The fully-connected language model: the last n symbols, and nothing before them.

    1   x_t = [embed(y_{t-n+1}); ...; embed(y_t)]
    2   h_t = tanh(W_h x_t + b_h)
    3   logits_t = W_o h_t + b_o

Source: Bengio, Ducharme, Vincent & Jauvin, "A Neural Probabilistic Language Model", JMLR 3, 2003,
section 2.
Differs: no direct connections from embeddings to outputs (their matrix W may be zero). Before the
text's beginning stands PAD, whose vector is learned.
"""

from typing import NamedTuple, final

import torch
from torch import Tensor, nn

from ..config.generate import WindowConfig
from ..data.vocabulary import PAD
from ..layers.dropout import Dropout
from ..shapes import Float, Int
from .language_model import LanguageModel


class WindowState(NamedTuple):
    """The last n - 1 symbols, `(B, n - 1)`."""

    symbols: Int[Tensor, "B n"]


@final
class WindowLanguage(LanguageModel):
    """A fully-connected network over a window of symbols."""

    def __init__(self, config: WindowConfig, num_symbols: int) -> None:
        """
        Args:
            config: Window and sizes.
            num_symbols: V, size of the vocabulary.
        """
        super().__init__()
        self.config = config
        E, H = config.embedding_size, config.hidden_size
        self.embedding = nn.Embedding(num_symbols, E)
        self.hidden = nn.Linear(config.window * E, H)
        self.output = nn.Linear(H, num_symbols)
        self.dropout = Dropout(config.dropout)

    def initial_state(self, batch_size: int) -> WindowState:
        device = self.output.weight.device
        shape = (batch_size, self.config.window - 1)
        return WindowState(symbols=torch.full(shape, PAD, device=device))

    def forward(
        self, symbols: Int[Tensor, "B T"], state: WindowState | None = None
    ) -> tuple[Float[Tensor, "B T V"], WindowState]:
        state = self.initial_state(len(symbols)) if state is None else state
        n, T = self.config.window, symbols.shape[1]
        seen = torch.cat([state.symbols, symbols], dim=1)
        embedded = self.dropout(self.embedding(seen))
        x = torch.cat([embedded[:, i : i + T] for i in range(n)], dim=-1)  # 1
        h = self.dropout(self.hidden(x).tanh())  # 2
        return self.output(h), WindowState(symbols=seen[:, T:])  # 3
