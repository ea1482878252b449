"""The held-out test of the task `transduce`: symbol errors on sources held out.

A source is on one side only: the hash of `data/hashes.py` decides, and the sources of a test file
of the user's own are taken out of the training data. Outputs are those of the model file's own
search.

The baseline knows no network: the training source of fewest edits gives its output. It is what a
memory without generalisation is worth. Checked by `tests/comparison/test_held_out.py`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...config.transduce import TransduceDataConfig
from ...data.given import is_data_set
from ...data.pairs.load import load_pairs
from ...data.pairs.pairs import Example, Pair, PairColumns, group_by_source, read_pairs
from ...data.pairs.split import split_by_source
from ...data.tables.roles import NONE
from ...data.vocabulary import Vocabulary
from ...errors import DataError
from ...evaluation.error_rates import match_references
from ...evaluation.measure import Measure
from ...extras import require
from ...runtime.model import Model
from ...runtime.transduce import Transducer
from ..records import Settings, Spec, section, test_file
from .files import write_lines
from .held_out import TEST_FRACTION, Answers, ExampleScores, HeldOut, TaskBaseline

if TYPE_CHECKING:
    from ...training.work import Work


MOST_SOURCES = 2000  # held out: more would make scoring slow
AT_ONCE = 32  # sources whose distances to the whole training data are in memory together
# of the files written here
PLAIN = {
    "header": "no",
    "source_column": "1",
    "target_column": "2",
    **{f"{role}_column": NONE for role in ("group", "split", "features", "weight")},
}
TAGGED = {**PLAIN, "features_column": "3"}


class TransduceHeldOut(HeldOut):
    """Pairs held out."""

    measure = Measure("symbol_error", "symbol error", "%", 2, scale=100.0)
    length_unit = "source symbols"

    @classmethod
    def hold_out(
        cls, data: str, test: str | None, settings: Settings, folder: Path
    ) -> tuple[Spec, list[str]]:
        chosen = section(settings, "data")
        options: dict[str, Any] = {
            "stress": bool(chosen.get("stress", False)),
            "columns": PairColumns.of(vars(TransduceDataConfig()) | chosen),
        }
        pairs, valid = load_pairs(data, "train", **options), None
        known: set[str] = set()
        if test is not None or is_data_set(data):
            held_out = load_pairs(test or data, "test", **options)
            known = {pair.source for pair in held_out}
            train = [pair for pair in pairs if pair.source not in known]
            if not train:
                raise DataError(
                    f"compare: every source of `{data}` is in `{test}` too. "
                    "Leave out --test, and a part of the data is held out."
                )
        else:
            train, held_out = split_by_source(pairs, TEST_FRACTION, max_sources=MOST_SOURCES)
        if is_data_set(data):
            checks = [p for p in load_pairs(data, "valid", **options) if p.source not in known]
            valid = write_pairs(folder / "valid.tsv", checks)
        sources = len({pair.source for pair in held_out})
        lines = [f"test: {sources:,} sources of {test or data}, which no network is trained on"]
        if len(train) < len(pairs) and test is not None:
            lines.append(f"left out of training: {len(pairs) - len(train):,} pairs of test sources")
        return {
            "train": write_pairs(folder / "train.tsv", train),
            "valid": valid,
            "test": write_pairs(folder / "test.tsv", held_out),
            "settings": {"data": TAGGED if any(pair.features for pair in pairs) else PLAIN},
        }, lines

    @classmethod
    def complete(cls, spec: Spec, work: "Work") -> Spec:
        from ...training.tasks.transduce import Transduce  # torch

        assert isinstance(work, Transduce), "of this task"
        source, most = work.data.source, work.config.data.max_symbols
        examples = group_by_source(read_pairs(test_file(spec), _columns(spec)))
        lengths = [len(source.encode(example.source)) for example in examples]
        kept = [i for i, length in enumerate(lengths) if 0 < length <= most]
        if not kept:
            raise DataError(
                f"compare: `{spec['test']}` must have a source of at most {most} symbols, got "
                "none. Raise data.max_symbols."
            )
        target = work.data.target
        return {**spec, "source": source.to_json(), "target": target.to_json(), "kept": kept}

    def __init__(self, spec: Spec) -> None:
        require("compare", "rapidfuzz")
        self.columns = _columns(spec)
        examples = group_by_source(read_pairs(test_file(spec), self.columns))
        self.examples: list[Example] = [examples[i] for i in spec["kept"]]
        self.source = Vocabulary.from_json(spec["source"], of_source=True)
        self.target = Vocabulary.from_json(spec["target"])
        self.train = spec["train"]
        self.lengths = [float(len(self.source.split(e.source))) for e in self.examples]

    def answers(self, model: Model, rows: Sequence[int]) -> Answers:
        assert isinstance(model, Transducer), "of this task"
        return model.predict([self.examples[row].source for row in rows])

    def score(self, rows: Sequence[int], answers: Answers) -> ExampleScores:
        split = self.target.split
        found = match_references(
            [split(answer) for answer in answers],
            [[split(text) for text in self.examples[row].targets] for row in rows],
        )
        return ExampleScores(
            [float(match.edits) for match in found],
            [float(match.reference_symbols) for match in found],
        )

    def baselines(self) -> list[TaskBaseline]:
        return [TaskBaseline("nearest", "nearest training source", self._nearest)]

    def _nearest(self) -> Callable[[Sequence[int]], list[str]]:
        """Find the training source of fewest edits, the first of equals."""
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cdist

        known = group_by_source(read_pairs(self.train, self.columns))
        numbers: dict[str, int] = {}  # of symbols, which are what is compared

        def spelled(text: str) -> list[int]:
            return [numbers.setdefault(s, len(numbers)) for s in self.source.split(text)]

        choices = [spelled(example.source) for example in known]

        def answer(rows: Sequence[int]) -> list[str]:
            found = []
            for first in range(0, len(rows), AT_ONCE):
                some = [spelled(self.examples[r].source) for r in rows[first : first + AT_ONCE]]
                edits = cdist(some, choices, scorer=Levenshtein.distance, dtype=np.uint16)
                found += [known[i].targets[0] for i in edits.argmin(axis=1)]
            return found

        return answer


def write_pairs(path: Path, pairs: Sequence[Pair]) -> str:
    """Write pairs, with their features in a third column; return the file's path."""
    return write_lines(path, ("\t".join(_cells(pair)) for pair in pairs))


def _cells(pair: Pair) -> list[str]:
    features = [";".join(pair.features)] if pair.features else []
    return [pair.source, pair.target, *features]


def _columns(spec: Spec) -> PairColumns:
    """The columns of the files written here; comparisons of old have two."""
    return PairColumns.of(spec.get("settings", {}).get("data", PLAIN))
