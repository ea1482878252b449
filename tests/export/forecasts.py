"""Forecasting models in memory, with random weights: for the tests of networks and runtime."""

from typing import Any

import numpy as np
import torch

from seqloom.config.forecast import (
    LEVELS,
    ForecastDecodingConfig,
    FullyConnectedForecasterConfig,
    RecurrentForecasterConfig,
    TransformerForecasterConfig,
)
from seqloom.data.series.features import Features
from seqloom.data.series.scaling import Scaling
from seqloom.data.series.times import TimeAxis
from seqloom.export.model_file import ModelFile
from seqloom.export.parts.forecast import ForecastParts
from seqloom.models.forecaster import ForecastModel
from seqloom.training.tasks.forecast import NETWORKS

HORIZON, WINDOW, SEASON = 5, 11, 4


def recurrent(**settings: Any) -> RecurrentForecasterConfig:
    return RecurrentForecasterConfig(**{"hidden_size": 6, **settings})


def connected(**settings: Any) -> FullyConnectedForecasterConfig:
    return FullyConnectedForecasterConfig(**{"hidden_size": 7, "blocks": 2, **settings})


CONFIGS: dict[str, Any] = {
    f"{cell}, {decode}, {'attention' if attention else 'none'}": recurrent(
        cell=cell, decode=decode, attention=attention
    )
    for cell in ("rnn", "lstm", "gru")
    for decode in ("direct", "autoregressive")
    for attention in (True, False)
} | {
    "two layers, gaussian": recurrent(layers=2, output="gaussian"),
    "autoregressive, point": recurrent(decode="autoregressive", cell="gru", output="point"),
    "autoregressive, gaussian": recurrent(decode="autoregressive", output="gaussian"),
    "fully-connected": connected(),
    "no blocks, point": connected(blocks=0, output="point"),
    "fully-connected, gaussian": connected(output="gaussian"),
    "transformer": TransformerForecasterConfig(
        hidden_size=8, num_heads=2, feedforward_size=11, layers=2
    ),
}


def parts(features: Features | None = None, **changes: Any) -> ForecastParts:
    """Parts of a model of numbered series with a season of 4."""
    fields: dict[str, Any] = {
        "horizon": HORIZON,
        "scaling": Scaling(SEASON, WINDOW),
        "features": features or Features(TimeAxis(), SEASON, True),
        "calibration": np.arange(len(LEVELS) * HORIZON).reshape(len(LEVELS), HORIZON) / 10,
        "seen": {"y": "7"},
    }
    return ForecastParts(**{**fields, **changes})


def build(config: Any, own: ForecastParts) -> ForecastModel:
    """The torch network, in evaluation mode, its weights large enough for outputs to differ."""
    network: ForecastModel = NETWORKS[config.architecture](
        config,
        window=own.scaling.window,
        horizon=own.horizon,
        past_size=own.past_size,
        future_size=own.future_size,
        static_size=own.static_size,
    ).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(2.0).add_(torch.randn_like(weight), alpha=0.1)
    return network


def random_forecaster(
    config: Any, own: ForecastParts | None = None
) -> tuple[ModelFile, ForecastModel]:
    """A model file and the torch network with the same float32 weights."""
    own = own or parts()
    network = build(config, own).float()
    file = ModelFile(
        task="forecast",
        model=config,
        decoding=ForecastDecodingConfig(level=80),
        parts=own,
        training={"series": 3, "settings": {"data": {"horizon": HORIZON}, "training": {}}},
        tensors={name: w.detach().numpy() for name, w in network.named_parameters()},
    )
    return file, network
