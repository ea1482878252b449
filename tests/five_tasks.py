"""A small data set and tiny settings for each of the five tasks, and for each architecture."""

from pathlib import Path
from typing import Any

from seqloom.config import merge
from seqloom.data.speech.tones import make_tones

from .reviews import write_reviews
from .running_text import some_text
from .series import write_series
from .toys import write_toy

TRANSFORMER = {"architecture": "transformer", "hidden_size": 8, "num_heads": 2}
SMALL = {"hidden_size": 8, "embedding_size": 6}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "pairs": ("transduce", {**SMALL, "attention_size": 5, "encoder_layers": 1}),
    "pairs, one vector": ("transduce", {**SMALL, "link": "context", "encoder_layers": 1}),
    "pairs, GRU": (
        "transduce",
        {**SMALL, "attention_size": 5, "encoder_cell": "gru", "decoder_cell": "gru"},
    ),
    "pairs, Transformer": ("transduce", {**TRANSFORMER, "feedforward_size": 12}),
    "classes": ("classify", SMALL),
    "classes, Transformer": ("classify", {**TRANSFORMER, "feedforward_size": 12}),
    "classes, fully-connected": ("classify", {"architecture": "fully-connected", **SMALL}),
    "text": ("generate", SMALL),
    "text, Transformer": ("generate", {**TRANSFORMER, "feedforward_size": 12, "layers": 2}),
    "text, window": ("generate", {"architecture": "fully-connected", "window": 4, **SMALL}),
    "series": ("forecast", {"hidden_size": 6}),
    "series, autoregressive": ("forecast", {"hidden_size": 6, "decode": "autoregressive"}),
    "series, Transformer": ("forecast", {**TRANSFORMER, "feedforward_size": 12}),
    "speech, CTC": ("transcribe", {"hidden_size": 8}),
    "speech, LAS": ("transcribe", {"architecture": "las", "hidden_size": 6, "embedding_size": 4}),
}
DATA: dict[str, dict[str, Any]] = {
    "transduce": {"batch_symbols": 100},
    "classify": {},
    "generate": {"streams": 4, "chunk": 12},
    "forecast": {"horizon": 3, "season": 4},
    "transcribe": {"mels": 16, "valid_fraction": 0.2, "batch_seconds": 12.0},
}


def write(task: str, folder: Path) -> Path:
    """Write a data set of a task."""
    if task == "transduce":
        return write_toy(folder / "pairs.tsv")
    if task == "classify":
        return write_reviews(folder / "reviews.tsv")
    if task == "forecast":
        return write_series(folder / "months.csv")
    if task == "transcribe":
        make_tones(folder / "tones", count=24, seed=0)
        return folder / "tones" / "train.tsv"
    (folder / "text.txt").write_text(some_text(3000))
    return folder / "text.txt"


def settings(name: str, **training: Any) -> dict[str, Any]:
    """Settings of a run of a second.

    Args:
        name: One of `MODELS`.
        **training: Settings of the section `training`.
    """
    task, model = MODELS[name]
    base = {"task": task, "data": DATA[task], "model": model}
    return merge(base, {"training": {"steps": 8, "seed": 3, **training}})
