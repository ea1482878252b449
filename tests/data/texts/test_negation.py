"""The negation probe: twins share their words, labels follow from signs, parts share nothing."""

import re
from collections import Counter

import numpy as np
import pytest

from seqloom.data.texts.labelled import TextColumns, read_labelled
from seqloom.data.texts.negation import (
    ARTICLE,
    HEADER,
    WORDS,
    make_negation,
    negation_twins,
    plain_negations,
    probe_distances,
    training_distances,
)
from seqloom.errors import ConfigError, RunError

DISTANCES = [0, 3, 17, 40]
NEGATIVE = {
    *("unlikely", "improbable", "implausible", "doubtful", "deny", "dispute", "doubt"),
    *("not", "never", "avoid", "regret", "criticise"),
}
# the clause about this movie, read anew: nothing of the generator is used
CLAUSE = re.compile(
    r"it is \w+ (?P<outer>\w+) (?P<filler>.*?)that (anyone would (?P<middle>\w+) that )?"
    r"i would (?P<inner>\w+) (?P<verb>\w+) this (movie|film)"
)


def parse(text):
    return CLAUSE.search(text.lower())


@pytest.fixture(scope="module")
def twins():
    return negation_twins(150, DISTANCES, seed=5)


def test_twins_have_the_same_words_and_opposite_labels(twins):
    for one, other in zip(twins[::2], twins[1::2], strict=True):
        assert Counter(one.text.lower().split()) == Counter(other.text.lower().split())
        assert {one.label, other.label} == {"positive", "negative"}
        assert one.distance == other.distance


def test_every_count_of_every_word_is_as_frequent_in_both_classes(twins):
    """Whatever a bag of words counts, alone or together, is distributed alike."""
    bags = {"positive": Counter(), "negative": Counter()}
    for sentence in twins:
        bags[sentence.label][frozenset(Counter(sentence.text.lower().split()).items())] += 1
    assert bags["positive"] == bags["negative"]


@pytest.mark.parametrize("make", [negation_twins, plain_negations])
def test_label_distance_and_negations_are_those_of_the_clause(make):
    for sentence in make(150, DISTANCES, seed=2):
        found = parse(sentence.text)
        assert found is not None, sentence.text
        words = [found[name] for name in ("outer", "middle", "inner", "verb") if found[name]]
        negations = sum(word in NEGATIVE for word in words)
        assert sentence.negations == negations
        assert sentence.label == ("negative" if negations % 2 else "positive")
        assert sentence.distance == len(found["filler"].split())


def test_all_depths_and_both_orders_occur(twins):
    assert {sentence.negations for sentence in twins} == {0, 1, 2, 3, 4}
    starts = Counter(sentence.text.split()[0] for sentence in twins)
    assert min(starts["It"], starts["My"]) > 90


def test_the_article_s_sentence_is_in_the_language_but_never_made():
    found = parse(ARTICLE)
    assert (found["outer"], found["inner"], found["verb"]) == ("unlikely", "not", "recommend")
    made = {sentence.text for sentence in plain_negations(2500, [0], seed=1)}
    assert ARTICLE not in made
    assert ARTICLE.replace("highly", "rather") in made


def test_seed_decides(twins):
    assert negation_twins(150, DISTANCES, seed=5) == twins
    assert negation_twins(150, DISTANCES, seed=6) != twins


def test_files(tmp_path):
    counts = make_negation(tmp_path / "new" / "folder", distance=16, sentences=400, seed=1)
    columns = TextColumns(group="distance")
    parts = {
        name: read_labelled(tmp_path / "new" / "folder" / f"{name}.tsv", columns) for name in counts
    }
    assert counts == {name: len(rows) for name, rows in parts.items()}
    assert counts["train"] == 400
    assert {row.group for row in parts["test"]} == {str(d) for d in range(0, 17, 2)}
    assert {row.group for row in parts["train"]} == {str(d) for d in range(17)}
    texts = [{row.text for row in rows} for rows in parts.values()]
    assert not texts[0] & texts[1]
    assert not texts[0] & texts[2]
    labels = np.array([row.label == "positive" for row in parts["test"]])
    assert labels.mean() == 0.5
    assert HEADER.split("\t") == ["text", "label", "distance", "negations"]


def test_a_sentence_of_training_is_in_no_other_part(tmp_path, monkeypatch):
    same = negation_twins(60, [0, 1], seed=1)
    monkeypatch.setattr("seqloom.data.texts.negation.negation_twins", lambda pairs, *a, **k: same)
    counts = make_negation(tmp_path, distance=1, sentences=120, seed=1)
    assert (counts["valid"], counts["test"]) == (0, 0)


def test_which_distances():
    assert probe_distances(40) == [0, 5, 10, 15, 20, 25, 30, 35, 40]
    assert probe_distances(3) == [0, 1, 2, 3]
    assert probe_distances(0) == [0]
    assert set(training_distances(40)) == set(range(41))
    assert training_distances(40).count(0) == 20


def test_words_are_all_that_sentences_hold():
    sentences = negation_twins(300, [0, 30, 90], seed=3) + plain_negations(50, [9], seed=3)
    used = {word for sentence in sentences for word in sentence.text.split()}
    assert used == set(WORDS)


def test_messages(tmp_path):
    with pytest.raises(ConfigError, match=r"^make: `--distance` must be from 0 to 400 words, got "):
        negation_twins(1, [401], seed=1)
    with pytest.raises(ConfigError, match=r"^make: `--sentences` must be at least 40, got 39\.$"):
        make_negation(tmp_path, distance=3, sentences=39, seed=1)


def test_files_that_are_there_are_left_alone(tmp_path):
    (tmp_path / "train.tsv").write_text("mine")
    with pytest.raises(RunError) as caught:
        make_negation(tmp_path, distance=3, sentences=40, seed=1)
    assert str(caught.value) == (f"make: `{tmp_path}` already contains files. Name another folder.")
    assert (tmp_path / "train.tsv").read_text() == "mine"
