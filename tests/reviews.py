"""Toy reviews and tiny settings for the task `classify`: what its tests that train share."""

import random
from pathlib import Path
from typing import Any

from seqloom.config import merge

WORDS = {
    "negative": ["dull", "awful", "poor", "tired", "hollow"],
    "neutral": ["plain", "usual", "fair", "middling", "passable"],
    "positive": ["grand", "lovely", "bright", "funny", "fresh"],
}
TINY = {
    "task": "classify",
    "data": {"batch_size": 8},
    "model": {"hidden_size": 6, "embedding_size": 5, "attention_size": 4},
    "training": {"steps": 20, "seed": 3},
}


def write_reviews(
    path: Path, *, num_texts: int = 60, seed: int = 0, labels: tuple[str, ...] = tuple(WORDS)
) -> Path:
    """Write texts such as `The plot is lovely.`; a word tells the label, which is drawn anew."""
    draw = random.Random(seed)
    lines = []
    for _ in range(num_texts):
        label = draw.choice(labels)
        thing = draw.choice(["plot", "film", "cast", "story"])
        end = draw.choice([".", " , I think .", " and that is all !"])
        lines.append(f"The {thing} is {draw.choice(WORDS[label])}{end}\t{label}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def tiny(**sections: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run of a second, with some changed."""
    return merge(TINY, sections)
