"""What is held out is held out, scores are right, baselines say what they are said to say."""

import gzip
import importlib
import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.comparison.architectures import architectures_of
from seqloom.comparison.tasks import held_out_class, held_out_test
from seqloom.comparison.tasks.overlap import find_overlap
from seqloom.config import config_from, merge
from seqloom.data.pairs.pairs import Pair, group_by_source, read_pairs
from seqloom.data.series.read import read_series
from seqloom.data.speech.manifest import read_manifest
from seqloom.data.text.text import read_text
from seqloom.data.texts.labelled import TextColumns, read_labelled
from seqloom.decoding.perplexity import score_text
from seqloom.errors import ConfigError, DataError
from seqloom.evaluation import distance, error_counts
from seqloom.evaluation.forecast_baselines import baseline
from seqloom.evaluation.ngram import NGram
from seqloom.export.model_file import read_model, write_model
from seqloom.runtime import load
from seqloom.training.tasks import open_work

from ..toys import write_toy
from .toys import SMALL, TASKS, write_data


class Sitting:
    """A task's test with the work that trains for it, and a model that was not trained."""

    def __init__(self, task, folder, *, test=None):
        self.data, self.folder = write_data(task, folder), folder / "data"
        self.folder.mkdir()
        settings = SMALL[task]
        found = held_out_class(task).hold_out(str(self.data), test, settings, self.folder)
        self.spec, self.lines = found
        architecture = architectures_of(task)[-1]
        own = config_from({"task": task, "model": dict(architecture.model)}).model
        sizes = {k: v for k, v in settings["model"].items() if hasattr(own, k)}
        others = {k: v for k, v in settings.items() if k != "model"}
        tree = merge({"task": task, "training": {"steps": 1}}, others, self.spec["settings"])
        self.config = config_from(merge(tree, {"model": {**architecture.model, **sizes}}))
        self.work = open_work(self.spec["train"], self.spec["valid"], self.config)
        self.spec = json.loads(json.dumps(held_out_class(task).complete(self.spec, self.work)))
        self.test = held_out_test(task, self.spec)

    def model(self):
        path = self.folder / "model.safetensors"
        write_model(path, self.work.model_file(self.work.build().eval(), {}))
        assert read_model(path).task == self.config.task
        return load(path)

    def baseline(self, name):
        chosen = next(b for b in self.test.baselines() if b.name == name)
        return chosen.fit()(self.test.rows)


@pytest.fixture(scope="module")
def sit(tmp_path_factory):
    made = {}

    def of(task):
        if task not in made:
            made[task] = Sitting(task, tmp_path_factory.mktemp(task))
        return made[task]

    return of


@pytest.mark.parametrize("task", TASKS)
def test_every_baseline_and_model_has_a_mark_for_every_example(task, sit):
    sitting = sit(task)
    test, model = sitting.test, sitting.model()
    assert len(test.lengths) > 2
    whole = test.score(test.rows, test.answers(model, test.rows))
    for scores in [whole, *(test.score(test.rows, b.fit()(test.rows)) for b in test.baselines())]:
        assert len(scores.numerators) == len(scores.denominators) == len(test.lengths)
        assert all(d > 0 for d in scores.denominators)
        assert np.isfinite(scores.numerators).all()
    some = [2, 0]
    part = test.score(some, test.answers(model, some))
    assert part.numerators == pytest.approx([whole.numerators[i] for i in some], abs=1e-5)
    test.predict_one(model, 1)


@pytest.mark.parametrize("task", TASKS)
def test_the_exam_is_the_same_whenever_it_is_made(task, sit, tmp_path):
    first, again = sit(task), Sitting(task, tmp_path)
    assert again.test.lengths == first.test.lengths
    assert again.work.fingerprint == first.work.fingerprint or task == "transcribe"  # whole paths


@pytest.mark.parametrize(
    ("task", "package", "kept"),
    [
        ("classify", "sklearn", ["majority"]),
        ("forecast", "statsforecast", ["naive", "seasonal-naive", "naive2"]),
    ],
)
def test_baselines_that_are_not_installed_are_said(task, package, kept, sit, monkeypatch):
    spec = sit(task).spec
    module = importlib.import_module(f"seqloom.comparison.tasks.{task}")
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == package else name)
    test = held_out_test(task, spec)
    assert [baseline.name for baseline in test.baselines()] == kept
    assert len(test.skipped) == 1
    assert test.skipped[0].endswith("pip install 'seqloom[baselines]'")


# -- transduce -----------------------------------------------------------------------------------


def test_pairs_keep_their_features(tmp_path):
    """In the files that are written, in the network's vocabulary and in the baseline."""
    lines = [f"{s}{t}\t{tag}\t{s}{tag}" for s in "abcdef" for t in "ghij" for tag in ("V", "N")]
    (tmp_path / "t.tsv").write_text("\n".join(lines) + "\n")
    columns = {"source_column": "1", "features_column": "2", "target_column": "3"}
    kind = held_out_class("transduce")
    (tmp_path / "out").mkdir()
    spec, _ = kind.hold_out(str(tmp_path / "t.tsv"), None, {"data": columns}, tmp_path / "out")
    config = config_from(merge({"task": "transduce"}, spec["settings"]))
    work = open_work(spec["train"], spec["valid"], config)
    assert set(work.data.source.features) == {"V", "N"}
    test = held_out_test("transduce", kind.complete(spec, work))
    assert {e.source.split("\t")[1] for e in test.examples} == {"V", "N"}
    (nearest,) = test.baselines()
    answers = nearest.fit()(test.rows)
    tags = [example.source[-1] for example in test.examples]
    assert [answer[-1] for answer in answers] == tags


def test_pairs_no_source_of_the_test_is_trained_or_validated_on(sit):
    sitting = sit("transduce")
    tested = {e.source for e in sitting.test.examples}
    trained = {p.source for p in read_pairs(sitting.spec["train"])}
    assert tested.isdisjoint(trained)
    assert tested.isdisjoint(e.source for e in sitting.work.data.valid)
    everything = {p.source for p in read_pairs(sitting.data)}
    assert tested | trained == everything
    assert len(tested) == round(0.1 * len(everything))


def test_pairs_marks_are_edits_and_symbols(sit):
    test = sit("transduce").test
    outputs = [" ".join([*e.targets[0].split()[1:], "X"]) for e in test.examples]
    scores = test.score(test.rows, outputs)
    wanted = error_counts(
        [o.split() for o in outputs], [[t.split() for t in e.targets] for e in test.examples]
    )
    assert sum(scores.numerators) == wanted.edits
    assert sum(scores.denominators) == wanted.reference_symbols
    assert test.lengths == [len(e.source) for e in test.examples]


def test_pairs_nearest_source_by_brute_force(sit):
    sitting = sit("transduce")
    known = group_by_source(read_pairs(sitting.spec["train"]))
    wanted = []
    for example in sitting.test.examples:
        edits = [distance(example.source, other.source) for other in known]
        wanted.append(known[edits.index(min(edits))].targets[0])
    assert sitting.baseline("nearest") == wanted


def test_pairs_of_a_test_file_are_taken_out_of_the_training_data(tmp_path):
    data = write_toy(tmp_path / "words.tsv", num_pairs=60)
    lines = data.read_text().splitlines()
    (tmp_path / "test.tsv").write_text("\n".join([*lines[:7], "zz\tZ Z"]) + "\n")
    (tmp_path / "data").mkdir()
    args = (str(data), str(tmp_path / "test.tsv"), {}, tmp_path / "data")
    spec, said = held_out_class("transduce").hold_out(*args)
    tested = {p.source for p in read_pairs(spec["test"])}
    trained = [p.source for p in read_pairs(spec["train"])]
    assert tested == {"zz", *(line.split("\t")[0] for line in lines[:7])}
    assert tested.isdisjoint(trained)
    assert len(trained) == sum(line.split("\t")[0] not in tested for line in lines)
    assert said[-1] == f"left out of training: {60 - len(trained)} pairs of test sources"
    with pytest.raises(DataError, match=r"every source of `.*` is in `.*words\.tsv` too"):
        held_out_class("transduce").hold_out(str(data), str(data), {}, tmp_path / "data")


def test_pairs_of_a_test_file_are_taken_out_of_a_data_sets_validation(tmp_path, monkeypatch):
    module = importlib.import_module("seqloom.comparison.tasks.transduce")
    parts = {"train": "abcd", "valid": "efcg", "t.tsv": "afx"}
    monkeypatch.setattr(module, "is_data_set", lambda data: True)
    monkeypatch.setattr(
        module,
        "load_pairs",
        lambda data, part, **_: [Pair(s, "X", 1) for s in parts[part if part in parts else data]],
    )
    spec, _ = held_out_class("transduce").hold_out("cmudict", "t.tsv", {}, tmp_path)
    sides = {part: [p.source for p in read_pairs(spec[part])] for part in ("train", "valid")}
    assert sides == {"train": ["b", "c", "d"], "valid": ["e", "c", "g"]}


# -- classify ------------------------------------------------------------------------------------


def test_texts_are_on_one_side(sit):
    sitting = sit("classify")
    tested, trained = set(sitting.test.texts), read_labelled(sitting.spec["train"])
    assert tested.isdisjoint(row.text for row in trained)
    assert tested | {row.text for row in trained} == {r.text for r in read_labelled(sitting.data)}


def test_texts_marks_and_the_most_frequent_class(sit):
    sitting = sit("classify")
    test = sitting.test
    labels = Counter(row.label for row in read_labelled(sitting.spec["train"], TextColumns("no")))
    best = max(labels, key=lambda label: labels[label])
    assert sitting.baseline("majority") == [best] * len(test.labels)
    scores = test.score(test.rows, sitting.baseline("majority"))
    assert sum(scores.numerators) == test.labels.count(best)
    assert test.score([1, 0], [test.labels[1], "?"]).numerators == [1.0, 0.0]


def test_texts_columns_and_header_are_the_users(tmp_path):
    rows = [f"{i}\t{'good' if i % 2 else 'bad'}\ta text {i}" for i in range(40)]
    (tmp_path / "t.tsv").write_text("\n".join(["n\tlabel\ttext", *rows]) + "\n")
    settings = {"data": {"text_column": "text", "label_column": 2}}
    args = (str(tmp_path / "t.tsv"), None, settings, tmp_path)
    spec, _ = held_out_class("classify").hold_out(*args)
    both = [read_labelled(spec[side], TextColumns("no")) for side in ("train", "test")]
    assert sorted(r.text for part in both for r in part) == sorted(f"a text {i}" for i in range(40))
    assert spec["settings"] == {"data": {"header": "no", "text_column": "1", "label_column": "2"}}


# -- generate ------------------------------------------------------------------------------------


def test_text_the_end_is_held_out_and_pieces_add_up_to_its_score(sit):
    sitting = sit("generate")
    test, model = sitting.test, sitting.model()
    whole = read_text(sitting.data)
    assert read_text(sitting.spec["train"]) + test.text == whole
    scores = test.score(test.rows, test.answers(model, test.rows))
    wanted = score_text(model.network, model.parts.vocabulary, test.text)
    assert sum(scores.numerators) / sum(scores.denominators) == pytest.approx(
        wanted.bits_per_character, rel=1e-5
    )
    assert sum(scores.denominators) == len(test.text)


def test_text_the_ngram_is_counted_on_the_training_text_alone(sit):
    sitting = sit("generate")
    test = sitting.test
    costs = NGram(read_text(sitting.spec["train"])).costs(test.text)
    found = sitting.baseline("n-gram")
    assert found.sum() == pytest.approx(costs.sum() / math.log(2))
    first, last = test.edges[3], test.edges[4]
    assert found[3] == pytest.approx(costs[first:last].sum() / math.log(2))


def numbered(first, count):
    """ComparisonLines that are found nowhere else."""
    return "".join(f"line {n} is {n * n}\n" for n in range(first, first + count))


LEAKS = {
    "all but the last character": (numbered(0, 40), numbered(0, 40)[:-1]),
    "the test in the data": (numbered(0, 90), numbered(30, 20)),
    "the data in the test": (numbered(30, 20), numbered(0, 90)),
    "a middle": (numbered(0, 60), numbered(900, 33) + numbered(20, 16) + numbered(800, 7)),
    "short texts": ("once upon a time there was a text", "there was!"),
}


@pytest.mark.parametrize("how", LEAKS)
def test_text_that_shares_a_stretch_with_the_test_is_refused(how, tmp_path):
    text, test = LEAKS[how]
    (tmp_path / "a.txt").write_text(text)
    (tmp_path / "b.txt").write_text(test)
    args = (str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), {}, tmp_path)
    with pytest.raises(DataError, match="must not be in the text to train on, got") as error:
        held_out_class("generate").hold_out(*args)
    if how == "a middle":
        assert str(error.value).endswith(
            f"got 200 characters from line 34 on that `{tmp_path / 'a.txt'}` has from line 21 on. "
            "Leave out --test, and the end of the data is held out."
        )


def test_text_a_quotation_of_less_is_none(tmp_path):
    quoted = numbered(50, 30)[:199]
    (tmp_path / "a.txt").write_text(numbered(100, 40) + quoted + numbered(200, 40))
    (tmp_path / "b.txt").write_text(numbered(300, 40) + "x" + quoted + "x" + numbered(400, 40))
    args = (str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), {}, tmp_path)
    spec, _ = held_out_class("generate").hold_out(*args)
    assert read_text(spec["test"]) == (tmp_path / "b.txt").read_text()


@given(st.text("ab", min_size=1, max_size=14), st.text("ab", min_size=1, max_size=14))
def test_text_no_stretch_is_overlooked(first, second):
    size = max(1, min(len(first), len(second)) // 2)
    parts = (first[i : i + size] for i in range(len(first) - size + 1))
    found = find_overlap(first, second)
    assert (found is not None) == any(part in second for part in parts)


# -- forecast ------------------------------------------------------------------------------------


def test_series_the_test_values_change_nothing_in_training(sit, tmp_path):
    sitting = sit("forecast")
    steps = sitting.config.data.test_steps
    assert steps > 0
    lines = sitting.data.read_text().splitlines()
    changed = [line.split(",")[0] + ",7,8,9" for line in lines[-steps:]]
    other = tmp_path / "other.csv"
    other.write_text("\n".join(lines[:-steps] + changed) + "\n")
    work = open_work(str(other), None, sitting.config)
    assert work.fingerprint == sitting.work.fingerprint
    assert min(origin for _, origin in sitting.test.origins) >= len(lines) - 1 - steps


@pytest.mark.parametrize(
    ("name", "theirs"), [("naive", "naive"), ("seasonal-naive", "seasonal naive")]
)
def test_series_naive_forecasts_are_those_of_the_library(name, theirs, sit):
    pytest.importorskip("statsforecast", reason="the extra `baselines` is not installed")
    sitting = sit("forecast")
    test = sitting.test
    pasts = [test.data.series[which].values[:origin] for which, origin in test.origins]
    options = {"horizon": test.horizon, "season": test.season, "level": 90}
    wanted = baseline(theirs, pasts, **options).point
    np.testing.assert_allclose(sitting.baseline(name), wanted)


def test_series_marks_are_mase_by_hand(sit):
    sitting = sit("forecast")
    test = sitting.test
    scores = test.score(test.rows, sitting.baseline("naive"))
    data = read_series(sitting.data)
    for row, (which, origin) in enumerate(test.origins):
        values, m = data.series[which].values, test.season
        past, came = values[:origin], values[origin : origin + test.horizon]
        unit = np.mean([abs(past[t] - past[t - m]) for t in range(m, len(past))])
        assert scores.numerators[row] == pytest.approx(np.abs(came - past[-1]).mean() / unit)
    assert test.lengths == [float(origin) for _, origin in test.origins]


def test_series_a_test_file_follows(tmp_path):
    sitting = Sitting("forecast", tmp_path)
    lines = sitting.data.read_text().splitlines()
    (tmp_path / "past.csv").write_text("\n".join(lines[:-12]) + "\n")
    (tmp_path / "then.csv").write_text("\n".join([lines[0], *lines[-12:]]) + "\n")
    settings = {"data": {"horizon": 12}}
    past, then = str(tmp_path / "past.csv"), str(tmp_path / "then.csv")
    spec, _ = held_out_class("forecast").hold_out(past, then, settings, tmp_path)
    assert spec["settings"]["data"] == {"horizon": 12, "test_steps": 0}
    test = held_out_test("forecast", {**spec, "horizon": 12, "season": 12})
    assert [origin for _, origin in test.origins] == [len(lines) - 13] * 3
    np.testing.assert_allclose(test.actual[0], [float(line.split(",")[1]) for line in lines[-12:]])


def test_series_the_user_says_how_many_steps(tmp_path):
    data = write_data("forecast", tmp_path)
    hold_out = held_out_class("forecast").hold_out
    chosen = {"data": {"horizon": 5, "test_steps": 16}}
    spec, lines = hold_out(str(data), None, chosen, tmp_path)
    assert spec["settings"]["data"] == chosen["data"]
    assert lines == [
        "test: the last 16 steps of each series, 3 forecasts of 5 steps; no network is trained on "
        "them"
    ]
    test = held_out_test("forecast", {**spec, "horizon": 5, "season": 4})
    assert [origin for which, origin in test.origins if which == 0] == [75, 80, 85]
    for test, steps, text in (
        (None, 4, "must be at least the horizon, 5, got 4. Raise it."),
        ("more.csv", 8, "must not come with --test, got 8. Drop one."),
    ):
        chosen = {"data": {"horizon": 5, "test_steps": steps}}
        with pytest.raises(ConfigError) as error:
            hold_out(str(data), test, chosen, tmp_path)
        assert str(error.value) == f"compare: `--set data.test_steps` {text}"


# -- transcribe ----------------------------------------------------------------------------------


def test_recordings_are_in_one_part_of_three(sit):
    sitting = sit("transcribe")
    parts = [read_manifest(sitting.spec[part]) for part in ("train", "valid", "test")]
    names = [[u.path.name for u in part] for part in parts]
    wanted = [u.path.name for u in read_manifest(sitting.data)]
    assert sorted(name for part in names for name in part) == sorted(wanted)
    assert all(names)


def test_recordings_marks_are_word_edits(sit):
    test = sit("transcribe").test
    said = test.utterances[0].text
    assert test.score([0], [said]).numerators == [0.0]
    assert test.score([0], [f"so {said} there"]).numerators == [2.0]
    assert test.score([0], [""]).numerators == [float(len(said.split()))]


def test_segments_keep_their_times(tmp_path):
    rows = [{"audio": f"{i}.wav", "text": "a", "start": 0.5 * i, "end": 19.0} for i in range(20)]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with gzip.open(tmp_path / "m.jsonl.gz", "wt") as file:
        file.write((tmp_path / "m.jsonl").read_text())
    args = (str(tmp_path / "m.jsonl.gz"), None, {}, tmp_path)
    spec, _ = held_out_class("transcribe").hold_out(*args)
    parts = [read_manifest(spec[part]) for part in ("train", "valid", "test")]
    times = {u.path: (u.start, u.end) for part in parts for u in part}
    assert times == {(tmp_path / f"{i}.wav").resolve(): (0.5 * i, 19.0) for i in range(20)}
