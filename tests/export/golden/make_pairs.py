"""Make the golden file of format 2: a model of pairs with features and a dictionary of exceptions.

    python -m tests.export.golden.make_pairs

Do not run it again to make a failing test pass: see `make.py`.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import seqloom

from .make import LETTERS, MODELS

HERE = Path(__file__).parent
NAME = "transduce-2"
ODD = {"cab\tREV;UP": "X Y Z", "gh\tCOPY": "G"}  # what no network would say
SOURCES = ["cab\tREV;UP", "cab\tCOPY", "cab\tREV", "gh\tCOPY", "hgfe\tREV", "bad\tNEW", "z\tREV"]
COLUMNS = {"header": "no", "source_column": "1", "features_column": "2", "target_column": "3"}


def answers(path: Path) -> dict:
    """What a model says, with its dictionary and without."""
    model = seqloom.load(path)
    found = {}
    for source in SOURCES:
        with_it, without = (
            [[p.text, p.score, p.origin] for p in model.predict_nbest([source], 2, exceptions=e)[0]]
            for e in (True, False)
        )
        found[source] = {"with": with_it, "without": without}
    return found


def main() -> None:
    """Train on reversing and copying strings, with two pairs that break the rule."""
    draw = random.Random(2)
    lines = [f"{source}\t{target}" for source, target in ODD.items()]
    for _ in range(2000):
        symbols = draw.choices(LETTERS, k=draw.randint(2, 6))
        tags = draw.choice(("REV", "COPY", "REV;UP"))
        source = f"{''.join(symbols)}\t{tags}"
        said = " ".join(symbols if tags == "COPY" else symbols[::-1])
        if source not in ODD:
            lines.append(f"{source}\t{said.upper()}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "tagged.tsv"
        data.write_text("\n".join(lines) + "\n")
        settings = {
            "task": "transduce",
            "model": MODELS["transduce-1"],
            "data": {**COLUMNS, "valid_fraction": 0.05, "batch_symbols": 512},
            "training": {"steps": 1200, "learning_rate": 1e-2, "exceptions": True},
        }
        result = seqloom.train(data, Path(folder) / "run", config=settings)
        print(f"validation symbol error {result.score:.2f} %", file=sys.stderr)
        path = HERE / f"{NAME}.safetensors"
        path.write_bytes(result.model.read_bytes())
    text = json.dumps(answers(path), indent=1, ensure_ascii=False)
    (HERE / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
