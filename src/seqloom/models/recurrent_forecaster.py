"""The recurrent forecaster: an encoder over the past, a decoder over the horizon.

    1   h_1..h_n = encoder([past; static])                    n real steps of the window
    2   c_t      = sum_j softmax_j(W_q q_t . h_j / sqrt H) h_j     attention over the past, if on
    3   r_t      = relu(W_read [q_t; c_t] + b_read)
    4   out_t    = W_out (r_t + relu(W_more r_t + b_more)) + b_out

`decode = direct`: every step is asked for by itself, q_t = [h_n; e_t; future_t; static], with e_t a
learned vector for the t-th step.

`decode = autoregressive`: a cell goes through the horizon, q_t = [s_t; future_t; static],

    5   s_0 = tanh(W_init h_n + b_init)
    6   s_t = cell([z_{t-1}; future_t; static], s_{t-1})      z_0 is the window's last value
    7   z_t = first feature of future_t + ratio * median of out_t

Source: encoder-decoder: Cho et al. 2014, Sutskever et al. 2014; attention: Luong et al. 2015,
    eq. 8, with the scale of Vaswani et al. 2017; direct decoding of quantiles: Wen et al. 2017, "A
    Multi-Horizon Quantile Recurrent ForecastModel".
Differs: the autoregressive decoder reads its own forecasts in training too, so that it never meets
    in use what it has not met in training.
"""

import math
from typing import final

import torch
from torch import Tensor, nn

from ..config.forecast import MEDIAN, OUTPUT_SIZES, RecurrentForecasterConfig
from ..layers.dropout import Dropout
from ..layers.recurrent import CELLS, LAYERS
from ..shapes import Float, Int
from .forecaster import ForecastModel

EMBEDDING = 16  # size of e_t


@final
class RecurrentForecaster(ForecastModel):
    """RNN, LSTM or GRU over the past; the horizon at once or step by step."""

    def __init__(
        self,
        config: RecurrentForecasterConfig,
        *,
        window: int,
        horizon: int,
        past_size: int,
        future_size: int,
        static_size: int,
    ) -> None:
        """
        Args:
            config: Cell, attention, decoding and sizes.
            window: Not used: a recurrent network reads windows of any length.
            horizon: T, steps of the future.
            past_size: P, features of a step of the past.
            future_size: F, features of a step of the future.
            static_size: S, features of a window.
        """
        super().__init__()
        self.config = config
        H = config.hidden_size
        self.encoder = LAYERS[config.cell](
            past_size + static_size,
            H,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,  # between layers
        )
        query = H + future_size + static_size
        if config.decode == "direct":
            self.steps = nn.Parameter(torch.randn(horizon, EMBEDDING) * 0.1)
            query += EMBEDDING
        else:
            self.cell = CELLS[config.cell](1 + future_size + static_size, H)
            self.initial = nn.Linear(H, len(self.cell.state_fields) * H)
        if config.attention:
            self.query = nn.Linear(query, H)
        self.readout = nn.Linear(query + (H if config.attention else 0), H)
        self.more = nn.Linear(H, H)
        self.output = nn.Linear(H, OUTPUT_SIZES[config.output])
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
        joined = torch.cat([past, static[:, None].expand(-1, W, -1)], dim=2)
        states_BWH, last = self.encoder(joined, lengths=lengths)
        summary_BH = (last[0] if isinstance(last, tuple) else last)[-1]
        along = torch.cat([future, static[:, None].expand(-1, T, -1)], dim=2)
        live = None
        if bool((lengths < W).any()):
            live = (torch.arange(W) < lengths.cpu()[:, None]).to(past.device)
        if self.config.decode == "direct":
            steps = self.steps[:T].expand(len(past), -1, -1)
            ahead = torch.cat([summary_BH[:, None].expand(-1, T, -1), steps, along], dim=2)
            return self._say(ahead, states_BWH, live)
        return self._roll(past, lengths, summary_BH, along, ratio, states_BWH, live)

    def _roll(
        self,
        past: Tensor,
        lengths: Tensor,
        summary_BH: Tensor,
        along_BTF: Tensor,
        ratio_B: Tensor,
        states_BWH: Tensor,
        live: Tensor | None,
    ) -> Tensor:
        """Steps 5 to 7."""
        kind = type(self.cell.initial_state(0))
        parts = self.initial(summary_BH).tanh().chunk(len(self.cell.state_fields), dim=-1)
        state = kind(*parts)
        z_B1 = past[torch.arange(len(past)), lengths.to(past.device) - 1, :1]
        said = []
        for along_BF in along_BTF.unbind(1):
            _, state = self.cell.step(torch.cat([z_B1, along_BF], dim=1), state)
            query = torch.cat([state.h, along_BF], dim=1)[:, None]
            out = self._say(query, states_BWH, live)
            middle = MEDIAN if self.config.output == "quantile" else 0
            z_B1 = along_BF[:, :1] + ratio_B[:, None] * out[:, 0, middle : middle + 1]
            said.append(out)
        return torch.cat(said, dim=1)

    def _say(self, query_BTQ: Tensor, states_BWH: Tensor, live: Tensor | None) -> Tensor:
        """Steps 2 to 4."""
        if self.config.attention:
            scores_BTW = self.query(query_BTQ) @ states_BWH.transpose(1, 2)
            scores_BTW = scores_BTW / math.sqrt(states_BWH.shape[2])
            if live is not None:
                lowest = torch.finfo(scores_BTW.dtype).min
                scores_BTW = torch.where(live[:, None], scores_BTW, lowest)
            context_BTH = scores_BTW.softmax(dim=-1) @ states_BWH
            query_BTQ = torch.cat([query_BTQ, context_BTH], dim=2)
        r = self.dropout(self.readout(query_BTQ).relu())
        out: Tensor = self.output(self.dropout(r + self.more(r).relu()))
        return out
