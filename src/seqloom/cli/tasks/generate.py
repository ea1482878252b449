"""`predict`, `evaluate`, `inspect` for the task `generate`: a text goes on, or is scored."""

import functools
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...data.seen import text_numbers
from ...data.tables.text_file import STANDARD_INPUT
from ...data.text.text import read_text
from ...data.vocabulary import UNK
from ...decoding.perplexity import TextScore, costs, summed, symbols_of
from ...errors import ConfigError
from ...plain import printable, to_json
from ...runtime.generate import Generator
from ..lines import argument, decoded, no_files, printing, reader
from ..options import EvaluateOptions, InspectOptions, PredictOptions
from ..seen import subject, warn_of_seen
from ..unknown import Unseen

if TYPE_CHECKING:
    from ...evaluation.language_baselines import Baseline
    from ...inspection.trace import Trace

PIECE = 1000  # characters that are searched at a time


def predict(model: Generator, options: PredictOptions) -> None:
    """Print each prompt and what follows it, symbol by symbol as they are made."""
    copies = 1 if options.nbest is None else options.nbest
    if copies < 1:
        raise ConfigError(f"predict: `--nbest` must be at least 1, got {copies}.")
    sample = functools.partial(
        model.stream,
        length=options.length,
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        seed=options.seed or 0,
    )
    texts = [text for text in no_files(options.texts) or [] if options.texts != [STANDARD_INPUT]]
    given = [os.fsencode(text) for text in texts] or [reader("Give a TEXT.")(-1)]
    prompts = [decoded(raw, "predict: a prompt", "utf-8-sig") for raw in given]
    unseen = Unseen(model.parts.vocabulary.unknown)
    unknown = [unseen.of(prompt, "the prompt") for prompt in prompts]
    # one after another, each with a number of its own: equal prompts draw differently
    numbered = [(p, copies * i + k) for i, p in enumerate(prompts) for k in range(copies)]
    with printing():
        for prompt, number in numbered:
            pieces = sample(prompt, number=number)
            if options.as_json:
                symbols = unknown[number // copies]
                found = {"prompt": prompt, "text": "".join(pieces), "unknown": symbols}
                print(to_json(found), flush=True)
                continue
            print(printable(prompt, lines=True), end="", flush=True)
            for piece in pieces:
                print(printable(piece, lines=True), end="", flush=True)
            print()


def evaluate(model: Generator, options: EvaluateOptions) -> None:
    """Print bits per character and perplexity, baselines, and who wins."""
    from ...evaluation.language_baselines import language_baselines, text_verdict

    text = read_text(options.file)
    train = None if options.baselines is None else read_text(options.baselines)
    if train and text in train:
        print("note: baselines learn from a text that holds the scored one", file=sys.stderr)
    vocabulary = model.parts.vocabulary
    ids, characters = symbols_of(vocabulary, text)
    Unseen(vocabulary.unknown).of(text, options.file)
    nats = costs(model.network, ids)
    score = summed(nats, characters, ids == UNK)
    baselines = language_baselines(nats, characters, text, train)
    known = warn_of_seen(model.file, text_numbers(text), options.file, "text")
    verdict = text_verdict(score, baselines, seen=known is not None and known.flatters)
    if options.as_json:
        rows = [vars(b) | {"verdict": verdict and b.verdict()} for b in baselines]
        found = subject(options, known) | score.to_json()
        print(to_json({**found, "baselines": rows, "verdict": verdict}, indent=2))
        return
    _print(score, baselines, options.file, verdict)


def trace(model: Generator, given: str, options: InspectOptions) -> "Trace":
    """What the model did with a text, up to the symbol that follows it."""
    text = argument(given)
    unknown = Unseen(model.parts.vocabulary.unknown).of(text, "the input")
    return model.trace(text, target=options.target).updated(facts={"unknown": unknown})


def searchable(model: Generator, file: str) -> Iterator[str]:
    """The text of a file in pieces; the model begins anew with each."""
    text = read_text(file)
    return (text[first : first + PIECE] for first in range(0, len(text), PIECE))


def _print(score: TextScore, baselines: "list[Baseline]", name: str, verdict: str | None) -> None:
    from rich.console import Console

    from ...evaluation.language_baselines import UNFAIR
    from ...evaluation.tables import new_table, print_line, print_table

    console = Console()
    numbers = ("bits/character", "95 %", "nats/symbol", "perplexity")
    table = new_table(console, ("", "left"), *((name, "right") for name in numbers))
    table.add_row(
        "this model",
        f"{score.bits_per_character:.3f}",
        f"{score.low:.3f} to {score.high:.3f}",
        f"{score.nats_per_symbol:.4f}",
        f"{score.perplexity:.2f}",
    )
    for baseline in baselines:
        table.add_row(baseline.name, f"{baseline.bits_per_character:.3f}", "", "", "")
    title = f"{name}: {score.characters:,} characters, {score.symbols:,} symbols"
    print_table(console, title, table)
    if verdict is not None:
        print_line(console, f"{verdict}.", style="")
    elif score.unknown > UNFAIR * score.symbols:
        share = 100 * score.unknown / score.symbols
        print_line(
            console,
            f"no verdict: {share:.1f} % of the symbols are unknown to the model, which is not "
            "charged for which ones they are",
            style="",
        )
    else:
        print_line(console, "no verdict: the model has seen this text", style="")
