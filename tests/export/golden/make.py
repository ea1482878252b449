"""Make the golden files: model files of format 1, and what they answered on the day they were made.

    python tests/export/golden/make.py

Do not run it again to make a failing test pass: the files stand for those that users have. A new
format gets new files beside these.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import seqloom

HERE = Path(__file__).parent
LETTERS = "abcdefgh"
MODELS = {
    "transduce-1": {
        "hidden_size": 16,
        "embedding_size": 8,
        "attention_size": 12,
        "encoder_layers": 1,
        "dropout": 0.0,
    },
    "transduce-1-transformer": {
        "architecture": "transformer",
        "hidden_size": 16,
        "num_heads": 2,
        "feedforward_size": 32,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "dropout": 0.0,
    },
}
SOURCES = ["ab", "cab", "hgfe", "aaaa", "badcfe", "gh", "z", "dzd", "edcbahgf", "abcdefghabcd"]


def answers(path: Path) -> dict:
    """What a model says: greedily, and the three best of a beam of five, with scores."""
    model = seqloom.load(path)
    greedy = model.predict_nbest(SOURCES, 1, beam=1)
    nbest = model.predict_nbest(SOURCES, 3, beam=5)
    return {
        source: {
            "greedy": [[p.text, p.score] for p in first],
            "nbest": [[p.text, p.score] for p in best],
        }
        for source, first, best in zip(SOURCES, greedy, nbest, strict=True)
    }


def main() -> None:
    """Train on reversing strings, and write the model files and `answers.json`."""
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "reverse.tsv"
        pairs = [draw.choices(LETTERS, k=draw.randint(2, 6)) for _ in range(2000)]
        data.write_text("".join(f"{''.join(p)}\t{' '.join(p[::-1]).upper()}\n" for p in pairs))
        found = {}
        for name, model in MODELS.items():
            settings = {
                "model": model,
                "data": {"valid_fraction": 0.05, "batch_symbols": 512},
                "training": {"steps": 600, "learning_rate": 1e-2},
            }
            result = seqloom.train(data, Path(folder) / name, config=settings)
            print(f"{name}: validation symbol error {result.score:.2f} %", file=sys.stderr)
            path = HERE / f"{name}.safetensors"
            path.write_bytes(result.path.read_bytes())
            found[name] = answers(path)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (HERE / "answers.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
