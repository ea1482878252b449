"""Everything measured about a model's outputs on a test set, in one value.

The scores are made in error_rates.py and bleu.py, the tables in breakdown.py; report.py prints
them. Outputs are right when they equal a reference symbol by symbol, after splitting.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import DataError
from ..files import replacing
from ..plain import JSON
from .bleu import check_tokenizer, corpus_bleu, corpus_chrf
from .breakdown import Confusion, LengthRow, by_length, most_confused
from .edit_distance import Edit, edits
from .error_rates import (
    Match,
    Score,
    exact_match,
    match_references,
    output_error_rate,
    symbol_error_rate,
)
from .weighted import WeightedRates, weighted_rates


@dataclass(frozen=True)
class OutputRow:
    """One source, what the model made of it, and the reference that came closest."""

    source: str
    output: str
    best_reference: str
    edits: int
    correct: bool


@dataclass(frozen=True)
class Evaluation:
    """The scores of a test set, and where its errors sit.

    `sources` counts them; rates are in %; BLEU and chrF run from 0 to 100 and carry sacrebleu's
    signatures; there is no BLEU where most references are too short for it. `weighted` has the
    error rates by the sources' weights, if these have some.
    """

    sources: int
    symbol_error_rate: Score
    output_error_rate: Score
    exact_match: Score
    bleu: Score | None
    bleu_signature: str
    chrf: Score
    chrf_signature: str
    by_length: tuple[LengthRow, ...]
    confusions: tuple[Confusion, ...]
    rows: tuple[OutputRow, ...]
    weighted: WeightedRates | None = None

    def to_json(self) -> dict[str, JSON]:
        """Everything but `rows`, in types that `json` writes."""
        names = ("symbol_error_rate", "output_error_rate", "exact_match", "bleu", "chrf")
        scores: dict[str, dict[str, JSON] | None] = {}
        for name in names:
            score = getattr(self, name)
            scores[name] = found = None if score is None else asdict(score)
            if found is not None and name in ("bleu", "chrf"):
                found["signature"] = getattr(self, f"{name}_signature")
        return {
            "sources": self.sources,
            **scores,
            **({} if self.weighted is None else {"weighted": self.weighted.to_json()}),
            "by_length": [asdict(row) for row in self.by_length],
            "confusions": [asdict(confusion) for confusion in self.confusions],
        }

    def write_outputs(self, path: str | Path) -> None:
        r"""Write `rows` as UTF-8 TSV with a header; `correct` is 1 or 0.

        The file appears whole or not at all, replacing one that was there. Nothing is quoted;
        a tab or line break inside a text is written as `\t`, `\n` or `\r`.

        Raises:
            RunError: The file cannot be written.
        """
        with (
            replacing(Path(path), "write_outputs") as beside,
            # backslashreplace: a lone surrogate must not cost the whole file
            open(beside, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
        ):
            file.writelines(self._lines())

    def _lines(self) -> Iterator[str]:
        yield "source\toutput\tbest_reference\tedits\tcorrect\n"
        for row in self.rows:
            texts = (_one_field(t) for t in (row.source, row.output, row.best_reference))
            yield "\t".join((*texts, str(row.edits), str(int(row.correct)))) + "\n"


@dataclass(frozen=True)
class LookedUp:
    """What a dictionary of exceptions changes.

    Attributes:
        entries: Sources that it holds.
        sources: Test sources among them.
        without: The evaluation of what the network itself predicts.
    """

    entries: int
    sources: int
    without: Evaluation

    def to_json(self) -> dict[str, JSON]:
        """Counts, and the error rates without the dictionary."""
        without = self.without.to_json()
        names = ("symbol_error_rate", "output_error_rate", "exact_match")
        return {
            "entries": self.entries,
            "sources": self.sources,
            "without": {name: without[name] for name in names},
        }


def evaluate_outputs(
    sources: Sequence[str],
    outputs: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    split_source: Callable[[str], list[str]],
    split_target: Callable[[str], list[str]],
    weights: Sequence[float] | None = None,
    bleu_tokenizer: str = "13a",
    seed: int = 0,
) -> Evaluation:
    """Score `outputs` against `references`.

    Args:
        sources: The texts the model read.
        outputs: The text it made of each.
        references: One or more right texts for each.
        split_source: Source text to symbols; only their number is used.
        split_target: Output or reference text to symbols.
        weights: Of the sources, not negative, for error rates by weight as well.
        bleu_tokenizer: sacrebleu's; "none" for symbols separated by spaces.
        seed: Of the bootstrap.

    Raises:
        ConfigError: The tokenizer is unknown.
        DataError: There is no source, the lists differ in length, or a source has no reference.
        MissingExtraError: rapidfuzz or sacrebleu is not installed.
    """
    _check(sources, outputs, references)
    check_tokenizer("evaluate_outputs", bleu_tokenizer)
    output_symbols = [split_target(output) for output in outputs]
    reference_symbols = [[split_target(text) for text in accepted] for accepted in references]
    matches = match_references(output_symbols, reference_symbols)

    edit_counts = [match.edits for match in matches]
    wrong = output_error_rate(edit_counts, seed=seed)
    bleu, bleu_signature = corpus_bleu(outputs, references, tokenizer=bleu_tokenizer, seed=seed)
    chrf, chrf_signature = corpus_chrf(outputs, references, seed=seed)
    return Evaluation(
        sources=len(sources),
        symbol_error_rate=symbol_error_rate(
            edit_counts, [match.reference_symbols for match in matches], seed=seed
        ),
        output_error_rate=wrong,
        exact_match=exact_match(wrong),
        bleu=bleu,
        bleu_signature=bleu_signature,
        chrf=chrf,
        chrf_signature=chrf_signature,
        by_length=by_length([len(split_source(source)) for source in sources], matches),
        confusions=most_confused(_all_edits(output_symbols, reference_symbols, matches)),
        rows=tuple(
            OutputRow(
                source=source,
                output=output,
                best_reference=accepted[match.reference],
                edits=match.edits,
                correct=match.edits == 0,
            )
            for source, output, accepted, match in zip(
                sources, outputs, references, matches, strict=True
            )
        ),
        weighted=None if weights is None else weighted_rates(matches, weights, seed=seed),
    )


def _check(
    sources: Sequence[str], outputs: Sequence[str], references: Sequence[Sequence[str]]
) -> None:
    if not sources:
        raise DataError(
            "evaluate_outputs: `sources` must hold at least 1 text, got 0. "
            "Give a test set with at least one pair."
        )
    for name, given in (("outputs", outputs), ("references", references)):
        if len(given) != len(sources):
            raise DataError(
                f"evaluate_outputs: `{name}` must hold one entry per source, {len(sources)}, "
                f"got {len(given)}. Pair them by position."
            )
    for source, accepted in zip(sources, references, strict=True):
        if isinstance(accepted, str) or not accepted:
            raise DataError(
                f"evaluate_outputs: `references` of source {source!r} must be a tuple of at least "
                f"1 text, got {accepted!r}. Give each source the outputs that are right for it."
            )


def _all_edits(
    outputs: Sequence[list[str]], references: Sequence[list[list[str]]], matches: Sequence[Match]
) -> Iterator[Edit]:
    for output, accepted, match in zip(outputs, references, matches, strict=True):
        if match.edits:
            yield from edits(output, accepted[match.reference])


def _one_field(text: str) -> str:
    return text.replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
