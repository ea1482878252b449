"""How well a model of running text predicts a text: bits per character, beside baselines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...data.given import given
from ...data.seen import text_numbers
from ...data.text.text import read_text
from ...data.unseen import Unseen
from ...data.vocabulary import UNK
from ...decoding.perplexity import TextScore, costs, summed, symbols_of
from ...plain import JSON
from ...runtime.generate import Generator
from ..flattered import seen_by
from ..language_baselines import UNFAIR, Baseline, language_baselines, text_verdict
from ..model_evaluation import ModelEvaluation, Notes

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, kw_only=True, repr=False)
class GenerateEvaluation(ModelEvaluation):
    """What an evaluation of a model of running text found.

    Attributes:
        scores: Bits per character, perplexity.
        baselines: An n-gram model if it was given a text to learn from, and compressors.
        verdict: Who wins, in a sentence; `None` where the numbers do not tell.
    """

    scores: TextScore
    baselines: tuple[Baseline, ...]
    verdict: str | None

    def measured(self) -> dict[str, JSON]:
        verdicts = self.verdict is not None
        rows = [vars(b) | {"verdict": b.verdict() if verdicts else None} for b in self.baselines]
        return {**self.scores.to_json(), "baselines": rows, "verdict": self.verdict}

    def print_on(self, console: "Console") -> None:
        from ..tables import new_table, print_line, print_table

        score = self.scores
        numbers = ("bits/character", "95 %", "nats/symbol", "perplexity")
        table = new_table(console, ("", "left"), *((name, "right") for name in numbers))
        table.add_row(
            "this model",
            f"{score.bits_per_character:.3f}",
            f"{score.low:.3f} to {score.high:.3f}",
            f"{score.nats_per_symbol:.4f}",
            f"{score.perplexity:.2f}",
        )
        for baseline in self.baselines:
            table.add_row(baseline.name, f"{baseline.bits_per_character:.3f}", "", "", "")
        title = f"{self.data}: {score.characters:,} characters, {score.symbols:,} symbols"
        print_table(console, title, table)
        print_line(console, self._last_line(), style="")

    def headline(self) -> str:
        score = self.scores
        bits = f"{score.bits_per_character:.3f} ({score.low:.3f} to {score.high:.3f})"
        return f"bits per character {bits}, perplexity {score.perplexity:.2f}"

    def _last_line(self) -> str:
        score = self.scores
        if self.verdict is not None:
            return f"{self.verdict}."
        if score.unknown > UNFAIR * score.symbols:
            share = 100 * score.unknown / score.symbols
            return (
                f"no verdict: {share:.1f} % of the symbols are unknown to the model, which is not "
                "charged for which ones they are"
            )
        return "no verdict: the model has seen this text"


def evaluate(
    model: Generator,
    data: object,
    *,
    baselines: object = None,
    say: Callable[[str], object] | None = None,
) -> GenerateEvaluation:
    """Score a text, and baselines on it.

    Args:
        model: The model.
        data: A text, as `train` takes it.
        baselines: A text that baselines learn from first.
        say: Told each note at once.
    Raises:
        DataError: A text is empty or cannot be read.
    """
    notes, name = Notes(say), given(data).name
    text = read_text(data)
    train = None if baselines is None else read_text(baselines)
    if train and text in train:
        notes("note: baselines learn from a text that holds the scored one")
    vocabulary = model.parts.vocabulary
    ids, characters = symbols_of(vocabulary, text)
    Unseen(vocabulary.unknown, notes).of(text, name)
    nats = costs(model.runner, ids)
    score = summed(nats, characters, ids == UNK)
    found = language_baselines(nats, characters, text, train)
    known = seen_by(model.file, text_numbers(text), name, "text", notes)
    return GenerateEvaluation(
        model=model.name,
        data=name,
        notes=tuple(notes.lines),
        seen=known,
        scores=score,
        baselines=tuple(found),
        verdict=text_verdict(score, found, seen=known is not None and known.flatters),
    )
