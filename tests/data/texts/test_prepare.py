"""From files to encoded texts: what the report says, word for word; labels that are none."""

import re

import numpy as np
import pytest

from seqloom.config.classify import ClassifyDataConfig
from seqloom.data.texts.batches import TextSet
from seqloom.data.texts.prepare import class_weights, label_ratios, prepare_texts
from seqloom.data.vocabulary import UNK
from seqloom.errors import DataError

from ...reviews import write_reviews


def write(path, *rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def reviews(tmp_path):
    return str(write_reviews(tmp_path / "reviews.tsv"))


def test_report_of_a_plain_file(reviews):
    found = prepare_texts(reviews, None, ClassifyDataConfig(valid_fraction=0.2))
    counts = r"\(\w+ \d+, \w+ \d+, \w+ \d+\)"
    patterns = [
        rf"{re.escape(reviews)}: 60 texts of 3 labels {counts}",
        rf"validation: \d+ texts of 3 labels {counts}, cut from .* by a hash of the text",
        r"text: read as words, lower case \(\d+ of \d+ texts contain a space\); vocabulary of \d+",
    ]
    patterns.append(
        r"unknown: \d+\.\d % of the validation texts' symbols were not seen in training"
    )
    for line, pattern in zip(found.report, patterns, strict=True):
        assert re.fullmatch(pattern, line), line
    assert found.labels == ("negative", "neutral", "positive")
    assert len(found.train) + len(found.valid) == 60


def test_cut_unknown_and_rare_are_said(tmp_path):
    rows = [(f"good film number {i}", "pos") for i in range(40)]
    rows += [("a b c d e f g h", "neg"), ("bad", "neg"), ("bad too", "neg")]
    train = write(tmp_path / "t.tsv", *rows)
    valid = write(tmp_path / "v.tsv", ("good ugly", "neg"), ("good", "pos"))
    found = prepare_texts(train, valid, ClassifyDataConfig(max_symbols=6))
    assert found.report[1] == f"{valid}: 2 texts of 2 labels (neg 1, pos 1), for validation"
    assert found.report[3:] == (
        "cut: 1 texts are longer than data.max_symbols = 6; their first and last halves of that "
        "are read",
        "unknown: 33.3 % of the validation texts' symbols were not seen in training",
        "note: label neg has 3 of 43 texts; training.class_weights=balanced makes rare labels "
        "weigh more",
    )
    symbols = found.valid.collate(np.array([0])).symbols[0]
    assert symbols[1] == UNK
    np.testing.assert_array_equal(found.valid.labels, [0, 1])


def test_level_case_and_columns_can_be_set(tmp_path):
    path = write(tmp_path / "t.tsv", *[(f"{i}", "x" if i % 2 else "y", "Ab") for i in range(20)])
    config = ClassifyDataConfig(
        level="characters", lowercase=False, text_column="3", label_column="2", valid_fraction=0.5
    )
    with pytest.raises(DataError, match=r"^split_by_class: .* at least 2 different texts"):
        prepare_texts(path, None, config)
    found = prepare_texts(path, path, config)
    assert "text: read as characters (as set); vocabulary of 6" in found.report


def test_the_fingerprint_is_that_of_texts_labels_and_sides(tmp_path, reviews):
    config = ClassifyDataConfig()
    first = prepare_texts(reviews, None, config).fingerprint
    assert prepare_texts(reviews, None, config).fingerprint == first
    assert prepare_texts(reviews, reviews, config).fingerprint != first
    other = write_reviews(tmp_path / "other.tsv", seed=1)
    assert prepare_texts(str(other), None, config).fingerprint != first


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [("a", "x"), ("b", "x")],
            "labels must be at least 2 different ones, got 1: 'x'. Give texts of another class",
        ),
        (
            [("remember", "a"), ("attention", "b"), ("state", "c")],
            "a label must be on 2 lines or more on average, got 3 different ones on 3 lines, e.g. "
            "'a'. Name the labels' column with data.label_column; for pairs of texts use --task",
        ),
    ],
)
def test_labels_that_are_none(tmp_path, rows, message):
    path = write(tmp_path / "t.tsv", *rows)
    with pytest.raises(DataError, match="^" + re.escape(f"{path}: {message}")):
        prepare_texts(path, None, ClassifyDataConfig())


def test_a_validation_label_that_was_not_trained_is_refused(tmp_path, reviews):
    valid = write(tmp_path / "v.tsv", ("good", "positive"), ("so", "meh"))
    with pytest.raises(DataError, match=r"v\.tsv, line 2: the label must be one of negative, neu"):
        prepare_texts(reviews, valid, ClassifyDataConfig())


def test_class_weights_make_classes_equal_and_a_text_1_on_average():
    labels = np.array([0] * 6 + [1] * 3 + [2])
    weights = class_weights(labels, 3)
    np.testing.assert_allclose(weights[labels].mean(), 1, rtol=1e-6)
    sums = [weights[c] * (labels == c).sum() for c in range(3)]
    np.testing.assert_allclose(sums, sums[0], rtol=1e-6)


def test_label_ratios_are_those_of_counts_by_hand():
    """Symbol 4 is in both texts of label 0, 5 in one of each, 6 twice in the one of label 1."""
    texts = TextSet([[4, 5, 4], [4, UNK], [5, 6, 6]], [0, 0, 1])
    found = label_ratios(texts, 7, 2)
    counts = np.array([[0, 0, 0, 0, 2, 1, 0], [0, 0, 0, 0, 0, 1, 1]]) + 1.0
    want = np.log(counts[0] / counts[0].sum()) - np.log(counts[1] / counts[1].sum())
    want[:4] = 0
    np.testing.assert_allclose(found[:, 0], want, rtol=1e-6)
    np.testing.assert_allclose(found[:, 1], -want, rtol=1e-6)
    assert found[4, 0] > 0 > found[6, 0]
