"""The report of a classifier, line by line, on a console that is no terminal."""

import io

import numpy as np
import pytest
from rich.console import Console

from seqloom.evaluation.class_report import print_baselines, print_classes
from seqloom.evaluation.classes import compare, evaluate_classes, share

LABELS = np.array([0, 0, 0, 1, 1])
PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.9], [0.6, 0.4]])


def printed(show, *args, **options):
    stream = io.StringIO()
    show(*args, Console(file=stream, width=80), **options)
    return stream.getvalue()


@pytest.fixture
def found():
    return evaluate_classes(LABELS, PROBABILITIES, ("[b]bad", "good"), lengths=np.arange(1, 6))


def test_every_table_is_there_and_fits(found):
    text = printed(print_classes, found, groups={"0": share(np.array([1, 0]))})
    lines = [line.split() for line in text.splitlines()]
    assert ["accuracy", "60.00", "%", "20.00", "to", "100.00"] in lines
    assert ["[b]bad", "3", "66.67", "%", "66.67", "%", "66.67", "%"] in lines
    assert ["good", "[b]bad", "1"] in lines
    assert ["0", "50.00", "%", "0.00", "to", "100.00"] in lines
    assert "Accuracy by length" in text
    assert max(map(len, text.splitlines())) <= 80


def test_no_confusions_no_table():
    right = evaluate_classes(np.array([0, 1]), np.eye(2), ("a", "b"))
    text = printed(print_classes, right)
    assert "confusions" not in text
    assert "length" not in text


def test_who_wins_is_said(found):
    good, bad = np.ones(50, np.int64), np.zeros(50, np.int64)
    text = printed(
        print_baselines,
        {"this model": ("", found), "naive Bayes": ("alpha 1", found)},
        [compare("this model", bad, "naive Bayes", good)],
    )
    assert "naive Bayes wins: this model - naive Bayes = -100.00 points" in text
    assert "alpha 1" in text
