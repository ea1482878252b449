"""The networks of the story: small, trained in seconds on one core, each an architecture.

`trained(name, ...)` trains a network once and keeps its run; the next call reads it. Three sets of
data: the negation probe, which is generated; film reviews (`reviews/sst2_*.tsv`) and English words
with their sounds (`g2p_en/*.tsv`), which are real and lie in a folder that the reader gives.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import seqloom
from seqloom.comparison.probes import Training, run_probes
from seqloom.data.texts.negation import make_negation

SEED = 1
DISTANCE, SENTENCES = 20, 12_000  # of the negation probe: words between; training sentences
RECALL, RECALL_SEEDS, RECALL_STEPS = (5, 10, 20), 3, 2000  # distances in steps; at most so long
WORDS = 30_000  # pairs of English words that are trained on

_SMALL = {"embedding_size": 32, "hidden_size": 64, "dropout": 0.0, "word_dropout": 0.0}
_READER = {"architecture": "recurrent", "bidirectional": False, "pool": "last", **_SMALL}
_BAG = {"architecture": "fully-connected", **_SMALL}
_CODER = {
    "architecture": "recurrent",
    **{"encoder_cell": "gru", "decoder_cell": "gru", "encoder_layers": 1},
    **{"embedding_size": 48, "hidden_size": 96, "attention_size": 64, "dropout": 0.1},
}
_TRANSFORMER = {
    "architecture": "transformer",
    **{"hidden_size": 96, "num_heads": 4, "feedforward_size": 192, "dropout": 0.05},
    **{"encoder_layers": 2, "decoder_layers": 2},
}


class Network(NamedTuple):
    """What is trained: on which data, with which settings."""

    data: str
    model: dict[str, Any]
    steps: int
    learning_rate: float


NETWORKS = {
    "negation-fully-connected": Network("negation", _BAG, 400, 0.004),
    "negation-rnn": Network("negation", {**_READER, "cell": "rnn"}, 1800, 0.002),
    "negation-rnn-longer": Network("negation", {**_READER, "cell": "rnn"}, 4000, 0.002),
    "negation-lstm": Network("negation", {**_READER, "cell": "lstm"}, 1800, 0.004),
    "negation-gru": Network("negation", {**_READER, "cell": "gru"}, 1800, 0.004),
    "reviews-fully-connected": Network("reviews", _BAG, 400, 0.004),
    "reviews-rnn": Network("reviews", {**_READER, "cell": "rnn"}, 500, 0.002),
    "reviews-lstm": Network("reviews", {**_READER, "cell": "lstm"}, 500, 0.004),
    "reviews-gru": Network("reviews", {**_READER, "cell": "gru"}, 500, 0.004),
    "words-context": Network("words", {**_CODER, "link": "context"}, 1200, 0.002),
    "words-attention": Network("words", {**_CODER, "link": "attention"}, 1200, 0.002),
    "words-transformer": Network("words", _TRANSFORMER, 800, 0.002),
}
REAL = {"reviews": "reviews/sst2_train.tsv", "words": "g2p_en/train.tsv"}


def has_data(name: str, folder: Path) -> bool:
    """True if the data of a network are there, or can be made."""
    data = NETWORKS[name].data
    return data not in REAL or (folder / REAL[data]).exists()


def trained(name: str, folder: Path, runs: Path) -> Any:
    """The network `name` at work, trained unless it was before.

    Args:
        name: One of `NETWORKS`.
        folder: Where the real data are.
        runs: Where runs and generated data are kept.
    """
    best = runs / name / "best.safetensors"
    if not best.exists():
        network = NETWORKS[name]
        train, valid = _files(network.data, folder, runs)
        seqloom.train(train, runs / name, valid=valid, config=_settings(network))
    return seqloom.load(best)


def recalled(runs: Path) -> dict[str, Any]:
    """Results of the recall probe (docs/compare.md), in a minute: one distance for each network.

    Trained once and kept in `runs/recall`, as the others are.
    """
    return run_probes(
        "recall",
        runs / "recall",
        lengths=RECALL,
        architectures=("rnn", "lstm", "gru"),
        seeds=RECALL_SEEDS,
        training=Training(steps=RECALL_STEPS, learning_rates=(0.003,)),
    )


def negation_file(part: str, runs: Path) -> Path:
    """A file of the negation probe, made unless it is there."""
    made = runs / "negation"
    if not (made / "test.tsv").exists():
        make_negation(made, distance=DISTANCE, sentences=SENTENCES, seed=0)
    return made / f"{part}.tsv"


def _files(data: str, folder: Path, runs: Path) -> tuple[Path, Path]:
    if data == "negation":
        return negation_file("train", runs), negation_file("valid", runs)
    if data == "reviews":
        return folder / "reviews/sst2_train.tsv", folder / "reviews/sst2_dev.tsv"
    some = runs / "words-train.tsv"
    if not some.exists():
        lines = (folder / REAL["words"]).read_text(encoding="utf-8").splitlines()
        rows = np.sort(np.random.default_rng(SEED).permutation(len(lines))[:WORDS])
        some.write_text("".join(f"{lines[i]}\n" for i in rows), encoding="utf-8")
        lines = (folder / "g2p_en/dev.tsv").read_text(encoding="utf-8").splitlines()
        (runs / "words-dev.tsv").write_text("\n".join(lines[:300]) + "\n", encoding="utf-8")
    return some, runs / "words-dev.tsv"


def _settings(network: Network) -> dict[str, Any]:
    training = {
        **{"steps": network.steps, "learning_rate": network.learning_rate, "seed": SEED},
        "label_smoothing": 0.0,
    }
    if network.data == "words":
        data, decoding = {"batch_symbols": 1024}, {"decoding": {"beam": 1}}
        return {
            **{"task": "transduce", "model": network.model, "data": data, **decoding},
            "training": {**training, "averaging": 0.995},
        }
    return {
        **{"task": "classify", "model": network.model, "data": {"batch_size": 64}},
        "training": {**training, "weight_decay": 0.01, "label_ratios": 0.0, "averaging": 0.998},
    }
