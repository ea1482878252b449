"""Runs that read encoded data from a cache are the runs that they would be without."""

import pytest

from seqloom.errors import ConfigError
from seqloom.training import Callback, resume, train

from .. import five_tasks
from .runs import log


class Said(Callback):
    def __init__(self):
        self.lines = []

    def message(self, line):
        self.lines += [line] if line.startswith("cache:") else []


@pytest.mark.parametrize("name", ["pairs", "classes", "text", "speech, CTC"])
def test_same_model_and_report(tmp_path, name):
    data = five_tasks.write(five_tasks.MODELS[name][0], tmp_path)
    config, cache = five_tasks.settings(name), tmp_path / "cache"
    runs = [("plain", None, None), ("first", cache, "written"), ("second", cache, "read")]
    for out, folder, want in runs:
        said = Said()
        train(data, tmp_path / out, config=config, cache=folder, progress=False, callbacks=[said])
        assert said.lines == ([f"cache: {cache}: encoded data {want}"] if want else [])
        assert log(tmp_path / out)[0].get("cache") == (want and str(cache))
    models = [(tmp_path / out / "best.safetensors").read_bytes() for out, _, _ in runs]
    assert models[0] == models[1] == models[2]
    reports = [log(tmp_path / out)[0]["report"] for out, _, _ in runs]
    assert reports[0] == reports[1] == reports[2]
    said = Said()
    resume(tmp_path / "first", steps=10, progress=False, callbacks=[said])
    assert said.lines == [f"cache: {cache}: encoded data read"]  # as the run began
    said = Said()
    resume(tmp_path / "plain", steps=10, cache=tmp_path / "other", progress=False, callbacks=[said])
    assert said.lines == [f"cache: {tmp_path / 'other'}: encoded data written"]
    longer = [(tmp_path / out / "best.safetensors").read_bytes() for out in ("first", "plain")]
    assert longer[0] == longer[1]


def test_series_have_none(tmp_path):
    data = five_tasks.write("forecast", tmp_path)
    with pytest.raises(ConfigError, match=r"^train: `--cache` is not for the task forecast, which"):
        train(data, tmp_path / "out", config=five_tasks.settings("series"), cache=tmp_path / "c")
