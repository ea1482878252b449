"""The Transformer forecaster in NumPy, made of the layers of `reference/`.

The steps are those of `models/transformer_forecaster.py`, which also names the letters;
`tests/runtime/test_forecast_equals_torch.py` holds the two against each other.
"""

import numpy as np

from ..config.forecast import OUTPUT_SIZES, TransformerForecasterConfig
from ..data.series.scaling import Inputs
from ..reference.transformer import EncoderLayerWeights
from ..reference.transformer_parts import positions
from ..shapes import Float
from .forecast_networks import NumpyForecaster, Sizes
from .steps import PLAIN, Steps
from .tensors import Tensors
from .weights import feed_forward_weights, heads_weights, linear_weights, norm_weights


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
        self.past = linear_weights(tensors, "past", D, sizes.past_size + sizes.static_size)
        self.future = linear_weights(tensors, "future", D, sizes.future_size + sizes.static_size)
        self.steps = tensors.take("steps", sizes.horizon, D)
        self.layers = [
            EncoderLayerWeights(
                self_attn=heads_weights(tensors, f"layers.{i}.self_attn", D),
                **feed_forward_weights(tensors, f"layers.{i}", D, config.feedforward_size),
                norm1=norm_weights(tensors, f"layers.{i}.norm1", D),
                norm2=norm_weights(tensors, f"layers.{i}.norm2", D),
            )
            for i in range(config.layers)
        ]
        self.norm = norm_weights(tensors, "norm", D)
        self.output = linear_weights(tensors, "output", OUTPUT_SIZES[config.output], D)
        tensors.finish()

    def __call__(self, inputs: Inputs, ops: Steps = PLAIN) -> Float[np.ndarray, "B T O"]:
        W, T = inputs.past.shape[1], inputs.future.shape[1]
        ages_BW = np.maximum(inputs.lengths[:, None] - 1 - np.arange(W), 0)
        table_WD = positions(W, self.steps.shape[1], dtype=inputs.past.dtype)
        past, future = ops.given("source", inputs.past), inputs.future
        past_BWD = ops.linear(ops.join(past, _beside(inputs.static, W)), self.past)
        future_BTD = ops.linear(ops.join(future, _beside(inputs.static, T)), self.future)
        x_BWD = ops.affine(past_BWD, 1.0, table_WD[ages_BW])
        x_BTD = ops.affine(future_BTD, 1.0, self.steps[:T])
        x, lengths = ops.join(x_BTD, x_BWD, axis=1), T + inputs.lengths
        for k, layer in enumerate(self.layers):
            x = ops.encoder_layer(
                f"layers.{k}", x, layer, num_heads=self.num_heads, lengths=lengths
            )
        ahead = ops.move(x, lambda x: x[:, :T], lambda d: np.pad(d, ((0, 0), (0, W), (0, 0))))
        return ops.linear(ops.norm(ahead, self.norm), self.output)


def _beside(static: np.ndarray, steps: int) -> np.ndarray:
    """Features of a window, for each of its steps."""
    return np.repeat(static[:, None], steps, axis=1)
