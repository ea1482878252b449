"""`predict` and `inspect` for the task `classify`: one text in, its label out."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...data.given import like
from ...data.texts.labelled import read_labelled
from ...data.unseen import Unseen
from ...errors import ConfigError
from ...plain import JSON, printable, to_json
from ...runtime.classify import Classifier
from ..lines import argument, batches, no_files, printing
from ..options import InspectOptions, PredictOptions
from ..written import wants_file, write_labels

if TYPE_CHECKING:
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
    if wants_file(options):
        write_labels(model, options, nbest)
        return
    with printing():
        unseen = Unseen(model.parts.reader.unknown)
        for lines in batches(no_files(options.texts)):
            unknown = [unseen.of(text.strip(), f"line {number}") for number, text in lines]
            texts = [text.strip() for _, text in lines]
            for line in _answers(model, texts, unknown, nbest, options):
                print(line)
            sys.stdout.flush()


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
    from ...evaluation.tasks.classify import columns_of

    data = like(model.file.data_settings, file)
    return (row.text for row in read_labelled(data, columns_of(model), known=set(model.labels)))


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
