"""Make the golden files of format 3, of int8 and float16 weights, out of those of formats 1 and 2.

    python -m tests.export.golden.make_narrow

Do not run it again to make a failing test pass: see `make.py`.
"""

import json
import os
from pathlib import Path
from typing import Any

import seqloom
from seqloom.data.speech.tones import recording

from . import make_classify, make_generate, make_pairs, make_transcribe

HERE = Path(__file__).parent
FILES = {  # what each was made from, and its weights
    "transduce-3": ("transduce-2", "int8"),
    "classify-3": ("classify-1", "int8"),
    "classify-3-float16": ("classify-1", "float16"),
    "forecast-3": ("forecast-1", "int8"),
    "transcribe-3": ("transcribe-1", "int8"),
    "generate-3": ("generate-1", "int8"),
}
HISTORY = [8.0, 9.5, 10.0, 9.0, 7.5, 6.5, 8.2, 9.6, 10.1, 9.2]


def answers(path: Path) -> Any:
    """What a model says in NumPy: numbers and texts."""
    model: Any = seqloom.load(path, engine="numpy")
    task = model.file.task
    if task == "classify":
        return model.predict_proba(make_classify.TEXTS).tolist()
    if task == "forecast":
        return model.predict(HISTORY).point.tolist()
    if task == "generate":
        return model.score(make_generate.HELD_OUT).nats
    if task == "transcribe":
        sounds = [recording(make_transcribe.SEED, number)[0] for number in range(4)]
        return [[one.text, one.log_probability] for one in model.transcribe(sounds)]
    best = model.predict_nbest(make_pairs.SOURCES, 1)
    return [[one.text, one.log_probability] for [one] in best]


def main() -> None:
    """Write the files and `answers_narrow.json`."""
    found = {}
    os.chdir(HERE)  # a file's record names what it was made from
    for name, (original, dtype) in FILES.items():
        seqloom.quantize(f"{original}.safetensors", f"{name}.safetensors", dtype=dtype, keep=())
        found[name] = answers(HERE / f"{name}.safetensors")
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (HERE / "answers_narrow.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
