"""The held-out test of the task `classify`: accuracy on texts that no network was trained on.

A hash of the text decides which texts are held out, the same share of every class
(`data/texts/labelled.py`). Baselines: the most frequent class; naive Bayes and logistic regression
on words and pairs of words, chosen on the texts that the networks validate on
(`evaluation/class_baselines.py`). Checked by `tests/comparison/test_held_out.py`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...data.texts.labelled import (
    Labelled,
    TextColumns,
    labelled_table,
    read_labelled,
    split_by_class,
)
from ...data.texts.reader import TextReader
from ...errors import DataError
from ...evaluation.class_baselines import NAMES, fit_class_baselines
from ...evaluation.measure import Measure
from ...extras import install_line
from ...runtime.classify import Classifier
from ...runtime.model import Model
from ..records import Settings, Spec, section, test_file
from .files import write_lines
from .held_out import TEST_FRACTION, Answers, ExampleScores, HeldOut, TaskBaseline

if TYPE_CHECKING:
    from ...training.work import Work


PLAIN = {"header": "no", "text_column": "1", "label_column": "2"}  # of the files written here
TITLES = dict(zip(("naive-bayes", "logistic"), NAMES, strict=True))


class ClassifyHeldOut(HeldOut):
    """Labelled texts held out."""

    measure = Measure("accuracy", "accuracy", "%", 2, rises=True, scale=100.0)
    length_unit = "symbols"

    @classmethod
    def hold_out(
        cls, data: str, test: str | None, settings: Settings, folder: Path
    ) -> tuple[Spec, list[str]]:
        columns = TextColumns.of(section(settings, "data"))
        rows, table = labelled_table(data, columns)
        columns = TextColumns(columns.header, *table.wanted)
        if test is None:
            train, held_out = split_by_class(rows, TEST_FRACTION)
        else:
            held_out = read_labelled(test, columns, known={row.label for row in rows})
            known = {row.text for row in held_out}
            train = [row for row in rows if row.text not in known]
        if not train:
            raise DataError(
                f"compare: every text of `{data}` is in `{test}` too. "
                "Leave out --test, and a part of the data is held out."
            )
        lines = [f"{data}: {table.say()}"]
        lines += [
            f"test: {len(held_out):,} texts of {test or data}, which no network is trained on"
        ]
        if test is not None and len(train) < len(rows):
            lines.append(f"left out of training: {len(rows) - len(train):,} texts of the test")
        return {
            "train": _write(folder / "train.tsv", train),
            "valid": None,
            "test": _write(folder / "test.tsv", held_out),
            "settings": {"data": PLAIN},
        }, lines

    @classmethod
    def complete(cls, spec: Spec, work: "Work") -> Spec:
        from ...training.tasks.classify import Classify  # torch

        assert isinstance(work, Classify), "of this task"
        reader = work.data.reader
        texts = [row.text for row in _read(test_file(spec))]
        kept = [i for i, text in enumerate(texts) if reader.encode(text)]
        return {
            **spec,
            "reader": reader.to_json(),
            "labels": list(work.data.labels),
            "kept": kept,
            "valid_fraction": work.config.data.valid_fraction,
        }

    def __init__(self, spec: Spec) -> None:
        rows = _read(test_file(spec))
        self.texts = [rows[i].text for i in spec["kept"]]
        self.labels = [rows[i].label for i in spec["kept"]]
        self.reader = TextReader.from_json(spec["reader"])
        self.classes = list(spec["labels"])
        self.train, self.valid_fraction = spec["train"], float(spec["valid_fraction"])
        self.lengths = [float(self.reader.length(text)) for text in self.texts]
        if find_spec("sklearn") is None:
            self.skipped = (
                "left out: naive Bayes and logistic regression need scikit-learn: "
                + install_line("baselines"),
            )

    def answers(self, model: Model, rows: Sequence[int]) -> Answers:
        assert isinstance(model, Classifier), "of this task"
        return model.predict([self.texts[row] for row in rows])

    def score(self, rows: Sequence[int], answers: Answers) -> ExampleScores:
        right = [float(a == self.labels[row]) for row, a in zip(rows, answers, strict=True)]
        return ExampleScores(right, [1.0] * len(right))

    def baselines(self) -> list[TaskBaseline]:
        found = [TaskBaseline("majority", "most frequent class", self._majority)]
        if not self.skipped:
            found += [
                TaskBaseline(name, title, partial(self._grams, title))
                for name, title in TITLES.items()
            ]
        return found

    def _majority(self) -> Callable[[Sequence[int]], list[str]]:
        label = Counter(row.label for row in _read(self.train)).most_common(1)[0][0]
        return lambda rows: [label] * len(rows)

    def _grams(self, title: str) -> Callable[[Sequence[int]], list[str]]:
        number = {label: i for i, label in enumerate(self.classes)}
        parts = [
            ([row.text for row in part], np.array([number[row.label] for row in part]))
            for part in split_by_class(_read(self.train), self.valid_fraction)
        ]
        symbols, classes = self.reader.symbols, len(self.classes)
        fitted = fit_class_baselines(parts[0], parts[1], symbols, classes, (title,))[0]

        def answer(rows: Sequence[int]) -> list[str]:
            best = fitted.predict_proba([self.texts[row] for row in rows]).argmax(axis=1)
            return [self.classes[i] for i in best]

        return answer


def _read(path: str) -> list[Labelled]:
    return read_labelled(path, TextColumns(header="no", text="1", label="2"))


def _write(path: Path, rows: Sequence[Labelled]) -> str:
    return write_lines(path, (f"{row.text}\t{row.label}" for row in rows))
