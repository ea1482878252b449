"""Which network the settings of a language model describe."""

from ..config.generate import ModelConfig, RecurrentTextConfig, TransformerTextConfig
from .language_model import LanguageModel
from .recurrent_language import RecurrentLanguage
from .transformer_language import TransformerLanguage
from .window_language import WindowLanguage


def build_language(config: ModelConfig, num_symbols: int) -> LanguageModel:
    """The network that the settings describe, with new weights.

    Args:
        config: The model section of the task `generate`.
        num_symbols: V, size of the vocabulary.
    """
    if isinstance(config, RecurrentTextConfig):
        return RecurrentLanguage(config, num_symbols)
    if isinstance(config, TransformerTextConfig):
        return TransformerLanguage(config, num_symbols)
    return WindowLanguage(config, num_symbols)
