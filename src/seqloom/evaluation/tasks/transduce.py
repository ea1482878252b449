"""How good a model of pairs is: error rates, BLEU and chrF, error by length, confusions."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...data.given import given
from ...data.pairs.load import load_pairs
from ...data.pairs.pairs import PairColumns, group_by_source
from ...data.seen import row_numbers
from ...data.vocabulary import Vocabulary
from ...extras import require
from ...plain import JSON
from ...runtime.transduce import Transducer
from ..evaluate import Evaluation, LookedUp, evaluate_outputs
from ..flattered import seen_by
from ..model_evaluation import ModelEvaluation, Notes, said

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, kw_only=True, repr=False)
class TransduceEvaluation(ModelEvaluation):
    """What an evaluation of a model of pairs found.

    Attributes:
        scores: Error rates, BLEU, chrF, and `rows`, every output beside its best reference.
        exceptions: What the dictionary of the model file changes, if there is one.
    """

    scores: Evaluation
    exceptions: LookedUp | None = None

    def measured(self) -> dict[str, JSON]:
        looked_up = self.exceptions
        more = {} if looked_up is None else {"exceptions": looked_up.to_json()}
        return self.scores.to_json() | more

    def print_on(self, console: "Console") -> None:
        from ..report import print_evaluation

        print_evaluation(self.scores, console, self.exceptions)

    def headline(self) -> str:
        scores = self.scores
        rates = {"symbol": scores.symbol_error_rate, "output": scores.output_error_rate}
        return ", ".join(said(f"{name} error rate", rate) for name, rate in rates.items())

    def write_outputs(self, path: str | Path) -> None:
        """Write every source, output and best reference as a TSV; see `Evaluation`."""
        self.scores.write_outputs(path)


def evaluate(
    model: Transducer,
    data: object,
    *,
    beam: int | None = None,
    length_penalty: float | None = None,
    say: Callable[[str], object] | None = None,
) -> TransduceEvaluation:
    """Score a model's outputs.

    Args:
        model: The model.
        data: Pairs, as `train` takes them; several targets of one source are alternatives.
        beam: Of the search; what the file says if `None`.
        length_penalty: Of the search; what the file says if `None`.
        say: Told each note at once.
    Raises:
        DataError: The data breaks a rule, or the model cannot read a source.
    """
    require("evaluate", "rapidfuzz", "sacrebleu")
    notes, name = Notes(say), given(data).name
    stress, columns = reading(model)
    pairs = load_pairs(data, "test", stress=stress, columns=columns)
    examples = group_by_source(pairs)
    sources = [example.source for example in examples]
    targets = [target for example in examples for target in example.targets]
    for number, text in enumerate(sources, 1):
        model.encode(text, f"source {number} of {name}")
    source, target = model.parts.source, model.parts.target
    alone = model.predict(sources, beam=beam, length_penalty=length_penalty, exceptions=False)
    known = [model.known(text) for text in sources]
    weighted = any(example.weight != 1.0 for example in examples)
    score = functools.partial(
        evaluate_outputs,
        sources,
        references=[example.targets for example in examples],
        split_source=source.split,
        split_target=target.split,
        weights=[example.weight for example in examples] if weighted else None,
        bleu_tokenizer=_bleu_tokenizer(target, targets),
    )
    scores = score([e[0].text if e else text for e, text in zip(known, alone, strict=True)])
    looked_up = None
    if model.parts.exceptions is not None:
        without = score(alone) if any(known) else scores
        looked_up = LookedUp(len(model.parts.exceptions), sum(map(bool, known)), without)
    for side, vocabulary, texts in (("source", source, sources), ("reference", target, targets)):
        unknown = [symbol for text in texts for symbol in vocabulary.unknown(text)]
        if unknown:
            notes(
                f"note: {len(unknown)} {side} symbols were never seen in training: "
                f"{' '.join(sorted(set(unknown))[:10])}"
            )
    trained_on = seen_by(model.file, row_numbers(p.row for p in pairs), name, "pairs", notes)
    return TransduceEvaluation(
        model=model.name,
        data=name,
        notes=tuple(notes.lines),
        seen=trained_on,
        scores=scores,
        exceptions=looked_up,
    )


def reading(model: Transducer) -> tuple[bool, PairColumns]:
    """How the training file was read, stress and columns; another file is of the same make."""
    data = model.file.data_settings
    return bool(data.get("stress", False)), PairColumns.of(data)


def _bleu_tokenizer(target: Vocabulary, texts: list[str]) -> str:
    """sacrebleu's tokeniser: none for symbols, characters for single words, else its usual one."""
    if target.level == "symbols":
        return "none"
    return "13a" if any(" " in text for text in texts) else "char"
