"""`seqloom evaluate`: a model file against pairs it has not seen."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..data.vocabulary import Vocabulary


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file, e.g. runs/words/best.safetensors.")],
    file: Annotated[str, typer.Argument(help="A TSV of pairs; or: cmudict, for its test part.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    outputs: Annotated[
        Path | None, typer.Option(help="Write every source and output to this TSV.")
    ] = None,
    beam: Annotated[
        int | None, typer.Option(help="Hypotheses kept; 1 is greedy. [default: the model's]")
    ] = None,
    length_penalty: Annotated[
        float | None, typer.Option(help="0 favours short outputs. [default: the model's]")
    ] = None,
) -> None:
    """Measure a model: error rates with 95 % intervals, error by length, confusions.

    Repeated sources are references of one; an output that equals any of them is right.

    \b
    Examples:
      seqloom evaluate runs/words/best.safetensors test.tsv
      seqloom evaluate runs/words/best.safetensors test.tsv --json --outputs out.tsv
    """
    from rich.console import Console

    from ..data.pairs import group_by_source
    from ..data.sources import load_pairs
    from ..evaluation import evaluate_outputs
    from ..evaluation.report import print_evaluation
    from ..extras import require
    from ..files import explaining
    from ..runtime import load

    require("evaluate", "rapidfuzz", "sacrebleu")
    if outputs is not None:
        with explaining(outputs, "evaluate"):
            outputs.absolute().parent.stat()  # before the work, not after it
    loaded = load(model)
    settings = loaded.file.training.get("settings", {})
    stress = bool(settings.get("data", {}).get("stress", False))
    examples = group_by_source(load_pairs(file, "test", stress=stress))
    source, target = loaded.file.source, loaded.file.target
    for number, example in enumerate(examples, 1):
        loaded.encode(example.source, f"source {number} of {file}")
    predicted = loaded.predict(
        [example.source for example in examples], beam=beam, length_penalty=length_penalty
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
    if as_json:
        print(json.dumps({"model": str(model), "data": file, **found.to_json()}, indent=2))
    else:
        print_evaluation(found, Console())
    if outputs is not None:
        found.write_outputs(outputs)


def _bleu_tokenizer(target: "Vocabulary", texts: list[str]) -> str:
    """sacrebleu's tokeniser: none for symbols, characters for single words, else its usual one."""
    if target.level == "symbols":
        return "none"
    return "13a" if any(" " in text for text in texts) else "char"
