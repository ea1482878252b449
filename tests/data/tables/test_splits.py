"""Columns of parts and groups: what validates, what is left for the test, and what is refused."""

import pytest

from seqloom.config.classify import ClassifyDataConfig
from seqloom.config.transduce import TransduceDataConfig
from seqloom.data.pairs.load import load_pairs
from seqloom.data.pairs.prepare import prepare_pairs
from seqloom.data.texts.labelled import TextColumns, read_labelled
from seqloom.data.texts.prepare import prepare_texts
from seqloom.errors import DataError

PARTS = ("train", "Validation", "test", "train")
PAIRS = [
    {"word": f"ab{chr(97 + n)}", "pronunciation": "A B", "split": PARTS[n % 4]} for n in range(24)
]
TEXTS = [
    {"text": f"text number {n}", "label": "xy"[n % 2], "author": f"writer {n % 6}"}
    for n in range(48)
]


def test_a_split_column_divides_the_data():
    found = prepare_pairs(PAIRS, None, TransduceDataConfig())
    assert len(found.train) == 12
    assert [e.source for e in found.valid] == [p["word"] for p in PAIRS[1::4]]
    assert "left out: 6 pairs of the test" in found.report
    assert "validation: 6 pairs of 6 sources, as the column split says" in found.report


def test_evaluation_reads_the_part_of_the_test():
    from seqloom.data.pairs.pairs import PairColumns

    columns = PairColumns(split="auto")
    assert [p.source for p in load_pairs(PAIRS, "test", columns=columns)] == [
        p["word"] for p in PAIRS[2::4]
    ]
    rows = [{**row, "split": PARTS[n % 4]} for n, row in enumerate(TEXTS)]
    texts = read_labelled(rows, TextColumns(split="auto"), split="test")
    assert [row.text for row in texts] == [row["text"] for row in TEXTS[2::4]]


def test_a_column_named_split_that_holds_other_things_is_none():
    rows = [{**row, "split": "banana"} for row in PAIRS]
    assert len(prepare_pairs(rows, None, TransduceDataConfig()).train) > 12
    with pytest.raises(DataError, match=r"row 1: the split must be train, valid or test, got 'ban"):
        prepare_pairs(rows, None, TransduceDataConfig(split_column="split"))


def test_a_group_validates_as_a_whole():
    found = prepare_texts(TEXTS, None, ClassifyDataConfig(group_column="author"))
    assert any("cut from data by a hash of the group" in line for line in found.report)
    assert len(found.valid) == 8  # one of six writers
    one = [{**row, "author": "one"} for row in TEXTS]
    with pytest.raises(DataError, match=r"data: a group column must have at least 2 groups"):
        prepare_texts(one, None, ClassifyDataConfig(group_column="author"))
