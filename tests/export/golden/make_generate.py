"""Make the golden files of the task `generate`; what `make.py` says of golden files holds.

python -m tests.export.golden.make_generate
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import seqloom

HERE = Path(__file__).parent
MODELS = {
    "generate-1": {"cell": "lstm", "hidden_size": 24, "embedding_size": 8, "tie_weights": True},
    "generate-1-transformer": {
        "architecture": "transformer",
        "hidden_size": 16,
        "num_heads": 2,
        "feedforward_size": 32,
        "layers": 2,
        "context": 12,
    },
    "generate-1-window": {
        "architecture": "fully-connected",
        "window": 5,
        "embedding_size": 6,
        "hidden_size": 24,
    },
}
PROMPTS = ["", "the cat", "a dog\n", "Zebra "]
HELD_OUT = "the dog sat on a mat.\na cat saw the dog.\n"


def write_text(path: Path) -> None:
    """Sentences of a very small grammar."""
    draw = random.Random(1)
    lines = []
    for _ in range(600):
        one, two = (
            f"{draw.choice(['a', 'the'])} {draw.choice(['cat', 'dog', 'mat'])}" for _ in "12"
        )
        lines.append(f"{one} {draw.choice(['sat on', 'saw'])} {two}.\n")
    path.write_text("".join(lines), encoding="utf-8")


def answers(path: Path) -> dict:
    """What a model says: the likeliest continuations, drawn ones, and what a text costs it."""
    model = seqloom.load(path)
    return {
        "likeliest": model.predict(PROMPTS, length=40, temperature=0.0),
        "drawn": model.predict(PROMPTS, length=40, temperature=0.8, top_p=0.9, seed=5),
        "nats": [model.score(HELD_OUT[:n]).nats for n in (1, 7, len(HELD_OUT))],
    }


def main() -> None:
    """Train, and write the model files and `answers_generate.json`."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        write_text(Path(folder) / "text.txt")
        for name, model in MODELS.items():
            settings = {
                "task": "generate",
                "model": {**model, "dropout": 0.0},
                "data": {
                    "streams": 8,
                    "chunk": 25,
                    "level": "subwords" if name == "generate-1-window" else "characters",
                    "subword_size": 100,
                },
                "training": {"steps": 400, "learning_rate": 1e-2},
            }
            result = seqloom.train(Path(folder) / "text.txt", Path(folder) / name, config=settings)
            print(f"{name}: {result.score:.3f} bits per character", file=sys.stderr)
            path = HERE / f"{name}.safetensors"
            path.write_bytes(result.path.read_bytes())
            found[name] = answers(path)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (HERE / "answers_generate.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
