"""`predict` and `inspect` for the task `transduce`: one line in, one line out."""

import functools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...data.given import like
from ...data.pairs.load import load_pairs
from ...data.pairs.pairs import group_by_source
from ...data.unseen import Unseen
from ...errors import ConfigError, DataError
from ...files import explaining
from ...plain import JSON, printable, to_json
from ...runtime import Prediction, Transducer
from ..lines import argument, batches, no_files, printing
from ..options import InspectOptions, PredictOptions
from ..written import wants_file, write_oovs, write_outputs

if TYPE_CHECKING:
    from ...inspection.trace import Trace


def predict(model: Transducer, options: PredictOptions) -> None:
    """Print the best outputs of each line, as the lines come."""
    sampling = (options.temperature, options.top_k, options.top_p, options.seed)
    if not options.sample and any(value is not None for value in sampling):
        raise ConfigError(
            "predict: `--temperature`, `--top-k`, `--top-p` and `--seed` need --sample. Add it."
        )
    if options.seed is not None and options.seed < 0:
        raise ConfigError(f"predict: `--seed` must be at least 0, got {options.seed}.")
    if options.sample and options.mass is not None:
        raise ConfigError("predict: `--mass` and `--sample` exclude each other. Drop one.")
    if options.oovs is not None:
        with explaining(options.oovs, "predict"):
            options.oovs.absolute().parent.stat()  # before the work, not after it
    if wants_file(options):
        write_outputs(model, options)
        return
    unseen = Unseen(model.parts.source.unknown)
    with printing():
        for lines in batches(no_files(options.texts)):
            for line in _answers(model, lines, unseen, options):
                print(line)
            sys.stdout.flush()
    write_oovs(options, unseen)


def trace(model: Transducer, given: str, options: InspectOptions) -> "Trace":
    """What the model did with a source."""
    from ..inspected import weights_of

    text = argument(given).strip()
    unknown = Unseen(model.parts.source.unknown).of(text, "the input")
    found = model.trace(text, target=options.target, attention=weights_of(options.weight))
    return found.updated(facts={"unknown": unknown})


def searchable(model: Transducer, file: str) -> Iterator[str]:
    """Sources like those of the training data; those that the model cannot read are left out."""
    from ...evaluation.tasks.transduce import reading

    longest, read = model.parts.max_symbols, model.parts.source.encode
    stress, columns = reading(model)
    data = like(model.file.data_settings, file)
    pairs = load_pairs(data, "train", stress=stress, columns=columns)
    sources = (example.source for example in group_by_source(pairs))
    return (source for source in sources if 0 < len(read(source)) <= longest)


def _answers(
    model: Transducer,
    lines: list[tuple[int, str]],
    unseen: Unseen,
    options: PredictOptions,
) -> Iterator[str]:
    """The lines to print. Lines before a bad one are still printed; then its error is raised."""
    given: list[tuple[int, str]] = []
    problem = None
    for number, line in lines:
        text = line.strip()
        try:
            if text:
                model.encode(text, f"line {number}")
        except DataError as error:
            problem = error
            break
        given.append((number, text))
    full = [(number, text) for number, text in given if text]
    found: Iterator[list[Prediction]]
    best = functools.partial(
        model.predict_nbest,
        nbest=options.nbest,
        beam=options.beam,
        length_penalty=options.length_penalty,
        exceptions=not options.no_exceptions,
    )
    if options.sample:
        # line by line: a sample depends on the line's number, not on when the line came
        sample = functools.partial(
            best,
            temperature=1.0 if options.temperature is None else options.temperature,
            top_k=options.top_k,
            top_p=1.0 if options.top_p is None else options.top_p,
        )
        found = (sample([text], seed=_seed(options, number))[0] for number, text in full)
    elif options.scores or options.as_json:
        # line by line: in the last digits scores depend on the lines that are worked on together
        found = (best([text], mass=options.mass)[0] for _, text in full)
    else:
        found = iter(best([text for _, text in full], mass=options.mass))
    unknown = [unseen.of(text, f"line {number}") for number, text in given]
    for (_, text), symbols in zip(given, unknown, strict=True):
        yield _shown(text, next(found) if text else [], symbols, options)
    if problem is not None:
        sys.stdout.flush()
        raise problem


def _seed(options: PredictOptions, number: int) -> int:
    """The seed of a line's samples."""
    return int(np.random.SeedSequence([options.seed or 0, number]).generate_state(1)[0])


def _shown(
    text: str, predictions: list[Prediction], unknown: list[str], options: PredictOptions
) -> str:
    if options.as_json:
        outputs: list[JSON] = [
            {
                "text": p.text,
                "symbols": list(p.symbols),
                "score": p.score,
                "log_probability": p.log_probability,
                "finished": p.finished,
                "origin": p.origin,
                **({} if p.share is None else {"share": p.share}),
            }
            for p in predictions
        ]
        return to_json({"source": text, "outputs": outputs, "unknown": unknown})
    fields = []
    for prediction in predictions:
        fields.append(printable(prediction.text))
        if options.scores:
            fields.append(f"{prediction.score:.4f}")
    return "\t".join(fields)
