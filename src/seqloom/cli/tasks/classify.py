"""`predict`, `evaluate`, `inspect` for the task `classify`: one text in, its label out."""

import dataclasses
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...data.seen import Seen, row_numbers
from ...data.tables.roles import NONE
from ...data.texts.labelled import Labelled, TextColumns, read_labelled, split_by_class
from ...errors import ConfigError
from ...files import replacing
from ...plain import JSON, printable, to_json
from ...runtime.classify import Classifier
from ..figures import check_figure
from ..lines import argument, batches, no_files, printing
from ..options import EvaluateOptions, InspectOptions, PredictOptions
from ..seen import subject, warn_of_seen
from ..unknown import Unseen

if TYPE_CHECKING:
    from ...evaluation.class_baselines import ClassBaseline
    from ...evaluation.classes import ClassEvaluation, Comparison
    from ...evaluation.error_rates import Score
    from ...inspection.trace import Trace

MODEL = "this model"


def predict(model: Classifier, options: PredictOptions) -> None:
    """Print the label of each line, as the lines come."""
    nbest = 1 if options.nbest is None else options.nbest
    if not 1 <= nbest <= len(model.labels):
        raise ConfigError(
            f"predict: `--nbest` must be from 1 to the number of labels, {len(model.labels)}, "
            f"got {nbest}."
        )
    with printing():
        unseen = Unseen(model.parts.reader.unknown)
        for lines in batches(no_files(options.texts)):
            unknown = [unseen.of(text.strip(), f"line {number}") for number, text in lines]
            texts = [text.strip() for _, text in lines]
            for line in _answers(model, texts, unknown, nbest, options):
                print(line)
            sys.stdout.flush()


def evaluate(model: Classifier, options: EvaluateOptions) -> None:
    """Print accuracy, F1, each class, confusions and calibration; against baselines if asked."""
    if options.valid is not None and options.baselines is None:
        raise ConfigError("evaluate: `--valid` needs --baselines. Add it.")
    check_figure(options.figure, "evaluate")
    measured = _measure(model, options)
    if options.as_json:
        print(to_json(_json(options, measured), indent=2))
    else:
        from rich.console import Console

        from ...evaluation.class_report import print_baselines, print_classes

        by = options.by if options.by and not options.by.isdecimal() else f"column {options.by}"
        print_classes(measured.scores, Console(), groups=measured.groups, by=by)
        if len(measured.table) > 1:
            print_baselines(measured.table, measured.comparisons, Console())
    if options.outputs is not None:
        _write_outputs(options.outputs, model, measured)
    if options.figure is not None:
        from ...inspection.figures.confusion import draw_confusion

        draw_confusion(measured.scores, options.figure)


def trace(model: Classifier, given: str, options: InspectOptions) -> "Trace":
    """What the model did with a text."""
    text, reader = argument(given), model.parts.reader
    whole, read = reader.length(text), len(reader.encode(text))
    if read < whole:
        print(
            f"note: of {whole:,} symbols the model reads {read:,}, the first and the last; "
            "distances are counted in these",
            file=sys.stderr,
        )
    unknown = Unseen(reader.unknown).of(text, "the input")
    return model.trace(text, target=options.target).updated(facts={"unknown": unknown})


def searchable(model: Classifier, file: str) -> Iterator[str]:
    """Texts like those of the training data."""
    return (row.text for row in read_labelled(file, _columns(model), known=set(model.labels)))


@dataclass(frozen=True)
class _Measured:
    """What `evaluate` found; `table` has the model first and then the baselines.

    There are no comparisons if the model has seen the texts.
    """

    rows: list[Labelled]
    probabilities: np.ndarray
    scores: "ClassEvaluation"
    groups: "dict[str, Score]"
    table: "dict[str, tuple[str, ClassEvaluation]]"
    comparisons: "list[Comparison]"
    seen: Seen | None


def _measure(model: Classifier, options: EvaluateOptions) -> _Measured:
    """Read the test file, and score the model and the baselines on it."""
    from ...evaluation.classes import compare, evaluate_classes

    columns = dataclasses.replace(_columns(model), group=options.by or NONE)
    rows = read_labelled(options.file, columns, known=set(model.labels), split="test")
    texts, labels = [row.text for row in rows], _numbers(model, rows)
    probabilities = model.predict_proba(texts).astype(np.float64)
    lengths = np.array([len(model.encode(text)) for text in texts])
    scores = evaluate_classes(labels, probabilities, model.labels, lengths=lengths)
    right = _right(labels, probabilities)
    known = warn_of_seen(model.file, row_numbers(texts), options.file, "texts")
    table, comparisons = {MODEL: ("", scores)}, []
    for baseline in _baselines(model, options):
        theirs = baseline.predict_proba(texts)
        table[baseline.name] = (baseline.setting, evaluate_classes(labels, theirs, model.labels))
        if known is None or not known.flatters:
            comparisons.append(compare(MODEL, right, baseline.name, _right(labels, theirs)))
    return _Measured(
        rows=rows,
        probabilities=probabilities,
        scores=scores,
        groups=_groups(rows, right) if options.by is not None else {},
        table=table,
        comparisons=comparisons,
        seen=known,
    )


def _right(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """1 where the answer is right, else 0."""
    right: np.ndarray = np.equal(probabilities.argmax(axis=1), labels).astype(np.int64)
    return right


def _answers(
    model: Classifier,
    texts: list[str],
    unknown: list[list[str]],
    nbest: int,
    options: PredictOptions,
) -> Iterator[str]:
    """The lines to print; an empty text stays an empty line."""
    full = [text for text in texts if text]
    found: Iterator[np.ndarray]
    if options.scores or options.as_json:
        # line by line: in the last digits they depend on the lines that are worked on together
        found = (model.predict_proba([text])[0] for text in full)
    else:
        found = iter(model.predict_proba(full))
    for text, symbols in zip(texts, unknown, strict=True):
        if not text:
            yield to_json({"text": "", "label": None}) if options.as_json else ""
            continue
        probabilities = next(found)
        best = np.argsort(-probabilities, kind="stable")[:nbest]
        if options.as_json:
            yield to_json(_one(model, text, probabilities) | {"unknown": symbols})
        else:
            fields = []
            for i in best:
                fields.append(printable(model.labels[i]))
                if options.scores:
                    fields.append(f"{probabilities[i]:.4f}")
            yield "\t".join(fields)


def _one(model: Classifier, text: str, probabilities: np.ndarray) -> dict[str, JSON]:
    """One answer with all that is known about it."""
    out: dict[str, JSON] = {
        "text": text,
        "label": model.labels[int(probabilities.argmax())],
        "probabilities": {
            label: round(float(p), 6) for label, p in zip(model.labels, probabilities, strict=True)
        },
    }
    if model.attends:
        seen = model.attend(text)
        out["attention"] = [
            [symbol, round(float(w), 6)]
            for symbol, w in zip(seen.symbols, seen.weights, strict=True)
        ]
    return out


def _columns(model: Classifier) -> TextColumns:
    """Where text and label stood in the training file; a test file is of the same make."""
    return TextColumns.of(model.file.data_settings)


def _numbers(model: Classifier, rows: list[Labelled]) -> np.ndarray:
    number = {label: i for i, label in enumerate(model.labels)}
    return np.array([number[row.label] for row in rows])


def _groups(rows: list[Labelled], right: np.ndarray) -> "dict[str, Score]":
    """Accuracy of each group, numbers in their order."""
    from ...evaluation.classes import share

    places: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        places.setdefault(row.group, []).append(i)
    names = sorted(places, key=lambda name: (not name.isdecimal(), name.zfill(20), name))
    return {name: share(right[places[name]]) for name in names}


def _baselines(model: Classifier, options: EvaluateOptions) -> "list[ClassBaseline]":
    """The baselines, fitted to the texts that the user names."""
    if options.baselines is None:
        return []
    from ...evaluation.class_baselines import fit_class_baselines

    columns, known = _columns(model), set(model.labels)
    train = read_labelled(options.baselines, columns, known=known)
    if options.valid is not None:
        valid = read_labelled(options.valid, columns, known=known)
    else:
        fraction = model.file.data_settings.get("valid_fraction", 0.1)
        train, valid = split_by_class(train, fraction)
    sets = [([row.text for row in rows], _numbers(model, rows)) for rows in (train, valid)]
    return fit_class_baselines(sets[0], sets[1], model.parts.reader.symbols, len(model.labels))


def _json(options: EvaluateOptions, measured: _Measured) -> dict[str, JSON]:
    out = subject(options, measured.seen) | measured.scores.to_json()
    if measured.groups:
        out["groups"] = {name: asdict(score) for name, score in measured.groups.items()}
    if len(measured.table) > 1:
        out["baselines"] = [
            {"name": name, "chosen": chosen, **scores.to_json()}
            for name, (chosen, scores) in measured.table.items()
            if name != MODEL
        ]
        out["comparisons"] = [asdict(comparison) for comparison in measured.comparisons]
    return out


def _write_outputs(path: Path, model: Classifier, measured: _Measured) -> None:
    """A TSV of every text, its label, the answer and its probability."""
    answers = measured.probabilities.argmax(axis=1)
    best = measured.probabilities.max(axis=1)
    lines = ["text\tlabel\tanswer\tprobability\tcorrect"]
    for row, answer, p in zip(measured.rows, answers, best, strict=True):
        given = model.labels[answer]
        lines.append(f"{row.text}\t{row.label}\t{given}\t{p:.4f}\t{int(given == row.label)}")
    with replacing(path, "evaluate") as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
