"""The Transformer forecaster: steps of the past and of the horizon side by side, in one encoder.

    1   x_t = W_future [future_t; static] + b_future + e_t      a token for each step of the horizon
        x_j = W_past [past_j; static] + b_past + p(n - 1 - j)   and for each real step of the window
    2   x   = encoder layers(x)                                 every token sees every other
    3   out = W_out norm(x_t) + b_out                           the horizon's tokens

e_t is a learned vector of the t-th step, p(a) Vaswani's sinusoids of a step's age, so that the last
value is always age 0, however long the window.

Source: Vaswani et al. 2017; the whole horizon at once as in Zhou et al., "Informer", AAAI 2021.
Differs: pre-norm encoder layers alone, no decoder: what is known of the future is read with the
    past.
"""

from typing import final

import torch
from torch import Tensor, nn

from ..config.forecast import OUTPUT_SIZES, TransformerForecasterConfig
from ..layers.dropout import Dropout
from ..layers.lengths import as_lengths
from ..layers.transformer import EncoderLayer, positions
from ..shapes import Float, Int
from .forecaster import ForecastModel


@final
class TransformerForecaster(ForecastModel):
    """An encoder over past and future."""

    def __init__(
        self,
        config: TransformerForecasterConfig,
        *,
        window: int,
        horizon: int,
        past_size: int,
        future_size: int,
        static_size: int,
    ) -> None:
        """
        Args:
            config: Sizes.
            window: Not used: ages need no table.
            horizon: T, steps of the future.
            past_size: P, features of a step of the past.
            future_size: F, features of a step of the future.
            static_size: S, features of a window.
        """
        super().__init__()
        D = config.hidden_size
        self.past = nn.Linear(past_size + static_size, D)
        self.future = nn.Linear(future_size + static_size, D)
        self.steps = nn.Parameter(torch.randn(horizon, D) * 0.1)
        self.layers = nn.ModuleList(
            EncoderLayer(D, config.num_heads, config.feedforward_size, config.dropout)
            for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(D)
        self.output = nn.Linear(D, OUTPUT_SIZES[config.output])
        self.dropout = Dropout(config.dropout)

    def forward(
        self,
        past: Float[Tensor, "B W P"],
        lengths: Int[Tensor, " B"],
        future: Float[Tensor, "B T F"],
        static: Float[Tensor, "B S"],
        ratio: Float[Tensor, " B"],
    ) -> Float[Tensor, "B T O"]:
        W, T = past.shape[1], future.shape[1]
        lengths = as_lengths(type(self).__name__, lengths, len(past), W)
        n_B1 = lengths.to(past.device)[:, None]
        real_BW = torch.arange(W, device=past.device) < n_B1
        past = torch.where(real_BW[:, :, None], past, 0.0)
        ages_BW = (n_B1 - 1 - torch.arange(W, device=past.device)).clamp(min=0)
        table_WD = positions(W, self.steps.shape[1]).to(past)
        x_BWD = self.past(_beside(past, static)) + table_WD[ages_BW]
        x_BTD = self.future(_beside(future, static)) + self.steps[:T]
        x = self.dropout(torch.cat([x_BTD, x_BWD], dim=1))
        live = None
        if bool((lengths < W).any()):
            live = torch.cat([real_BW.new_ones(len(past), T), real_BW], dim=1)
        for layer in self.layers:
            x = layer(x, live)
        out: Tensor = self.output(self.norm(x[:, :T]))
        return out


def _beside(steps: Tensor, static: Tensor) -> Tensor:
    """Features of steps, with those of their window beside each."""
    return torch.cat([steps, static[:, None].expand(-1, steps.shape[1], -1)], dim=2)
