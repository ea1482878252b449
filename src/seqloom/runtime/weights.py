"""Weights of the layers that every task shares, out of a model file under torch's names."""

from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from ..reference.multi_head import MultiHeadWeights
from .tensors import Tensors


def linear_weights(tensors: Tensors, name: str, rows: int, columns: int) -> LinearWeights:
    """`torch.nn.Linear`, from `columns` to `rows`."""
    return LinearWeights(
        weight=tensors.take(f"{name}.weight", rows, columns),
        bias=tensors.take(f"{name}.bias", rows),
    )


def heads_weights(tensors: Tensors, name: str, size: int) -> MultiHeadWeights:
    """`torch.nn.MultiheadAttention`."""
    return MultiHeadWeights(
        in_proj_weight=tensors.take(f"{name}.in_proj_weight", 3 * size, size),
        in_proj_bias=tensors.take(f"{name}.in_proj_bias", 3 * size),
        out_proj=linear_weights(tensors, f"{name}.out_proj", size, size),
    )


def feed_forward_weights(
    tensors: Tensors, name: str, size: int, inner_size: int
) -> dict[str, LinearWeights]:
    """`linear1` and `linear2` of `torch.nn.TransformerEncoderLayer`."""
    return {
        "linear1": linear_weights(tensors, f"{name}.linear1", inner_size, size),
        "linear2": linear_weights(tensors, f"{name}.linear2", size, inner_size),
    }


def norm_weights(tensors: Tensors, name: str, size: int) -> NormWeights:
    """`torch.nn.LayerNorm`."""
    return NormWeights(
        weight=tensors.take(f"{name}.weight", size), bias=tensors.take(f"{name}.bias", size)
    )
