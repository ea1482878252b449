"""Make the golden file of the task `classify`, and what it answered on the day it was made.

    python -m tests.export.golden.make_classify

Do not run it again to make a failing test pass: see `make.py`.
"""

import json
import sys
import tempfile
from pathlib import Path

import seqloom

from ...reviews import tiny, write_reviews

HERE = Path(__file__).parent
NAME = "classify-1"
TEXTS = ["The plot is lovely .", "the CAST is hollow!", "fair", "zzz", "not dull , not grand"]


def answers(path: Path) -> dict:
    """What a model says: probabilities of the labels, and where it looked."""
    model = seqloom.load(path)
    probabilities = model.predict_proba(TEXTS).tolist()
    return {
        text: {"probabilities": p, "weights": model.attend(text).weights.tolist()}
        for text, p in zip(TEXTS, probabilities, strict=True)
    }


def main() -> None:
    """Train on toy reviews, and write the model file and the answers."""
    settings = tiny(
        model={"cell": "gru", "pool": "attention", "hidden_size": 8, "word_dropout": 0.1},
        training={"steps": 300, "learning_rate": 0.02, "averaging": 0.95},
    )
    with tempfile.TemporaryDirectory() as folder:
        data = write_reviews(Path(folder) / "reviews.tsv", num_texts=300)
        result = seqloom.train(data, Path(folder) / "run", config=settings)
        print(f"validation accuracy {result.score:.2f} %", file=sys.stderr)
        (HERE / f"{NAME}.safetensors").write_bytes(result.path.read_bytes())
    found = json.dumps(answers(HERE / f"{NAME}.safetensors"), indent=1, ensure_ascii=False)
    (HERE / f"{NAME}.json").write_text(found + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
