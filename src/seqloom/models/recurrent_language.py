"""The recurrent language model: cells that pass their state along a text.

    1   x_t = embed(y_t)
    2   h_t = cell(x_t, h_{t-1});   x_t <- norm(h_t)     for each layer in turn
    3   logits_t = W x_t + b                             or, tied: Embed (P x_t) + b

Source: Mikolov et al., "Recurrent Neural Network Based Language Model", Interspeech 2010; for
characters Graves, "Generating Sequences With Recurrent Neural Networks", 2013. Tied weights: Press
& Wolf, "Using the Output Embedding to Improve Language Models", EACL 2017; P where H is not E.
Dropped recurrent weights, one draw a chunk: Merity, Keskar & Socher, "Regularizing and Optimizing
LSTM Language Models", ICLR 2018, section 2.
Differs: any cell; layer normalisation (Ba et al. 2016) stands on what a layer passes up, not inside
the cell, so that the cell may run in the native core.
"""

from typing import Any, NamedTuple, final

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from ..config.generate import RecurrentTextConfig
from ..layers.dropout import Dropout
from ..layers.recurrent import LAYERS
from ..shapes import Float, Int
from .language_model import LanguageModel


class RecurrentState(NamedTuple):
    """Per layer the arrays of its cell's state, `(B, H)` each: `(h,)`, or `(h, c)` of an LSTM."""

    layers: tuple[tuple[Tensor, ...], ...]


@final
class RecurrentLanguage(LanguageModel):
    """Stacked recurrent layers over one text per row."""

    def __init__(self, config: RecurrentTextConfig, num_symbols: int) -> None:
        """
        Args:
            config: Cell and sizes.
            num_symbols: V, size of the vocabulary.
        """
        super().__init__()
        self.config = config
        E, H = config.embedding_size, config.hidden_size
        kind = LAYERS[config.cell]
        self.embedding = nn.Embedding(num_symbols, E)
        nn.init.normal_(self.embedding.weight, std=E**-0.5 if config.tie_weights else 1.0)
        self.layers = nn.ModuleList(
            kind(E if layer == 0 else H, H, batch_first=True) for layer in range(config.layers)
        )
        self.norms = nn.ModuleList(
            nn.LayerNorm(H) if config.layer_norm else nn.Identity() for _ in range(config.layers)
        )
        self.tied = nn.Linear(H, E, bias=False) if config.tie_weights and H != E else None
        self.output = None if config.tie_weights else nn.Linear(H, num_symbols, bias=False)
        self.output_bias = nn.Parameter(torch.zeros(num_symbols))
        self.dropout = Dropout(config.dropout)
        self.input_dropout = Dropout(config.input_dropout)
        self.recurrent_dropout = Dropout(config.recurrent_dropout)

    def initial_state(self, batch_size: int) -> RecurrentState:
        fields = len(LAYERS[self.config.cell].cell_class.state_fields)
        zeros = self.output_bias.new_zeros(batch_size, self.config.hidden_size)
        return RecurrentState(layers=((zeros,) * fields,) * self.config.layers)

    def forward(
        self, symbols: Int[Tensor, "B T"], state: RecurrentState | None = None
    ) -> tuple[Float[Tensor, "B T V"], RecurrentState]:
        state = self.initial_state(len(symbols)) if state is None else state
        x = self.input_dropout(self.embedding(symbols))  # 1
        after = []
        for layer, norm, before in zip(self.layers, self.norms, state.layers, strict=True):
            own: Any = tuple(field[None] for field in before)
            x, last = self._run(layer, x, own if len(own) > 1 else own[0])  # 2
            after.append(tuple(field[0] for field in (last if len(own) > 1 else (last,))))
            x = self.dropout(norm(x))
        return self._read(x), RecurrentState(layers=tuple(after))

    def _run(self, layer: nn.Module, x: Tensor, hx: Any) -> Any:
        """A layer over a chunk; while training, with some weights of its recurrence dropped."""
        if not (self.training and self.config.recurrent_dropout):
            return layer(x, hx)
        weight: Any = layer.weight_hh_l0
        dropped = {"weight_hh_l0": self.recurrent_dropout(weight)}
        return functional_call(layer, dropped, (x, hx))

    def _read(self, x: Float[Tensor, "B T H"]) -> Float[Tensor, "B T V"]:
        """Step 3."""
        if self.output is not None:
            weight = self.output.weight
        else:
            weight = self.embedding.weight
            x = x if self.tied is None else self.tied(x)
        return F.linear(x, weight, self.output_bias)
