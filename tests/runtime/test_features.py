"""A model of pairs that reads features: from Python, with its messages, and in a trace."""

import dataclasses

import pytest
import torch

from seqloom.data.pairs.exceptions import Exceptions
from seqloom.errors import DataError
from seqloom.export.model_file import read_model, write_model
from seqloom.runtime import Transducer

from ..export.models import random_model, recurrent

SOURCES = [("bad", "V;PST"), ("bad", "V"), ("bad", ["a"]), "bad\tV;PST"]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    return Transducer(random_model(recurrent(), ("V", "PST", "a"))[0])


def test_features_change_the_answer(model):
    scores = [p[0].score for p in model.predict_nbest(SOURCES)]
    assert scores[0] == pytest.approx(scores[3], abs=1e-6)
    assert len({round(score, 4) for score in scores}) == 3


def test_missing_features(model):
    for source in ("bad", "bad\t", ("bad", ""), ("bad", [])):
        with pytest.raises(DataError) as caught:
            model.predict([("a", "V"), source])
        assert str(caught.value) == (
            "predict: text 2 has no features, which this model reads. Write them behind the "
            'source: walk<TAB>V;PST. In Python: ("walk", "V;PST").'
        )
    with pytest.raises(DataError, match="text 1 has no symbols"):
        model.predict([("", "V")])


def test_features_count_as_symbols(model):
    assert model.parts.max_symbols == 12
    model.predict([("a" * 10, "V;PST")])
    with pytest.raises(DataError, match="must have at most 12 symbols, got 13"):
        model.predict([("a" * 11, "V;PST")])


def test_a_trace_shows_them(model):
    trace = model.trace(("bad", "V;PST"), jacobians=False)
    assert trace.labels["source"] == ("<V>", "<PST>", "b", "a", "d")
    assert trace.input == "bad\tV;PST"
    assert len(trace["importance/leave_one_out"].values) == 5
    assert model.align(("bad", "V")).source == ("<V>", "b", "a", "d")


def test_a_file_with_features_has_format_2(model, tmp_path):
    assert model.file.parts.format == 2
    write_model(tmp_path / "m", model.file)
    assert read_model(tmp_path / "m").parts == model.parts
    assert dict(model.describe())["source"] == "characters, vocabulary of 14, 3 of them features"


def test_exceptions_are_found_by_text_and_features(model):
    found = Exceptions({"bad\tV;PST": ("A",)})
    parts = dataclasses.replace(model.parts, exceptions=found)
    known = Transducer(dataclasses.replace(model.file, parts=parts))
    assert [p[0].origin for p in known.predict_nbest([*SOURCES, ("bad", "V | PST")])] == [
        *("exceptions", "network", "network", "exceptions", "exceptions")
    ]
