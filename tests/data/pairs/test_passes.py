"""Pairs in blocks: whatever the size of a block and of the memory, the result is that of lists."""

import random

import numpy as np
import pytest

from seqloom.config.transduce import TransduceDataConfig
from seqloom.data import levels, ragged
from seqloom.data.hashes import fingerprint
from seqloom.data.pairs import passes
from seqloom.data.pairs.pairs import read_pairs
from seqloom.data.pairs.passes import FirstPass
from seqloom.data.pairs.prepare import prepare_pairs
from seqloom.data.pairs.split import split_by_source
from seqloom.data.seen import row_numbers, sketch
from seqloom.data.tables.parts import num_different

RNG = random.Random(5)
SOURCES = ["".join(RNG.choices("abcdefg", k=RNG.randint(1, 9))) for _ in range(700)]
PAIRS = [(s, " ".join(s.upper())) for s in SOURCES]
SETTINGS = [
    {},
    {"max_symbols": 5},
    {"source_level": "subwords", "subword_size": 100},
    {"min_count": 60},
]


def everything(found):
    batch = found.train.collate(np.arange(len(found.train)))
    kept = (found.source, found.target, found.length_ratio, found.fingerprint, found.rows_seen)
    return [array.tolist() for array in batch], kept, found.valid, found.report


@pytest.mark.parametrize("changes", SETTINGS)
def test_blocks_and_files_change_nothing(monkeypatch, changes):
    config = TransduceDataConfig(**changes)
    want = everything(prepare_pairs(PAIRS, None, config))
    for block, most in ((1, 2**26), (97, 0), (64, 500)):
        monkeypatch.setattr(levels, "BLOCK", block)
        monkeypatch.setattr(ragged, "MOST_IN_MEMORY", most)
        monkeypatch.setattr(levels, "MOST_WORDS", 50)
        assert everything(prepare_pairs(PAIRS, None, config)) == want


def test_whole_lists_are_divided_and_known_the_same_way(monkeypatch):
    monkeypatch.setattr(levels, "BLOCK", 50)
    monkeypatch.setattr(passes, "MOST_SOURCES", 12)  # so that candidates are pruned
    rows = read_pairs(PAIRS)
    train, valid = split_by_source(rows, 0.002)
    found = FirstPass(rows, 0.002, "data", divide=True, group=False)
    assert found.valid == valid
    assert [pair for block in found.training() for pair in block] == train
    monkeypatch.undo()
    config = TransduceDataConfig()
    train, valid = split_by_source(rows, config.valid_fraction)
    prepared = prepare_pairs(PAIRS, None, config)
    parts = (train, valid)
    assert prepared.fingerprint == fingerprint(*((f"{p.row}\n" for p in some) for some in parts))
    assert prepared.rows_seen == sketch(*(row_numbers(p.row for p in some) for some in parts))


def test_words_are_counted_again_if_only_the_first_rows_are_single_words(monkeypatch):
    monkeypatch.setattr(levels, "MOST_WORDS", 50)
    monkeypatch.setattr(levels, "BLOCK", 60)
    texts = [(f"word{i}", "x") for i in range(60)]
    texts += [(f"the {'red' if i % 2 else 'old'} cat {i % 7}", "x") for i in range(200)]
    source = prepare_pairs(texts, None, TransduceDataConfig()).source
    monkeypatch.setattr(levels, "MOST_WORDS", 10**6)
    assert source == prepare_pairs(texts, None, TransduceDataConfig()).source
    assert source.level != "characters"


def test_different_numbers_are_counted():
    assert num_different(np.array([0.5, 0.1, 0.5, 0.5])) == 2
    assert num_different(np.array([])) == 0
