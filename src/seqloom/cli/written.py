"""`predict --write FORM`: outputs as a file: dictionaries, and tables with the input's columns.

Checked by `tests/cli/test_written.py`.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np

from ..data.given import given
from ..data.tables import write as tables
from ..data.tables.forms import entries as dictionaries
from ..data.tables.forms.entries import Spoken, dictionary_lines
from ..data.tables.inputs import Input, Inputs, free_name, inputs_of
from ..data.tables.roles import AUTO
from ..data.tables.write import TableWriter, write_parquet
from ..data.unseen import Unseen
from ..errors import ConfigError
from ..files import replacing
from ..runtime import Prediction, Transducer
from ..runtime.classify import Classifier
from .choices import listed
from .lines import BATCH_LINES, batches, printing
from .options import PredictOptions


class Output(NamedTuple):
    """One output: its cell, its score or probability, and of a dictionary its phones."""

    text: str
    score: float
    spoken: Spoken | None = None


Answers = Callable[[list[Input]], list[list[Output]]]


def wants_file(options: PredictOptions) -> bool:
    """Whether `--write` is given, with what belongs to it.

    Raises:
        ConfigError: An option needs another, or excludes it.
    """
    if options.write is None:
        for name in ("out", "column"):
            if getattr(options, name) is not None:
                raise ConfigError(f"predict: `--{name}` needs --write. Add it, e.g. --write tsv.")
        return False
    if options.as_json or options.sample:
        other = "--json" if options.as_json else "--sample"
        raise ConfigError(f"predict: `--write` and `{other}` exclude each other. Drop one.")
    return True


def write_outputs(model: Transducer, options: PredictOptions) -> None:
    """Write the outputs of a model of pairs."""
    forms = (*dictionaries.WRITTEN, *tables.WRITTEN)
    unseen = Unseen(model.parts.source.unknown)

    def answers(rows: list[Input]) -> list[list[Output]]:
        for row in rows:
            model.encode(row.text, row.where)
            unseen.of(row.text, row.where)
        found = model.predict_nbest(
            [row.text for row in rows],
            nbest=options.nbest,
            mass=options.mass,
            beam=options.beam,
            length_penalty=options.length_penalty,
            exceptions=not options.no_exceptions,
        )
        return [
            [Output(p.text, p.score, Spoken(_phones(model, p), p.log_probability)) for p in best]
            for best in found
        ]

    form = _form(options, forms)
    if form in dictionaries.WRITTEN and model.parts.target.level == "subwords":
        raise ConfigError(
            f"predict: `--write {form}` needs phones, and this model's outputs are made of "
            "subwords. Write another form, e.g. --write tsv."
        )
    data = model.file.data_settings
    features = str(data["features_column"]) if model.parts.source.features else None
    found = _inputs(options, "source", str(data.get("source_column", AUTO)), features)
    _write(options, form, found, answers, "score")
    write_oovs(options, unseen)


def write_oovs(options: PredictOptions, unseen: Unseen) -> None:
    """Write the inputs with unknown symbols, if that is asked for."""
    if options.oovs is not None:
        with replacing(options.oovs, "predict") as beside:
            beside.write_text("".join(f"{text}\n" for text in unseen.inputs), encoding="utf-8")


def write_labels(model: Classifier, options: PredictOptions, nbest: int) -> None:
    """Write the labels of a classifier."""
    unseen = Unseen(model.parts.reader.unknown)

    def answers(rows: list[Input]) -> list[list[Output]]:
        for row in rows:
            unseen.of(row.text, row.where)
        found = model.predict_proba([row.text for row in rows])
        best = np.argsort(-found, axis=1, kind="stable")[:, :nbest]
        return [
            [Output(model.labels[i], round(float(row[i]), 6)) for i in places]
            for row, places in zip(found, best, strict=True)
        ]

    form = _form(options, tables.WRITTEN)
    found = _inputs(options, "text", str(model.file.data_settings.get("text_column", AUTO)))
    _write(options, form, found, answers, "probability")


def _form(options: PredictOptions, forms: tuple[str, ...]) -> str:
    form = options.write or ""
    if form not in forms:
        raise ConfigError(f"predict: `--write` must be {listed(forms)}, got {form!r}.")
    if form == "parquet" and options.out is None:
        raise ConfigError("predict: `--write parquet` needs --out FILE.")
    return form


def _phones(model: Transducer, prediction: Prediction) -> str:
    """An output with blanks between its symbols."""
    if model.parts.target.level == "symbols":
        return prediction.text
    return " ".join(symbol for symbol in prediction.symbols if symbol.strip())


def _several(options: PredictOptions) -> bool:
    """Whether an input may have several outputs."""
    return (options.nbest or 1) > 1 or options.mass is not None


def _write(options: PredictOptions, form: str, found: Inputs, answers: Answers, score: str) -> None:
    answered = _answered(found.rows, answers)
    if form == "parquet":
        assert options.out is not None, "checked"
        names = _names(options, found, score)
        with replacing(options.out, "predict") as beside:
            write_parquet(beside, names, _table_rows(options, answered))
        return
    with _opened(options.out) as out:
        if form in dictionaries.WRITTEN:
            words = ((row.text, [o.spoken for o in best if o.spoken]) for row, best in answered)
            several = _several(options)
            out.writelines(dictionary_lines(form, words, probabilities=several))
            return
        writer = TableWriter(form, _names(options, found, score), found.named, out.write)
        for cells in _table_rows(options, answered):
            writer.write(cells)


def _inputs(
    options: PredictOptions, role: str, trained: str, features: str | None = None
) -> Inputs:
    """The rows of the files that the user names, or the texts."""
    texts = [text for text in options.texts or () if text != "-"]
    files = [text for text in texts if os.path.isfile(text)]
    if files and len(files) < len(texts):
        other = next(text for text in texts if text not in files)
        raise ConfigError(
            f"predict: {files[0]} is a file and {other!r} is none. Give files, or texts."
        )
    if files:
        data = given(files if len(files) > 1 else files[0])
        column = options.column or AUTO
        return inputs_of(data, role, column=column, trained=trained, features=features)
    if options.column is not None:
        raise ConfigError("predict: `--column` needs a file with columns as INPUT. Name it.")
    lines = ((n, line.strip()) for batch in batches(options.texts) for n, line in batch)
    rows = (Input(f"line {n}", text, (text,)) for n, text in lines)
    return Inputs((role,), True, rows)


def _answered(rows: Iterable[Input], answers: Answers) -> Iterator[tuple[Input, list[Output]]]:
    """Rows with their outputs; a row without a text has none."""
    left = iter(rows)
    while batch := list(islice(left, BATCH_LINES)):
        full = [row for row in batch if row.text]
        found = iter(answers(full) if full else [])
        for row in batch:
            yield row, next(found) if row.text else []


def _names(options: PredictOptions, found: Inputs, score: str) -> list[str]:
    names = list(found.names)
    more = ["prediction", *["rank"] * _several(options), *[score] * options.scores]
    for name in more:
        names.append(free_name(name, names))
    return names


def _table_rows(
    options: PredictOptions, answered: Iterable[tuple[Input, list[Output]]]
) -> Iterator[list[object]]:
    """The cells of each row and its output; with several outputs, a row each."""
    for row, best in answered:
        outputs: list[Output | None] = [*best] or [None]
        for rank, output in enumerate(outputs, start=1):
            cells: list[object] = [*row.cells, None if output is None else output.text]
            if _several(options):
                cells.append(rank)
            if options.scores:
                cells.append(None if output is None else output.score)
            yield cells


@contextlib.contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is written beside and renamed."""
    if path is None:
        with printing():
            yield sys.stdout
        return
    with replacing(path, "predict") as beside, beside.open("w", encoding="utf-8", newline="") as f:
        yield f
