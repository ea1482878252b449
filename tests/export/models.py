"""Model files in memory, with random weights: for the tests of the file and of the runtime."""

from typing import Any

import torch

from seqloom.config.transduce import (
    ModelConfig,
    RecurrentPairsConfig,
    TransduceDecodingConfig,
    TransformerPairsConfig,
)
from seqloom.data.vocabulary import EOS, Vocabulary
from seqloom.export.model_file import ModelFile
from seqloom.export.parts.transduce import TransduceParts
from seqloom.models import PairModel, build

SIZES = {"embedding_size": 5, "hidden_size": 6, "attention_size": 7}


def recurrent(**settings: Any) -> RecurrentPairsConfig:
    return RecurrentPairsConfig(**{**SIZES, "encoder_layers": 2, "decoder_layers": 2, **settings})


CONFIGS: dict[str, ModelConfig] = {
    f"{cell}, {name}": recurrent(encoder_cell=cell, decoder_cell=cell, **link)
    for cell in ("rnn", "lstm", "gru")
    for name, link in {
        "context": {"link": "context"},
        "additive": {"attention": "additive"},
        "general": {"attention": "general"},
        "dot, one way": {"attention": "dot", "bidirectional": False},
    }.items()
} | {
    "gru to lstm, 1 and 3 layers": recurrent(
        encoder_cell="gru", encoder_layers=1, decoder_layers=3
    ),
    "lstm to rnn, one way": recurrent(decoder_cell="rnn", bidirectional=False),
    "transformer": TransformerPairsConfig(
        hidden_size=8, num_heads=2, feedforward_size=11, encoder_layers=2, decoder_layers=3
    ),
}


def random_model(
    config: ModelConfig, features: tuple[str, ...] = ()
) -> tuple[ModelFile, PairModel]:
    """A model file and the torch network with the same float32 weights; outputs vary."""
    source = Vocabulary.learn(["abcdefg"], "characters")
    source = source.with_features(features) if features else source
    target = Vocabulary.learn(["A B C D E"], "symbols")
    network = build(config, len(source), len(target)).float().eval()
    scale = 1.0 if config.architecture == "transformer" else 3.0
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(scale).add_(torch.randn_like(weight), alpha=0.1)
        bias = network.output.bias if hasattr(network, "output") else network.output_bias
        bias[EOS] -= 1.0  # or the best output of many would be the empty one
    file = ModelFile(
        task="transduce",
        model=config,
        decoding=TransduceDecodingConfig(beam=3, length_penalty=0.7),
        parts=TransduceParts(source=source, target=target, length_ratio=1.25, max_symbols=12),
        training={"seed": 3, "note": "µ 10 %", "versions": {"torch": "2"}},
        tensors={name: w.detach().numpy() for name, w in network.named_parameters()},
    )
    return file, network
