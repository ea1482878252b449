"""How good a classifier is: accuracy, F1, each class, confusions, calibration, baselines."""

import dataclasses
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...data.given import given, like
from ...data.seen import row_numbers
from ...data.tables.roles import NONE
from ...data.texts.labelled import Labelled, TextColumns, read_labelled, split_by_class
from ...errors import ConfigError
from ...files import replacing
from ...plain import JSON
from ...runtime.classify import Classifier
from ..classes import ClassEvaluation, Comparison, compare, evaluate_classes, share
from ..error_rates import Score
from ..flattered import seen_by
from ..model_evaluation import ModelEvaluation, Notes, said

if TYPE_CHECKING:
    from rich.console import Console

    from ..class_baselines import ClassBaseline

MODEL = "this model"


@dataclass(frozen=True)
class ScoredBaseline:
    """A classifier without a neural network on the same texts; `chosen` are its settings."""

    name: str
    chosen: str
    scores: ClassEvaluation


@dataclass(frozen=True, kw_only=True, repr=False)
class ClassifyEvaluation(ModelEvaluation):
    """What an evaluation of a classifier found.

    Attributes:
        scores: Accuracy, F1, each class, confusions, calibration.
        by: The column that divides the texts into groups, if asked for.
        groups: Accuracy of each group.
        baselines: Those that were fitted.
        comparisons: The model with each of them; none if it has seen the texts.
        rows: The texts and their labels.
        probabilities: Of the classes of `scores.labels` for each text, `(N, C)`.
    """

    scores: ClassEvaluation
    by: str | None = None
    groups: dict[str, Score]
    baselines: tuple[ScoredBaseline, ...]
    comparisons: tuple[Comparison, ...]
    rows: tuple[Labelled, ...]
    probabilities: np.ndarray

    def measured(self) -> dict[str, JSON]:
        out = self.scores.to_json()
        if self.groups:
            out["groups"] = {name: asdict(score) for name, score in self.groups.items()}
        if self.baselines:
            out["baselines"] = [
                {"name": one.name, "chosen": one.chosen, **one.scores.to_json()}
                for one in self.baselines
            ]
            out["comparisons"] = [asdict(comparison) for comparison in self.comparisons]
        return out

    def print_on(self, console: "Console") -> None:
        from ..class_report import print_baselines, print_classes

        by = self.by if self.by and not self.by.isdecimal() else f"column {self.by}"
        print_classes(self.scores, console, groups=self.groups, by=by)
        if self.baselines:
            table = {MODEL: ("", self.scores)}
            table |= {one.name: (one.chosen, one.scores) for one in self.baselines}
            print_baselines(table, self.comparisons, console)

    def headline(self) -> str:
        scores = {"accuracy": self.scores.accuracy, "macro-F1": self.scores.macro_f1}
        return ", ".join(said(name, score) for name, score in scores.items())

    def write_outputs(self, path: str | Path) -> None:
        """Write a TSV of every text, its label, the answer and its probability.

        Raises:
            RunError: The file cannot be written.
        """
        lines = ["text\tlabel\tanswer\tprobability\tcorrect"]
        for row, probabilities in zip(self.rows, self.probabilities, strict=True):
            answer = self.scores.labels[probabilities.argmax()]
            right = int(answer == row.label)
            lines.append(f"{row.text}\t{row.label}\t{answer}\t{probabilities.max():.4f}\t{right}")
        with replacing(Path(path), "evaluate") as beside:
            beside.write_text("\n".join(lines) + "\n", encoding="utf-8")


def evaluate(
    model: Classifier,
    data: object,
    *,
    baselines: object = None,
    valid: object = None,
    by: str | None = None,
    say: Callable[[str], object] | None = None,
) -> ClassifyEvaluation:
    """Score a classifier, and baselines if asked.

    Args:
        model: The model.
        data: Labelled texts, as `train` takes them.
        baselines: Training data to fit baselines on.
        valid: Data to choose their settings on; cut from their training data if `None`.
        by: A column whose values divide the texts into groups, by name or number.
        say: Told each note at once.
    Raises:
        DataError: The data breaks a rule.
        ConfigError: `valid` is given without `baselines`.
    """
    if valid is not None and baselines is None:
        raise ConfigError("evaluate: `--valid` needs --baselines. Add it.")
    notes, name = Notes(say), given(data).name
    columns = dataclasses.replace(columns_of(model), group=by or NONE)
    rows = read_labelled(data, columns, known=set(model.labels), split="test")
    texts, labels = [row.text for row in rows], _numbers(model, rows)
    probabilities = model.predict_proba(texts).astype(np.float64)
    lengths = np.array([len(model.encode(text)) for text in texts])
    right = _right(labels, probabilities)
    known = seen_by(model.file, row_numbers(texts), name, "texts", notes)
    fitted, comparisons = [], []
    for baseline in _baselines(model, baselines, valid):
        theirs = baseline.predict_proba(texts)
        scores = evaluate_classes(labels, theirs, model.labels)
        fitted.append(ScoredBaseline(baseline.name, baseline.setting, scores))
        if known is None or not known.flatters:
            comparisons.append(compare(MODEL, right, baseline.name, _right(labels, theirs)))
    return ClassifyEvaluation(
        model=model.name,
        data=name,
        notes=tuple(notes.lines),
        seen=known,
        scores=evaluate_classes(labels, probabilities, model.labels, lengths=lengths),
        by=by,
        groups=_groups(rows, right) if by is not None else {},
        baselines=tuple(fitted),
        comparisons=tuple(comparisons),
        rows=tuple(rows),
        probabilities=probabilities,
    )


def columns_of(model: Classifier) -> TextColumns:
    """Where text and label stood in the training file; a test file is of the same make."""
    return TextColumns.of(model.file.data_settings)


def _right(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """1 where the answer is right, else 0."""
    right: np.ndarray = np.equal(probabilities.argmax(axis=1), labels).astype(np.int64)
    return right


def _numbers(model: Classifier, rows: list[Labelled]) -> np.ndarray:
    number = {label: i for i, label in enumerate(model.labels)}
    return np.array([number[row.label] for row in rows])


def _groups(rows: list[Labelled], right: np.ndarray) -> dict[str, Score]:
    """Accuracy of each group, numbers in their order."""
    places: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        places.setdefault(row.group, []).append(i)
    names = sorted(places, key=lambda name: (not name.isdecimal(), name.zfill(20), name))
    return {name: share(right[places[name]]) for name in names}


def _baselines(model: Classifier, data: object, valid_data: object) -> "list[ClassBaseline]":
    """The baselines, fitted to the texts that the user names."""
    if data is None:
        return []
    from ..class_baselines import fit_class_baselines

    columns, known = columns_of(model), set(model.labels)
    settings = model.file.data_settings
    train = read_labelled(like(settings, data), columns, known=known)
    if valid_data is not None:
        valid = read_labelled(like(settings, valid_data), columns, known=known)
    else:
        fraction = model.file.data_settings.get("valid_fraction", 0.1)
        train, valid = split_by_class(train, fraction)
    sets = [([row.text for row in rows], _numbers(model, rows)) for rows in (train, valid)]
    return fit_class_baselines(sets[0], sets[1], model.parts.reader.symbols, len(model.labels))
