"""From files to encoded pairs: what the report says of each, word for word."""

import re

import numpy as np
import pytest

from seqloom.config.transduce import TransduceDataConfig
from seqloom.data.given import given
from seqloom.data.pairs.pairs import PairColumns
from seqloom.data.pairs.prepare import prepare_pairs
from seqloom.data.vocabulary import EOS, UNK
from seqloom.errors import DataError

from ...toys import write_toy


def write(path, *pairs):
    path.write_text("".join(f"{s}\t{t}\n" for s, t in pairs), encoding="utf-8")
    return str(path)


@pytest.fixture
def data(tmp_path):
    """Sixty pairs to reverse."""
    return write_toy(tmp_path / "toy.tsv")


@pytest.fixture
def valid(tmp_path):
    return write(tmp_path / "valid.tsv", ("ab", "A B"))


def test_report_of_a_plain_file(data):
    prepared = prepare_pairs(str(data), None, TransduceDataConfig(valid_fraction=0.1))
    sources = len({line.split("\t")[0] for line in data.read_text().splitlines()})
    assert prepared.report[:1] == (f"{data}: 60 pairs of {sources} sources",)
    count = len(prepared.valid)
    assert count == round(0.1 * sources)
    assert re.fullmatch(
        rf"validation: \d+ pairs of {count} sources, cut from {data} by a hash of the source",
        prepared.report[1],
    )
    num = len(prepared.train)
    assert prepared.report[2:] == (
        f"source: read as characters (0 of {num} texts contain a space); vocabulary of 12",
        "target: read as symbols (8 different space-separated symbols); vocabulary of 12",
    )
    read = {
        prepared.source.decode(prepared.train.collate(np.array([i])).source[0].tolist())
        for i in range(num)
    }
    assert read.isdisjoint(example.source for example in prepared.valid)


def test_levels_can_be_set(data):
    prepared = prepare_pairs(str(data), None, TransduceDataConfig(target_level="characters"))
    assert "target: read as characters (as set); vocabulary of 13" in prepared.report[3]


def test_a_validation_of_unknown_symbols_is_refused(data):
    """Whole words as symbols: each is in one pair."""
    with pytest.raises(DataError) as caught:
        prepare_pairs(str(data), None, TransduceDataConfig(source_level="symbols"))
    said = str(caught.value)
    assert re.match(
        r"train: (\d+) of \1 source symbols of the validation data are in no train", said
    )
    assert said.endswith(
        "Nothing could be validated. Give data of the same kind, or set data.source_level to "
        "characters or subwords."
    )


def test_lemma_and_tags(tmp_path):
    """Columns that are asked for; a lemma that comes once is read letter by letter."""
    lines = [(f"{a}{b}{c}", "N;PL", f"{a}{b}{c}s") for a in "abc" for b in "def" for c in "ghi"]
    train = str(tmp_path / "t.tsv")
    (tmp_path / "t.tsv").write_text("".join("\t".join(line) + "\n" for line in lines))
    with pytest.raises(
        DataError, match=r"3 columns \(adg, N;PL, adgs\), of which source and target"
    ):
        prepare_pairs(given(train).read_as("table"), None, TransduceDataConfig())
    told = prepare_pairs(train, None, TransduceDataConfig())
    assert told.columns == PairColumns("auto", "lemma", "form", split="auto", features="features")
    assert told.source.features == ("N", "PL")
    config = TransduceDataConfig(source_column="1,2", target_column="3")
    prepared = prepare_pairs(train, None, config)
    assert prepared.columns == PairColumns("auto", "1,2", "3", split="auto")
    assert prepared.source.level == "characters"
    assert prepared.valid[0].source.endswith(" N;PL")


def test_all_references_are_trained_and_validated_on(tmp_path):
    train = write(tmp_path / "t.tsv", ("ab", "A B"), ("ab", "B"), ("ba", "A A"), ("ab", "B"))
    valid = write(tmp_path / "v.tsv", ("bb", "A B"), ("aa", "B"), ("bb", "A"))
    prepared = prepare_pairs(train, valid, TransduceDataConfig())
    assert prepared.report[:2] == (
        f"{train}: 4 pairs of 2 sources",
        f"{valid}: 3 pairs of 2 sources, for validation",
    )
    found = [prepared.train.collate(np.array([i])).target[0].tolist() for i in range(4)]
    assert [prepared.target.decode(t) for t in found] == ["A B", "B", "A A", "B"]
    assert all(t[-1] == EOS for t in found)
    assert [(e.source, e.targets) for e in prepared.valid] == [
        ("bb", ("A B", "A")),
        ("aa", ("B",)),
    ]


def test_long_pairs_are_left_out_and_counted(tmp_path, valid):
    train = write(
        tmp_path / "t.tsv", ("a" * 10_000, "A B"), ("ab", "A B A"), ("abcd", "A"), ("a", "A " * 9)
    )
    prepared = prepare_pairs(
        train, valid, TransduceDataConfig(max_symbols=4, target_level="symbols")
    )
    assert len(prepared.train) == 2
    assert "left out: 2 pairs that are empty or longer than data.max_symbols = 4" in prepared.report
    assert prepared.length_ratio == 1.5  # 3 for 2, of those kept


def test_long_validation_sources_are_left_out_and_counted(tmp_path):
    train = write(tmp_path / "t.tsv", ("ab", "A B"))
    valid = write(tmp_path / "v.tsv", ("ab", "A B"), ("abab", "A B"), ("a" * 99, "A"))
    prepared = prepare_pairs(train, valid, TransduceDataConfig(max_symbols=3))
    assert [e.source for e in prepared.valid] == ["ab"]
    assert "left out: 2 validation sources, empty or too long" in prepared.report


def test_nothing_left(tmp_path, valid):
    train = write(tmp_path / "t.tsv", ("abab", "A B"), ("abc", "A B"))
    with pytest.raises(DataError) as caught:
        prepare_pairs(train, valid, TransduceDataConfig(max_symbols=2))
    assert str(caught.value) == (
        f"train: `{train}` has no pair of at most 2 symbols. Raise "
        "data.max_symbols, or set data.source_level or data.target_level to symbols or subwords."
    )
    train = write(tmp_path / "t.tsv", ("ab", "A B"), ("ba", "A B"))
    valid = write(tmp_path / "long.tsv", ("abc", "A"))
    with pytest.raises(DataError) as caught:
        prepare_pairs(train, valid, TransduceDataConfig(max_symbols=2))
    assert str(caught.value) == (
        f"train: `{valid}` has no validation source of at most 2 symbols. Raise data.max_symbols."
    )


def test_symbols_never_seen_are_named(tmp_path):
    train = write(tmp_path / "t.tsv", ("ab", "A B"), ("ba", "B A"))
    valid = write(tmp_path / "v.tsv", ("axyb", "A Z"), ("yaba", "A B"))
    prepared = prepare_pairs(train, valid, TransduceDataConfig())
    assert prepared.report[-2:] == (
        "unknown: 3 of 8 source symbols of the validation data were never seen in training and are "
        "read as unknown: x y",
        "unknown: 1 of 4 target symbols of the validation data were never seen in training and are "
        "read as unknown: Z",
    )
    assert prepared.source.encode("axb")[1] == UNK


def test_rare_symbols_can_be_left_out(tmp_path, valid):
    train = write(tmp_path / "t.tsv", ("ab", "A B"), ("abz", "A B"))
    prepared = prepare_pairs(train, valid, TransduceDataConfig(min_count=2))
    assert "z" not in prepared.source.symbols
    assert prepared.train.collate(np.array([1])).source[0, 2] == UNK


def test_fingerprint_is_of_the_pairs_and_of_nothing_else(tmp_path):
    pairs = [("ab", "A B"), ("ba", "B A"), ("aa", "A A")]

    def mark(*pairs, valid=None):
        return prepare_pairs(
            write(tmp_path / "t.tsv", *pairs), valid, TransduceDataConfig()
        ).fingerprint

    whole = mark(*pairs)
    (tmp_path / "t.tsv").write_text("\ufeffab\tA B\r\n\nba \tB A\naa\tA A")
    assert prepare_pairs(str(tmp_path / "t.tsv"), None, TransduceDataConfig()).fingerprint == whole
    assert mark(*reversed(pairs)) != whole
    assert mark(*pairs[:2], ("aa", "A B")) != whole
    other = write(tmp_path / "v.tsv", *pairs[:1])
    assert mark(*pairs[1:], valid=other) != mark(*pairs, valid=other)


def test_same_data_same_split_whatever_the_seed(tmp_path):
    one = prepare_pairs(str(write_toy(tmp_path / "a.tsv")), None, TransduceDataConfig())
    two = prepare_pairs(str(write_toy(tmp_path / "b.tsv")), None, TransduceDataConfig())
    assert one.valid == two.valid
