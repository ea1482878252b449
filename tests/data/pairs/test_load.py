"""Pairs of a file or a data set; the real dictionary's turn is in test_cmudict."""

import re

import pytest

from seqloom.data.pairs.load import load_pairs
from seqloom.data.pairs.pairs import Pair
from seqloom.errors import DataError


@pytest.mark.parametrize("name", ["words.tsv", "cmudict"])
@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_a_file_is_read_whole_whatever_its_name(tmp_path, monkeypatch, name, split):
    (tmp_path / name).write_text("cat\tk a t\n")
    monkeypatch.chdir(tmp_path)
    assert load_pairs(name, split) == [Pair(source="cat", target="k a t", line=1)]


@pytest.mark.parametrize("stress", [False, True])
def test_a_folder_named_cmudict_does_not_hide_the_dictionary(tmp_path, monkeypatch, stress):
    def fake(split, *, stress):
        return [Pair(source=split, target=str(stress), line=1)]

    (tmp_path / "cmudict").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("seqloom.data.pairs.load.read_cmudict", fake)
    want = [Pair(source="test", target=str(stress), line=1)]
    assert load_pairs("cmudict", "test", stress=stress) == want


def test_a_missing_file_is_the_readers_error(tmp_path):
    path = tmp_path / "cmudict"
    with pytest.raises(DataError, match=f"^{re.escape(str(path))}: data must be a file, got a pa"):
        load_pairs(str(path), "train")
