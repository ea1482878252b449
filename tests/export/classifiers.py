"""Random classifiers: one of every network, as a torch network and as a model file."""

from seqloom.config import NoDecoding
from seqloom.config.classify import (
    FullyConnectedClassifierConfig,
    RecurrentClassifierConfig,
    TransformerClassifierConfig,
)
from seqloom.data.texts.reader import TextReader
from seqloom.export.model_file import ModelFile
from seqloom.export.parts.classify import ClassifyParts
from seqloom.models.classifier import build_classifier

from ..reference.compare import randomise

POOLS = ("max", "mean", "attention", "last")


def recurrent(cell, pool, **options):
    sizes = {"embedding_size": 3, "hidden_size": 4, "attention_size": 2}
    return RecurrentClassifierConfig(cell=cell, pool=pool, **{**sizes, **options})


def transformer(pool):
    return TransformerClassifierConfig(
        hidden_size=8, num_heads=2, feedforward_size=10, layers=2, pool=pool, attention_size=5
    )


CONFIGS = {
    "fully-connected": FullyConnectedClassifierConfig(embedding_size=3, hidden_size=4),
    **{
        f"{cell}, {pool}": recurrent(cell, pool, bidirectional=pool != "last")
        for cell in ("rnn", "lstm", "gru")
        for pool in POOLS
    },
    **{
        f"one way, {cell}, {pool}": recurrent(
            cell, pool, layers=layers, bidirectional=False, hidden_size=7
        )
        for cell, pool, layers in (
            ("rnn", "last", 2),
            ("gru", "mean", 1),
            ("lstm", "max", 2),
            ("lstm", "attention", 1),
        )
    },
    "lstm, last, 2 layers, both ways": recurrent("lstm", "last", layers=2),
    **{f"transformer, {pool}": transformer(pool) for pool in POOLS[:3]},
}
LABELS = ("bad", "fine", "good")
TEXTS = ["a bad film", "good", "not a good film , not at all", "unseen words here", "a " * 30]


def random_classifier(name):
    """A model file in memory and the torch network with the same float32 weights."""
    reader = TextReader.learn(TEXTS[:3], "words", lowercase=True, max_symbols=12)
    network = build_classifier(CONFIGS[name], len(reader.vocabulary), len(LABELS))
    network = randomise(network).float().eval()
    file = ModelFile(
        task="classify",
        model=CONFIGS[name],
        decoding=NoDecoding(),
        parts=ClassifyParts(reader=reader, labels=LABELS),
        training={"seed": 1},
        tensors={n: w.detach().numpy() for n, w in network.named_parameters()},
    )
    return file, network
