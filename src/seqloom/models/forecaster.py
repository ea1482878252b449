"""The contract of a forecasting network, and the fully-connected one.

A network reads windows that scale themselves (`data/series/scaling.py` has the features and the
letters) and says, for every step of the horizon, O numbers in the unit s about the error of the
seasonal naive forecast. `decoding/quantiles.py` knows what they mean.

Fully-connected, with blocks that add to what they read:

    1   x   = relu(W_in [past; known future; static] + b_in)
    2   x   = x + W_2 relu(W_1 x + b_1) + b_2                 for each block
    3   out = W_out relu(x) + b_out                           all steps at once

Source: Oreshkin et al., "N-BEATS", ICLR 2020: fully-connected blocks over the last few horizons.
Differs: plain residual blocks and one output; no backcast.
"""

import abc
from typing import final

import torch
from torch import Tensor, nn

from ..config.forecast import OUTPUT_SIZES, FullyConnectedForecasterConfig
from ..layers.dropout import Dropout
from ..layers.lengths import as_lengths
from ..shapes import Float, Int


class ForecastModel(nn.Module, abc.ABC):
    """From scaled windows to statements about the horizon.

    Its laws are in `tests/models/test_forecasters.py`.
    """

    @abc.abstractmethod
    def forward(
        self,
        past: Float[Tensor, "B W P"],
        lengths: Int[Tensor, " B"],
        future: Float[Tensor, "B T F"],
        static: Float[Tensor, "B S"],
        ratio: Float[Tensor, " B"],
    ) -> Float[Tensor, "B T O"]:
        """Forecast.

        Args:
            past: Features of the window; positions from `lengths` on are padding.
            lengths: Real steps of each window, at least 1, best on the CPU.
            future: Features of the horizon.
            static: Features of the window as a whole.
            ratio: What turns an output into a change of the first feature.
        """


@final
class FullyConnectedForecaster(ForecastModel):
    """Without memory: the window is one long vector, its last value in the last place."""

    def __init__(
        self,
        config: FullyConnectedForecasterConfig,
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
            window: W, steps of the past.
            horizon: T, steps of the future.
            past_size: P, features of a step of the past.
            future_size: F, features of a step of the future.
            static_size: S, features of a window.
        """
        super().__init__()
        D = config.hidden_size
        self.horizon = horizon
        self.outputs = OUTPUT_SIZES[config.output]
        size = window * past_size + horizon * future_size + static_size
        self.input = nn.Linear(size, D)
        self.blocks = nn.ModuleList(
            nn.ModuleList([nn.Linear(D, D), nn.Linear(D, D)]) for _ in range(config.blocks)
        )
        self.output = nn.Linear(D, horizon * self.outputs)
        self.dropout = Dropout(config.dropout)

    def forward(
        self,
        past: Float[Tensor, "B W P"],
        lengths: Int[Tensor, " B"],
        future: Float[Tensor, "B T F"],
        static: Float[Tensor, "B S"],
        ratio: Float[Tensor, " B"],
    ) -> Float[Tensor, "B T O"]:
        past = right_aligned(past, lengths)
        x = torch.cat([past.flatten(1), future.flatten(1), static], dim=1)
        x = self.input(x).relu()
        for block in self.blocks:
            x = x + block[1](self.dropout(block[0](x).relu()))  # type: ignore[index]
        out: Tensor = self.output(self.dropout(x.relu()))
        return out.view(-1, self.horizon, self.outputs)


def right_aligned(past: Float[Tensor, "B W P"], lengths: Int[Tensor, " B"]) -> Tensor:
    """Windows with their padding, as zeros, before the first value instead of behind the last."""
    B, W, _ = past.shape
    lengths = as_lengths("right_aligned", lengths, B, W)
    if bool((lengths == W).all()):
        return past
    places = torch.arange(W) - (W - lengths.cpu())[:, None]
    index = places.clamp(min=0).to(past.device)[:, :, None].expand_as(past)
    live = (places >= 0).to(past.device)[:, :, None]
    return torch.where(live, past.gather(1, index), 0.0)
