"""The held-out test of the task `generate`: bits per character of a text's end.

The end is cut into `CHUNKS` pieces of as many characters each; a piece is an example. A network
reads the end in `STREAMS` parts side by side, each after `WARM_UP` symbols that are not scored, so
its memory is carried over the borders of the pieces. The baseline is the n-gram model of
`evaluation/ngram.py`, counted on the training text. Checked by `tests/comparison/test_held_out.py`.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...data.text.text import read_text, split_by_position
from ...decoding.perplexity import costs, symbols_of
from ...errors import DataError
from ...evaluation.measure import Measure
from ...evaluation.ngram import MOST_ORDER, NGram
from ...runtime.generate import Generator
from ...runtime.model import Model
from ..records import Settings, Spec, test_file
from .files import write_text
from .held_out import TEST_FRACTION, Answers, ExampleScores, HeldOut, TaskBaseline
from .overlap import find_overlap

MOST_CHARACTERS = 100_000  # held out: more would make scoring slow
CHUNKS = 200
STREAMS, WARM_UP, LEAST_SYMBOLS = 16, 256, 1000
CONTINUED = 100  # symbols of the prediction that is timed


class GenerateHeldOut(HeldOut):
    """The end of a text held out."""

    measure = Measure("bits_per_character", "bits per character", "", 4)
    length_unit = "characters"

    @classmethod
    def hold_out(
        cls, data: str, test: str | None, settings: Settings, folder: Path
    ) -> tuple[Spec, list[str]]:
        text = read_text(data)
        if test is None:
            text, end = split_by_position(text, TEST_FRACTION, most_valid=MOST_CHARACTERS)
            line = f"test: the last {len(end):,} characters of {data}"
        else:
            end = read_text(test)
            line = f"test: the {len(end):,} characters of {test}"
            shared = find_overlap(end, text)
            if shared is not None:
                raise DataError(
                    f"compare: `{test}` must not be in the text to train on, got {shared.size} "
                    f"characters from line {shared.first} on that `{data}` has from line "
                    f"{shared.second} on. Leave out --test, and the end of the data is held out."
                )
        return {
            "train": write_text(folder / "train.txt", text),
            "valid": None,
            "test": write_text(folder / "test.txt", end),
            "settings": {},
        }, [line + ", which no network is trained on"]

    def __init__(self, spec: Spec) -> None:
        self.text, self.train = read_text(test_file(spec)), spec["train"]
        count = min(CHUNKS, len(self.text))
        self.edges = np.linspace(0, len(self.text), count + 1).astype(np.int64)
        self.lengths = [float(n) for n in np.diff(self.edges)]

    def answers(self, model: Model, rows: Sequence[int]) -> Answers:
        """Bits of all pieces, whichever are asked for."""
        assert isinstance(model, Generator), "of this task"
        ids, sizes = symbols_of(model.parts.vocabulary, self.text)
        streams = max(1, min(STREAMS, len(ids) // LEAST_SYMBOLS))
        nats = costs(model.runner, ids, streams=streams, warm_up=WARM_UP)
        firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])  # each symbol's first character
        return self._pieces(nats, firsts)

    def score(self, rows: Sequence[int], answers: Answers) -> ExampleScores:
        return ExampleScores(
            [float(answers[row]) for row in rows], [self.lengths[row] for row in rows]
        )

    def predict_one(self, model: Model, row: int) -> object:
        assert isinstance(model, Generator), "of this task"
        return model.predict([""], length=CONTINUED, seed=row)

    def baselines(self) -> list[TaskBaseline]:
        return [TaskBaseline("n-gram", f"{MOST_ORDER}-gram", self._ngram, timed=False)]

    def _ngram(self) -> Callable[[Sequence[int]], np.ndarray]:
        counted = NGram(read_text(self.train))
        return lambda rows: self._pieces(counted.costs(self.text), np.arange(len(self.text)))

    def _pieces(self, nats: np.ndarray, firsts: np.ndarray) -> np.ndarray:
        """Bits of each piece: of the symbols that begin in it."""
        place = np.searchsorted(self.edges, firsts, side="right") - 1
        return np.bincount(place, nats, minlength=len(self.lengths)) / math.log(2)
