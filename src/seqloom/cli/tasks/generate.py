"""`predict` and `inspect` for the task `generate`: a text goes on."""

import functools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...data.tables.text_file import STANDARD_INPUT
from ...data.text.text import read_text
from ...data.unseen import Unseen
from ...errors import ConfigError
from ...plain import printable, to_json
from ...runtime.generate import Generator
from ..lines import argument, decoded, no_files, printing, reader
from ..options import InspectOptions, PredictOptions

if TYPE_CHECKING:
    from ...inspection.trace import Trace

PIECE = 1000  # characters that are searched at a time


def predict(model: Generator, options: PredictOptions) -> None:
    """Print each prompt and what follows it, symbol by symbol as they are made."""
    copies = 1 if options.nbest is None else options.nbest
    if copies < 1:
        raise ConfigError(f"predict: `--nbest` must be at least 1, got {copies}.")
    sample = functools.partial(
        model.continued,
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


def trace(model: Generator, given: str, options: InspectOptions) -> "Trace":
    """What the model did with a text, up to the symbol that follows it."""
    text = argument(given)
    unknown = Unseen(model.parts.vocabulary.unknown).of(text, "the input")
    return model.trace(text, target=options.target).updated(facts={"unknown": unknown})


def searchable(model: Generator, file: str) -> Iterator[str]:
    """The text of a file in pieces; the model begins anew with each."""
    text = read_text(file)
    return (text[first : first + PIECE] for first in range(0, len(text), PIECE))
