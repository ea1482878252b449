"""Golden models and data for each task, and a model with one weight that int8 spoils."""

import dataclasses
from pathlib import Path

import numpy as np

from seqloom.data.speech.tones import make_tones
from seqloom.export.model_file import ModelFile, read_model

from ..export.golden.make_generate import write_text
from ..reviews import write_reviews
from ..series import write_series
from ..toys import GOLDEN, write_toy

MODELS = {
    task: GOLDEN / f"{task}-1.safetensors"
    for task in ("transduce", "classify", "forecast", "transcribe", "generate")
}
SPOILT = "readout.weight"


def write_data(task: str, folder: Path) -> Path:
    """Data that the task's golden model can read."""
    if task == "transduce":
        return write_toy(folder / "pairs.tsv", num_pairs=40, seed=5)
    if task == "classify":
        return write_reviews(folder / "reviews.tsv", num_texts=40, seed=5)
    if task == "transcribe":
        make_tones(folder / "tones", count=12, seed=5)
        return folder / "tones" / "train.tsv"
    if task == "forecast":
        lines = write_series(folder / "months.csv", length=40, season=6).read_text().splitlines()
        rows = [f"{t},{line.partition(',')[2]}" for t, line in enumerate(lines[1:])]
        (folder / "steps.csv").write_text("\n".join(["t,a,b,c", *rows]) + "\n")
        return folder / "steps.csv"
    write_text(folder / "text.txt")
    return folder / "text.txt"


def spoilt() -> ModelFile:
    """The golden model of pairs; of one matrix, each row has a number so large that int8 drops the
    rest. What it is multiplied by is always 0, so that the model's answers stay."""
    file = read_model(MODELS["transduce"])
    matrix = file.tensors[SPOILT].copy()
    unused = file.tensors["target_embedding.weight"].copy()
    unused[:, -1] = 0.0
    matrix[:, -1] = 300.0 * np.abs(matrix).max()
    tensors = {**file.tensors, SPOILT: matrix, "target_embedding.weight": unused}
    return dataclasses.replace(file, tensors=tensors)
