"""Columns of features and weights: read, learnt from, and refused with the place."""

import numpy as np
import pytest

from seqloom.config.transduce import TransduceDataConfig
from seqloom.data.pairs.pairs import Example, Pair, PairColumns, group_by_source, read_pairs
from seqloom.data.pairs.prepare import prepare_pairs
from seqloom.errors import DataError

COLUMNS = PairColumns("no", "1", "3", features="2", weight="4")
LINES = [
    "walk\tV;PST\twalked\t3.5",
    "walk\tV | PRS\twalk\t0",
    "walk\tV;PST\twalkt\t12",
    "go\t_\tgo\t1e3",
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "verbs.tsv"
    path.write_text("\n".join(LINES) + "\n")
    return path


def test_features_and_weights_are_read(file):
    pairs = read_pairs(file, COLUMNS)
    assert pairs[0] == Pair("walk", "walked", 1, features=("V", "PST"), weight=3.5)
    assert [pair.text for pair in pairs[1:]] == ["walk\tV;PRS", "walk\tV;PST", "go\t_"]
    assert pairs[1].row == "walk\tV;PRS\twalk"


def test_examples_differ_by_features_and_have_the_largest_weight(file):
    assert group_by_source(read_pairs(file, COLUMNS)) == [
        Example("walk\tV;PST", ("walked", "walkt"), 12.0),
        Example("walk\tV;PRS", ("walk",), 0.0),
        Example("go\t_", ("go",), 1000.0),
    ]


@pytest.mark.parametrize("cell", [" ", ";", "| ;"])
def test_no_features(file, cell):
    file.write_text(LINES[0] + f"\nwalk\t{cell}\twalk\t1\n")
    with pytest.raises(DataError) as caught:
        read_pairs(file, COLUMNS)
    assert str(caught.value) == (
        f"{file}, line 2: the features are empty. Write _ for a source that has none."
    )


@pytest.mark.parametrize("cell", ["often", "-1", "nan", "inf"])
def test_weights_that_are_none(file, cell):
    file.write_text(LINES[0] + f"\nwalk\tV\twalk\t{cell}\n")
    with pytest.raises(DataError) as caught:
        read_pairs(file, COLUMNS)
    assert str(caught.value) == (
        f"{file}, line 2: the weight must be a number, not negative, got {cell!r}."
    )


def test_prepared(tmp_path):
    verbs = [f"v{chr(97 + i)}x" for i in range(20)]
    lines = [
        f"{verb}\t{'V;PST' if i % 2 else 'V;PRS'}\t{verb}{'ed' if i % 2 else ''}\t{i}"
        for verb in verbs
        for i in range(4)
    ]
    (tmp_path / "t.tsv").write_text("\n".join(lines) + "\n")
    config = TransduceDataConfig(
        header="no", source_column="1", features_column="2", target_column="3", weight_column="4"
    )
    data = prepare_pairs(str(tmp_path / "t.tsv"), None, config)
    assert data.source.features == ("V", "PRS", "PST")
    assert data.weighted
    assert [example.weight for example in data.valid] == [2.0, 3.0]
    (sources,) = {example.source.split("\t")[0] for example in data.valid}  # by lemma
    assert sources in verbs
    assert "features: 3 different tags, read before the source" in data.report
    batch = data.train.collate(np.arange(1))
    assert batch.source[0, 0] == len(data.source.symbols)
