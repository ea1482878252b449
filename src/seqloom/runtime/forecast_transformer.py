"""The Transformer forecaster in NumPy, made of the layers of `reference/`.

The steps are those of `models/transformer_forecaster.py`, which also names the letters;
`tests/runtime/test_forecast_equals_torch.py` holds the two against each other.
"""

import numpy as np

from ..config.forecast import OUTPUT_SIZES, TransformerForecasterConfig
from ..data.series.scaling import Inputs
from ..reference import layer_norm, linear
from ..reference.transformer import EncoderLayerWeights, encoder_layer
from ..reference.transformer_parts import positions
from ..shapes import Float
from .encoder_decoder import _linear
from .forecast_networks import NumpyForecaster, Sizes
from .tensors import Tensors
from .transformer import _feed_forward, _heads, _norm


class NumpyTransformerForecaster(NumpyForecaster):
    """A trained `models.TransformerForecaster`, without torch."""

    def __init__(self, config: TransformerForecasterConfig, tensors: Tensors, sizes: Sizes) -> None:
        """
        Args:
            config: The network's settings.
            tensors: Its weights; all of them are taken.
            sizes: Of what it reads.
        Raises:
            FormatError: A tensor is absent or of another shape.
        """
        self.num_heads = config.num_heads
        D = config.hidden_size
        self.past = _linear(tensors, "past", D, sizes.past_size + sizes.static_size)
        self.future = _linear(tensors, "future", D, sizes.future_size + sizes.static_size)
        self.steps = tensors.take("steps", sizes.horizon, D)
        self.layers = [
            EncoderLayerWeights(
                self_attn=_heads(tensors, f"layers.{i}.self_attn", D),
                **_feed_forward(tensors, f"layers.{i}", D, config.feedforward_size),
                norm1=_norm(tensors, f"layers.{i}.norm1", D),
                norm2=_norm(tensors, f"layers.{i}.norm2", D),
            )
            for i in range(config.layers)
        ]
        self.norm = _norm(tensors, "norm", D)
        self.output = _linear(tensors, "output", OUTPUT_SIZES[config.output], D)
        tensors.finish()

    def __call__(self, inputs: Inputs) -> Float[np.ndarray, "B T O"]:
        W, T = inputs.past.shape[1], inputs.future.shape[1]
        ages_BW = np.maximum(inputs.lengths[:, None] - 1 - np.arange(W), 0)
        table_WD = positions(W, self.steps.shape[1], dtype=inputs.past.dtype)
        x_BWD = linear.forward(_beside(inputs.past, inputs.static), self.past) + table_WD[ages_BW]
        x_BTD = linear.forward(_beside(inputs.future, inputs.static), self.future) + self.steps[:T]
        x = np.concatenate([x_BTD, x_BWD], axis=1)
        for layer in self.layers:
            x, _ = encoder_layer(x, layer, num_heads=self.num_heads, lengths=T + inputs.lengths)
        normed, _ = layer_norm.forward(x[:, :T], self.norm)
        return linear.forward(normed, self.output)


def _beside(steps: np.ndarray, static: np.ndarray) -> np.ndarray:
    return np.concatenate([steps, np.repeat(static[:, None], steps.shape[1], axis=1)], axis=2)
