"""`--exceptions`: what the finished model gets wrong, all of it and no more, is looked up."""

import os
import signal

import pytest

import seqloom
from seqloom.data.pairs.batches import PairSet
from seqloom.data.pairs.load import load_pairs
from seqloom.data.pairs.pairs import group_by_source
from seqloom.data.pairs.split import split_by_source
from seqloom.runtime import Transducer
from seqloom.training import resume, train
from seqloom.training.exceptions import find_exceptions

from ..export.models import random_model, recurrent
from ..toys import tiny, write_toy
from .runs import Listening, assert_equal_runs

SETTINGS = tiny(training={"steps": 250, "learning_rate": 0.02, "exceptions": True})
WORDS = [("ab", "A B"), ("ab", "B A"), ("cab", "A"), ("fed", "E"), ("ggg", "C C"), ("a", "A")]


def examples_of(pairs):
    """Training examples by source, as text."""
    return {example.source: example.targets for example in group_by_source(pairs)}


def test_a_trained_model_knows_all_of_its_training_data(tmp_path):
    data = write_toy(tmp_path / "toy.tsv", "copy", num_pairs=120)
    with open(data, "a") as file:
        file.write("abc\tA B C\n")  # a second reference, behind the others
    heard = Listening()
    assert train(data, tmp_path / "run", config=SETTINGS, callbacks=[heard]).finished
    model = seqloom.load(tmp_path / "run")
    trained_on, _ = split_by_source(load_pairs(str(data), "train"), 0.05)
    examples = examples_of(trained_on)
    alone = model.predict(list(examples), exceptions=False)
    wrong = {s for (s, right), out in zip(examples.items(), alone, strict=True) if out not in right}
    assert 0 < len(wrong) < len(examples)
    assert model.parts.exceptions.targets == {source: examples[source] for source in wrong}
    outputs = model.predict(list(examples))
    assert all(out in examples[source] for source, out in zip(examples, outputs, strict=True))
    size = len(model.parts.exceptions.to_bytes())
    assert heard.messages[-1] == (
        f"exceptions: {len(wrong)} of {len(examples)} training sources, which the model gets "
        f"wrong, are in the model file ({size / 1000:,.0f} kB)"
    )


def test_without_the_setting_there_are_none(tmp_path):
    data = write_toy(tmp_path / "toy.tsv")
    train(data, tmp_path / "run", config=tiny())
    assert seqloom.load(tmp_path / "run").parts.exceptions is None


@pytest.fixture
def random():
    return Transducer(random_model(recurrent(hidden_size=4))[0])


def pairs_of(model, words):
    """The words as the model's training pairs."""
    source, target = model.parts.source, model.parts.target
    return PairSet([source.encode(s) for s, _ in words], [target.encode(t) for _, t in words])


def test_every_reference_is_kept_and_any_of_them_is_right(random):
    own = random.predict([source for source, _ in WORDS])
    found, asked = find_exceptions(random, pairs_of(random, WORDS))
    assert asked == 5
    assert found is not None
    right = {s for (s, t), out in zip(WORDS, own, strict=True) if out == t}
    assert set(found.targets) == {source for source, _ in WORDS} - right
    assert found.get("ab") == (("A B", "B A") if "ab" not in right else ())
    second = [("ab", "A"), ("ab", own[0]), *WORDS[2:]]
    assert "ab" not in find_exceptions(random, pairs_of(random, second))[0].targets


def test_nothing_wrong_is_no_dictionary(random):
    words = [(s, random.predict([s])[0]) for s in ("a", "bc", "fed")]
    assert find_exceptions(random, pairs_of(random, words)) == (None, 3)


def test_what_rounding_decides_counts_as_wrong(random, monkeypatch):
    words = [("bc", random.predict(["bc"])[0])]
    monkeypatch.setattr("seqloom.training.exceptions.TIE", 100.0)
    assert find_exceptions(random, pairs_of(random, words))[0].get("bc") == (words[0][1],)


def test_sources_with_unknown_symbols_are_left_out(random):
    assert find_exceptions(random, pairs_of(random, [("aéb", "A"), ("a\u00fcb", "B")])) == (None, 0)


def test_a_search_that_is_interrupted_is_made_up_for(tmp_path, monkeypatch):
    out, settings = tmp_path / "run", tiny(training={"exceptions": True})

    def interrupted(model, pairs):
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("the signal comes first")

    with monkeypatch.context() as patch:
        patch.setattr("seqloom.training.tasks.transduce.find_exceptions", interrupted)
        result = train(write_toy(tmp_path / "toy.tsv"), out, config=settings)
    assert (result.finished, result.step) == (False, 20)
    assert seqloom.load(out).parts.exceptions is None
    assert resume(out).finished
    train(tmp_path / "toy.tsv", tmp_path / "whole", config=settings)
    assert seqloom.load(out).parts.exceptions is not None
    assert_equal_runs(out, tmp_path / "whole")
