"""Real text, a small network, a few minutes: it beats counting the last three characters."""

from pathlib import Path

import pytest
import torch

import seqloom
from seqloom.data.text.text import read_text, split_by_position
from seqloom.evaluation.ngram import NGram

TEXT = Path(__file__).parents[3] / "shared" / "data" / "text" / "shakespeare.txt"


@pytest.mark.slow
@pytest.mark.skipif(not TEXT.is_file(), reason="../shared/data/text is absent")
def test_shakespeare(tmp_path):
    torch.set_default_dtype(torch.float32)
    config = {
        "task": "generate",
        "model": {"hidden_size": 256, "dropout": 0.1},
        "training": {"steps": 500},
    }
    result = seqloom.train(TEXT, tmp_path / "run", config=config)
    train, valid = split_by_position(read_text(TEXT), 0.1)
    score = seqloom.load(result.path).score(valid[:20_000])
    trigrams = NGram(train, 4).costs(valid[:20_000]).mean()
    assert score.nats_per_symbol < trigrams - 0.02
    assert score.unknown == 0
