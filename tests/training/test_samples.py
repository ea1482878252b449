"""Sample outputs of validations: lines, the log, and the same outputs as the shipped model's."""

import pytest

import seqloom
from seqloom.training import resume, train
from seqloom.training.sample import SampleOutput

from ..five_tasks import settings, write
from ..toys import tiny
from .runs import Listening, log


class Watching(Listening):
    """Remembers the lines of validations."""

    def validation(self, found):
        self.messages += found.lines


def test_lines():
    assert str(SampleOutput("ab", "B A", "B A")) == "  ab -> B A"
    assert str(SampleOutput("ab", "A", "B A")) == "  ab -> A  (reference: B A)"
    assert str(SampleOutput("a\nb\x1b", "A")) == "  a\\nb\\x1b -> A"
    assert str(SampleOutput("a" * 99, "", "b" * 99)) == (
        f"  {'a' * 25}... ->   (reference: {'b' * 33}...)"
    )


def run(tmp_path, name):
    """The samples of the last validation that was the best, and its model."""
    data = write(settings(name)["task"], tmp_path)
    train(data, tmp_path / "run", config=settings(name), progress=False)
    best = [e for e in log(tmp_path / "run") if e["event"] == "validation" and e["best"]][-1]
    return data, best["samples"], seqloom.load(tmp_path / "run")


def test_pairs(tmp_path):
    data, samples, model = run(tmp_path, "pairs")
    assert len(samples) == 2
    pairs = dict(line.split("\t") for line in data.read_text().splitlines())
    for source, output, reference in samples:
        assert reference == pairs[source]
        assert output == model.predict([source], beam=1)[0]


def test_classes(tmp_path):
    data, samples, model = run(tmp_path, "classes")
    labels = {line.split("\t")[1] for line in data.read_text().splitlines()}
    for text, output, reference in samples:
        assert text
        assert reference in labels
        assert output == model.predict([text])[0]


def test_running_text(tmp_path):
    data, samples, model = run(tmp_path, "text")
    for prompt, output, reference in samples:
        assert prompt in data.read_text()
        assert (len(prompt), len(output), reference) == (24, 32, "")
        assert model.predict([prompt], length=32, temperature=0.8)[0] == output


def test_series(tmp_path):
    data, samples, _ = run(tmp_path, "series")
    header, *rows = [line.split(",") for line in data.read_text().splitlines()]
    for begins, output, reference in samples:
        name, date = begins.split(" from ")
        first = next(k for k, row in enumerate(rows) if row[0].startswith(date))
        column = header.index(name)
        actual = [f"{float(row[column]):.4g}" for row in rows[first : first + 3]]
        assert reference.split() == actual
        assert len(output.split()) == 3


@pytest.mark.parametrize("name", ["speech, CTC", "speech, LAS"])
def test_speech(tmp_path, name):
    pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    data, samples, model = run(tmp_path, name)
    lines = data.read_text().splitlines()
    for file, output, reference in samples:
        (line,) = [line for line in lines if file in line]
        assert line.split("\t")[1] == reference
        path = str(next((tmp_path / "tones").rglob(file)))
        assert output == model.predict([path], beam=1)[0]


def test_as_many_as_are_wanted(data, tmp_path):
    for number in (0, 3):
        config = tiny(training={"samples": number, "steps": 4})
        told = Watching()
        train(data, tmp_path / f"{number}", config=config, callbacks=[told], progress=False)
        events = [e for e in log(tmp_path / f"{number}") if e["event"] == "validation"]
        assert [len(e.get("samples", [])) for e in events] == [number] * len(events)
        arrows = [line for line in told.messages if " -> " in line]
        assert len(arrows) == number * len(events)


def test_samples_change_no_bit(data, tmp_path):
    for number in (0, 2):
        config = tiny(model={"dropout": 0.4}, training={"samples": number})
        train(data, tmp_path / f"{number}", config=config, progress=False)
    a, b = (seqloom.load(tmp_path / name).file.tensors for name in ("0", "2"))
    assert all(a[name].tobytes() == b[name].tobytes() for name in a)


def test_what_helps_is_said_at_the_end(data, tmp_path):
    told = Listening()
    folder = tmp_path / "run"
    train(data, folder, config=tiny(training={"steps": 2}), callbacks=[told], progress=False)
    notes = [line for line in told.messages if line.startswith("note: this run has read ")]
    assert notes == [
        f"note: this run has read 25 % of the training data; all of them: seqloom train --resume "
        f"{folder} --epochs 1"
    ]
    told = Listening()
    resume(folder, epochs=1, callbacks=[told], progress=False)
    assert not [line for line in told.messages if "has read" in line]
