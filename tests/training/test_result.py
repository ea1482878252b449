"""What a run returns: its model, its history, and how it is shown."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

import seqloom
from seqloom.errors import FormatError
from seqloom.evaluation.measure import Measure
from seqloom.runtime import Transducer
from seqloom.training import Result, train
from seqloom.training.history_page import page_of

from ..toys import tiny, write_toy
from .runs import validations


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    data = write_toy(folder / "toy.tsv")
    return train(data, folder / "run", config=tiny(training={"steps": 6}), progress=False)


def test_model_is_loaded_once(result):
    assert isinstance(result.model, Transducer)
    assert result.model is result.model
    assert result.model.predict(["ab"]) == seqloom.load(result.path).predict(["ab"])


def test_history_is_the_log(result):
    events, history = validations(result.folder), result.history
    names = ["step", "epoch", "minutes", "loss", "symbol_error", "output_error"]
    assert list(history) == [*names, "valid_loss", "best"]
    for name in history.keys() - {"minutes"}:
        assert history[name] == [event[name] for event in events]
    assert history["step"] == [1, 2, 3, 4, 5, 6]
    assert history["minutes"] == sorted(history["minutes"])
    assert 0 < history["minutes"][0] < 1
    assert len(pd.DataFrame(history)) == 6


def test_repr_says_where_and_how_good(result):
    score = f"validation symbol error {result.score:.2f} %"
    assert repr(result) == f"<Result {result.folder}: 6 steps, {score}>"
    stopped = Result(result.folder, result.path, False, 3, 9, None, result.measure)
    assert repr(stopped) == (
        f"<Result {result.folder}: step 3 of 9, validation none yet, stopped: "
        f"seqloom.resume({str(result.folder)!r})>"
    )


def test_no_model_yet(result, tmp_path):
    stopped = Result(tmp_path, tmp_path / "best.safetensors", False, 0, 9, None, result.measure)
    with pytest.raises(FormatError, match=r"best\.safetensors` cannot be read"):
        _ = stopped.model


def test_page_has_curves_of_the_history(result):
    page = ET.fromstring(f"<x>{result._repr_html_()}</x>")
    cells = [cell.text for cell in page.iter("td")]
    assert cells[:3] == [str(result.folder), str(result.path), "6"]
    lines = [line.get("points").split() for line in page.iter("polyline")]
    assert [len(line) for line in lines] == [6, 6, 6]
    heights = [float(point.split(",")[1]) for point in lines[0]]
    losses = result.history["loss"]
    order = sorted(range(6), key=losses.__getitem__)
    assert sorted(range(6), key=lambda i: -heights[i]) == order  # the lowest loss is lowest


def test_page_of_odd_histories():
    facts, measure = {"<run>": "a&b\x1b"}, Measure("m", "m")
    none = {"step": [], "loss": [], "valid_loss": [], "m": []}
    assert "svg" not in page_of(facts, none, measure)
    flat = {"step": [1, 2], "loss": [1.0, float("nan")], "valid_loss": [1.0, 1.0], "m": [0, 0]}
    page = page_of(facts, flat, measure)
    assert "&lt;run&gt;" in page
    assert "a&amp;b" in page
    assert "\x1b" not in page
    assert not re.search(r"nan|inf", page)
    ET.fromstring(f"<x>{page}</x>")
