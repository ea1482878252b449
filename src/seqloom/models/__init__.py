"""The networks, each made from its part of the settings."""

from ..config.transduce import ModelConfig, RecurrentPairsConfig
from .encoder_decoder import EncoderDecoder
from .pair_model import PairModel, TorchStepper
from .transformer import Transformer

__all__ = ["EncoderDecoder", "PairModel", "TorchStepper", "Transformer", "build"]


def build(config: ModelConfig, source_symbols: int, target_symbols: int) -> PairModel:
    """The network that the settings describe, with new weights.

    Args:
        config: A `RecurrentPairsConfig` or a `TransformerPairsConfig`.
        source_symbols: Size of the source vocabulary.
        target_symbols: Size of the target vocabulary.
    """
    if isinstance(config, RecurrentPairsConfig):
        return EncoderDecoder(config, source_symbols, target_symbols)
    return Transformer(config, source_symbols, target_symbols)
