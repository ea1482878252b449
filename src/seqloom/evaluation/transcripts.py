"""Everything measured about transcripts of speech, in one value.

    WER   100 * word edits / words of the references
    CER   100 * character edits / characters of the references, spaces between words counted
    wrong 100 * recordings with an edit / recordings

Texts are compared as they are, but for runs of white space; intervals are those of bootstrap.py,
over recordings. transcript_report.py prints it. Checked by `tests/evaluation/test_transcripts.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import DataError
from ..files import replacing
from ..plain import JSON
from .breakdown import Confusion, LengthRow, by_length, most_confused
from .edit_distance import Edit, distance, edits
from .error_rates import Match, Score, output_error_rate, symbol_error_rate

WORST = 10


@dataclass(frozen=True)
class TranscriptRow:
    """One recording, what was said and what was heard."""

    name: str
    reference: str
    output: str
    seconds: float
    words: int
    word_edits: int
    characters: int
    character_edits: int


@dataclass(frozen=True)
class SpeechEvaluation:
    """The scores of a test set, and where its errors sit.

    `recordings` counts them, `seconds` is their length together; `by_length` goes by words of the
    reference; `worst` are the recordings with most word edits, worst first.
    """

    recordings: int
    seconds: float
    word_error_rate: Score
    character_error_rate: Score
    wrong_recordings: Score
    by_length: tuple[LengthRow, ...]
    confusions: tuple[Confusion, ...]
    worst: tuple[TranscriptRow, ...]
    rows: tuple[TranscriptRow, ...]

    def to_json(self) -> dict[str, JSON]:
        """Everything but `rows`, in types that `json` writes."""
        names = ("word_error_rate", "character_error_rate", "wrong_recordings")
        return {
            "recordings": self.recordings,
            "seconds": round(self.seconds, 3),
            **{name: asdict(getattr(self, name)) for name in names},
            "by_length": [asdict(row) for row in self.by_length],
            "confusions": [asdict(confusion) for confusion in self.confusions],
            "worst": [asdict(row) for row in self.worst],
        }

    def write_outputs(self, path: str | Path) -> None:
        """Write `rows` as UTF-8 TSV with a header.

        Raises:
            RunError: The file cannot be written.
        """
        with replacing(Path(path), "write_outputs") as beside:
            beside.write_text("".join(self._lines()), encoding="utf-8", errors="backslashreplace")

    def _lines(self) -> Iterator[str]:
        yield "audio\treference\toutput\tword_edits\tcharacter_edits\tseconds\n"
        for row in self.rows:
            counts = (row.word_edits, row.character_edits, f"{row.seconds:.3f}")
            yield "\t".join((row.name, row.reference, row.output, *map(str, counts))) + "\n"


def evaluate_transcripts(
    names: Sequence[str],
    seconds: Sequence[float],
    outputs: Sequence[str],
    references: Sequence[str],
    *,
    seed: int = 0,
) -> SpeechEvaluation:
    """Score `outputs` against `references`.

    Args:
        names: What to call each recording.
        seconds: How long it is.
        outputs: What was heard.
        references: What was said.
        seed: Of the bootstrap.
    Raises:
        DataError: There is no recording, or the lists differ in length.
        MissingExtraError: rapidfuzz is not installed.
    """
    if not names or not len(names) == len(seconds) == len(outputs) == len(references):
        raise DataError(
            "evaluate_transcripts: `outputs` must hold one text per recording, at least 1, got "
            f"{len(outputs)} texts for {len(names)} recordings and {len(references)} references."
        )
    rows = tuple(map(_row, names, seconds, outputs, references))
    matches = [Match(reference=0, edits=r.word_edits, reference_symbols=r.words) for r in rows]
    words = [row.word_edits for row in rows]
    by_words = sorted((r for r in rows if r.word_edits), key=lambda r: (-r.word_edits, r.name))
    return SpeechEvaluation(
        recordings=len(rows),
        seconds=float(sum(seconds)),
        word_error_rate=symbol_error_rate(words, [row.words for row in rows], seed=seed),
        character_error_rate=symbol_error_rate(
            [row.character_edits for row in rows], [row.characters for row in rows], seed=seed
        ),
        wrong_recordings=output_error_rate(words, seed=seed),
        by_length=by_length([row.words for row in rows], matches),
        confusions=most_confused(_edits(rows)),
        worst=tuple(by_words[:WORST]),
        rows=rows,
    )


def _row(name: str, seconds: float, output: str, reference: str) -> TranscriptRow:
    said, heard = reference.split(), output.split()
    joined = " ".join(said)
    return TranscriptRow(
        name=name,
        reference=joined,
        output=" ".join(heard),
        seconds=float(seconds),
        words=len(said),
        word_edits=distance(heard, said),
        characters=len(joined),
        character_edits=distance(" ".join(heard), joined),
    )


def _edits(rows: Sequence[TranscriptRow]) -> Iterator[Edit]:
    for row in rows:
        if row.word_edits:
            yield from edits(row.output.split(), row.reference.split())
