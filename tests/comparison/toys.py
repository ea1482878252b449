"""A toy file for each task, and settings that train every architecture of it in a second."""

from pathlib import Path
from typing import Any

from seqloom.comparison.live import Watcher
from seqloom.data.speech.tones import make_tones

from ..reviews import write_reviews
from ..running_text import some_text
from ..series import write_series
from ..toys import write_toy

TASKS = ("transduce", "classify", "forecast", "generate", "transcribe")
SMALL: dict[str, dict[str, Any]] = {
    "transduce": {
        "data": {"batch_symbols": 100},
        "model": {
            **{"hidden_size": 8, "embedding_size": 6, "attention_size": 5, "encoder_layers": 1},
            **{"num_heads": 2, "feedforward_size": 9, "decoder_layers": 1},
        },
        "decoding": {"beam": 2},
        "training": {"samples": 0},
    },
    "classify": {
        "data": {"batch_size": 16},
        "model": {"hidden_size": 8, "embedding_size": 6, "attention_size": 5, "num_heads": 2},
    },
    "forecast": {"model": {"hidden_size": 8, "num_heads": 2, "feedforward_size": 9}},
    "generate": {
        "data": {"streams": 4, "chunk": 20},
        "model": {"hidden_size": 8, "embedding_size": 6, "num_heads": 2, "feedforward_size": 9},
        "training": {"samples": 0},
    },
    "transcribe": {
        "data": {"mels": 16, "speed_change": 0.0},
        "model": {"hidden_size": 6, "embedding_size": 4, "attention_size": 5},
        "training": {"samples": 0},
    },
}


def write_data(task: str, folder: Path) -> Path:
    """A toy file of a task."""
    if task == "transduce":
        return write_toy(folder / "words.tsv", num_pairs=150)
    if task == "classify":
        return write_reviews(folder / "reviews.tsv", num_texts=200)
    if task == "forecast":
        return write_series(folder / "sales.csv", num_series=3, length=90)
    if task == "generate":
        text = some_text(4000)
        lines = (text[i : i + 20] for i in range(0, len(text), 20))
        (folder / "text.txt").write_text("\n".join(lines) + "\n")
        return folder / "text.txt"
    make_tones(folder / "tones", count=30, seed=0)
    return folder / "tones" / "train.tsv"


class Heard(Watcher):
    """Remembers what is said and what ended."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ends: list[tuple[str, int | None]] = []
        self.begun: list[tuple[str, int | None]] = []
        self.moves: list[tuple[str, int, int]] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    def began(self, entry: str, seed: int | None) -> None:
        self.begun.append((entry, seed))

    def moved(self, entry: str, seed: int, step: int, steps: int) -> None:
        self.moves.append((entry, seed, step))

    def ended(self, entry: str, seed: int | None, found: dict[str, Any]) -> None:
        self.ends.append((entry, seed))
