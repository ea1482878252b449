"""`predict`, `evaluate`, `inspect` for the task `transduce`: one line in, one line out."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.pairs.pairs import PairColumns, group_by_source
from ...data.seen import row_numbers
from ...data.sources import load_pairs
from ...data.vocabulary import Vocabulary
from ...errors import ConfigError, DataError
from ...extras import require
from ...plain import JSON, printable, to_json
from ...runtime import Prediction, Transducer
from ..lines import argument, batches, no_files, printing
from ..request import DRAWN, SEARCHED, Request
from ..seen import seen_json, warn_of_seen
from ..unknown import Unseen

if TYPE_CHECKING:
    from ...inspection.trace import Trace

FLAGS = {
    "cell": ("model.encoder_cell", "model.decoder_cell"),
    "link": ("model.link",),
}
DRAWING = ("temperature", "top_k", "top_p", "seed")


def predict(model: Transducer, request: Request) -> None:
    """Print the best outputs of each line, as the lines come."""
    known = ("texts", "beam", "nbest", "scores", "as_json", "length_penalty", "sample")
    request.only("transduce", *known, *DRAWING)
    if not request.sample and any(getattr(request, name) is not None for name in DRAWING):
        raise ConfigError(
            "predict: `--temperature`, `--top-k`, `--top-p` and `--seed` need --sample. Add it."
        )
    if request.seed is not None and request.seed < 0:
        raise ConfigError(f"predict: `--seed` must be at least 0, got {request.seed}.")
    options: dict[str, Any] = {"beam": request.beam, "length_penalty": request.length_penalty}
    if request.sample:
        options["temperature"] = 1.0 if request.temperature is None else request.temperature
        options |= {"top_k": request.top_k, "seed": request.seed or 0}
        options["top_p"] = 1.0 if request.top_p is None else request.top_p
    nbest = 1 if request.nbest is None else request.nbest
    with printing():
        unseen = Unseen(model.parts.source.unknown)
        for lines in batches(no_files(request.texts)):
            for line in _answers(model, lines, unseen, nbest, request, options):
                print(line)
            sys.stdout.flush()


def evaluate(model: Transducer, request: Request) -> None:
    """Print error rates with intervals, error by length and confusions."""
    from ...evaluation import evaluate_outputs

    request.only("transduce", "file", "as_json", "outputs", "beam", "length_penalty")
    require("evaluate", "rapidfuzz", "sacrebleu")
    file, outputs = request.file, request.outputs
    pairs = load_pairs(file, "test", **_reading(model))
    examples = group_by_source(pairs)
    source, target = model.parts.source, model.parts.target
    for number, example in enumerate(examples, 1):
        model.encode(example.source, f"source {number} of {file}")
    predicted = model.predict(
        [example.source for example in examples],
        beam=request.beam,
        length_penalty=request.length_penalty,
    )
    found = evaluate_outputs(
        [example.source for example in examples],
        predicted,
        [example.targets for example in examples],
        split_source=source.split,
        split_target=target.split,
        bleu_tokenizer=_bleu_tokenizer(target, [t for e in examples for t in e.targets]),
    )
    for side, vocabulary, texts in (
        ("source", source, [e.source for e in examples]),
        ("reference", target, [t for e in examples for t in e.targets]),
    ):
        unknown = [symbol for text in texts for symbol in vocabulary.unknown(text)]
        if unknown:
            print(
                f"note: {len(unknown)} {side} symbols were never seen in training: "
                f"{' '.join(sorted(set(unknown))[:10])}",
                file=sys.stderr,
            )
    known = warn_of_seen(model.file, row_numbers(p.row for p in pairs), file, "pairs")
    if request.as_json:
        about = {"model": str(request.model), "data": file, **seen_json(known)}
        print(to_json({**about, **found.to_json()}, indent=2))
    else:
        from rich.console import Console

        from ...evaluation.report import print_evaluation

        print_evaluation(found, Console())
    if outputs is not None:
        found.write_outputs(outputs)


def trace(model: Transducer, request: Request) -> "Trace":
    """What the model did with a source."""
    from ..inspected import weights_of

    request.only("transduce", "target", "weight", "alignments", *DRAWN, *SEARCHED)
    text = argument(request.given, "inspect").strip()
    unknown = Unseen(model.parts.source.unknown).of(text, "the input")
    found = model.trace(text, target=request.target, attention=weights_of(request.weight))
    return found.updated(facts={"unknown": unknown})


def searchable(model: Transducer, file: str) -> Iterator[str]:
    """Sources like those of the training data; those that the model cannot read are left out."""
    longest, read = model.parts.max_symbols, model.parts.source.encode
    sources = (one.source for one in group_by_source(load_pairs(file, "train", **_reading(model))))
    return (source for source in sources if 0 < len(read(source)) <= longest)


def _reading(model: Transducer) -> dict[str, Any]:
    """How the training file was read; another file is of the same make."""
    data = model.file.training.get("settings", {}).get("data", {})
    return {"stress": bool(data.get("stress", False)), "columns": PairColumns.of(data)}


def _answers(
    model: Transducer,
    lines: list[tuple[int, str]],
    unseen: Unseen,
    nbest: int,
    request: Request,
    options: dict[str, Any],
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
    if options.get("temperature") is not None:
        # line by line: what is drawn depends on the line's number, not on when it came
        found = (_draw(model, text, number, nbest, options) for number, text in full)
    elif request.scores or request.as_json:
        # line by line: in the last digits scores depend on the lines that are worked on together
        found = (model.predict_nbest([text], nbest, **options)[0] for _, text in full)
    else:
        found = iter(model.predict_nbest([text for _, text in full], nbest, **options))
    unknown = [unseen.of(text, f"line {number}") for number, text in given]
    for (_, text), symbols in zip(given, unknown, strict=True):
        yield _shown(text, next(found) if text else [], symbols, request)
    if problem is not None:
        sys.stdout.flush()
        raise problem


def _draw(
    model: Transducer, text: str, number: int, nbest: int, options: dict[str, Any]
) -> list[Prediction]:
    seed = int(np.random.SeedSequence([options["seed"], number]).generate_state(1)[0])
    return model.predict_nbest([text], nbest, **{**options, "seed": seed})[0]


def _shown(text: str, predictions: list[Prediction], unknown: list[str], request: Request) -> str:
    if request.as_json:
        outputs: list[JSON] = [
            {
                "text": p.text,
                "symbols": list(p.symbols),
                "score": p.score,
                "log_probability": p.log_probability,
                "finished": p.finished,
            }
            for p in predictions
        ]
        return to_json({"source": text, "outputs": outputs, "unknown": unknown})
    fields = []
    for prediction in predictions:
        fields.append(printable(prediction.text))
        if request.scores:
            fields.append(f"{prediction.score:.4f}")
    return "\t".join(fields)


def _bleu_tokenizer(target: Vocabulary, texts: list[str]) -> str:
    """sacrebleu's tokeniser: none for symbols, characters for single words, else its usual one."""
    if target.level == "symbols":
        return "none"
    return "13a" if any(" " in text for text in texts) else "char"
