"""What a run takes over from a model that it begins with."""

import dataclasses

import numpy as np
import pytest

from seqloom.errors import FormatError
from seqloom.export.model_file import read_model, write_model
from seqloom.export.start_model import read_start, with_rows

from ..toys import GOLDEN

MODEL = GOLDEN / "transduce-1.safetensors"


def test_what_a_recipe_leaves_to_the_data_is_the_models():
    start = read_start(MODEL)
    tree = start.inherited({"data": {"source_level": "auto", "min_count": 3}, "model": {}})
    assert tree["task"] == "transduce"
    assert tree["data"]["source_level"] == start.file.parts.source.level
    assert tree["data"]["min_count"] == 3
    assert tree["model"] == dataclasses.asdict(start.file.model)


def test_rows_are_added_below():
    old, new = np.arange(6.0).reshape(3, 2), -np.ones((5, 2), np.float32)
    grown = with_rows(new, old)
    assert grown.tolist() == [[0, 1], [2, 3], [4, 5], [-1, -1], [-1, -1]]
    assert grown.dtype == np.float32
    assert with_rows(old, old).tolist() == old.tolist()


@pytest.mark.parametrize("wrong", [[3], {"file": "x"}, [{"file": "x", "sha256": 3}]])
def test_a_record_of_earlier_models_is_checked(tmp_path, wrong):
    model = read_model(MODEL)
    record = {**model.training, "from": wrong}
    write_model(tmp_path / "odd.safetensors", dataclasses.replace(model, training=record))
    with pytest.raises(FormatError, match=r"training.from"):
        read_model(tmp_path / "odd.safetensors")
