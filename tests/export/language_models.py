"""Random language models: one of every network, as a torch network and as a model file."""

import torch

from seqloom.config.generate import (
    GenerateDecodingConfig,
    RecurrentTextConfig,
    TransformerTextConfig,
    WindowConfig,
)
from seqloom.data.vocabulary import Vocabulary
from seqloom.export.model_file import ModelFile
from seqloom.export.parts.generate import GenerateParts
from seqloom.models.language import build_language


def recurrent(cell, **options):
    return RecurrentTextConfig(cell=cell, **{"embedding_size": 3, "hidden_size": 5, **options})


def transformer(context, **options):
    sizes = {"hidden_size": 8, "num_heads": 2, "feedforward_size": 10, "layers": 2}
    return TransformerTextConfig(context=context, **{**sizes, **options})


CONFIGS = {
    "lstm": recurrent("lstm"),
    "lstm, two layers, tied": recurrent("lstm", layers=2, tie_weights=True),
    "gru, three layers, bare": recurrent("gru", layers=3, layer_norm=False),
    "rnn, tied, E = H": recurrent("rnn", tie_weights=True, embedding_size=5),
    "transformer, long context": transformer(64),
    "transformer, short context": transformer(4, layers=3),
    "transformer that sees one position": transformer(1),
    "window of 4": WindowConfig(window=4, embedding_size=3, hidden_size=5),
    "window of 1": WindowConfig(window=1, embedding_size=3, hidden_size=5),
}


def random_language_model(name="lstm", **decoding):
    vocabulary = Vocabulary.learn(["abcdef\n"], "characters")
    network = build_language(CONFIGS[name], len(vocabulary)).float().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(2.0).add_(torch.randn_like(weight), alpha=0.2)
    file = ModelFile(
        task="generate",
        model=CONFIGS[name],
        decoding=GenerateDecodingConfig(**decoding),
        parts=GenerateParts(vocabulary=vocabulary),
        training={"note": "random"},
        tensors={key: w.detach().numpy() for key, w in network.named_parameters()},
    )
    return file, network
