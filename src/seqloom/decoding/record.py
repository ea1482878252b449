"""What a search looked at, not only what it found: a tree of hypotheses, as rows.

A row is a hypothesis with one more symbol than its parent: those that went on, those that ended,
and of the rest the best few of each parent, which were dropped. A search that is not asked keeps
nothing of it. Checked by `tests/decoding/test_record.py`: a beam search by hand keeps the same.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..shapes import Float
from .contract import Hypothesis, Padded, Stepper, forbid

PRUNED = 3  # dropped hypotheses that are recorded of each parent, the best of them


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A hypothesis that a search looked at.

    Attributes:
        step: Steps before its last symbol.
        parent: Row of the hypothesis that it extends; -1 for the empty one.
        symbol: Number of its last symbol, EOS if it ended here.
        log_probability: Of all its symbols, in nats.
        score: That, divided by the number of symbols to the power of the length penalty.
        kept: It went on, or is one of the final hypotheses.
        finished: The model ended it; false too where the length limit cut it off.
        chosen: It is the best of the final hypotheses, or on the way to it.
    """

    step: int
    parent: int
    symbol: int
    log_probability: float
    score: float
    kept: bool
    finished: bool
    chosen: bool = False

    def to_json(self, symbols: Sequence[str]) -> dict[str, object]:
        """Its fields, with the symbol's text in place of its number.

        Args:
            symbols: The vocabulary's.
        """
        return {**dataclasses.asdict(self), "symbol": symbols[self.symbol]}


class Record:
    """Fills up while one source is searched.

    Attributes:
        rows: What was looked at, parents before their children.
    """

    def __init__(self) -> None:
        self.rows: list[Considered] = []
        self._live = [-1]  # rows of the hypotheses that the next step extends
        self._ends: list[int] = []  # rows of those that ended, in the order in which they did

    def extended(
        self,
        totals_KV: Float[np.ndarray, "K V"],
        *,
        kept: Sequence[tuple[int, int, float]],
        ended: Sequence[tuple[int, float, bool]],
        score: Callable[[float, int], float],
    ) -> None:
        """A step of the search.

        Args:
            totals_KV: Log-probability of each live hypothesis with each symbol added.
            kept: Those that go on, as (parent, symbol, total).
            ended: Those that end, as (parent, total, whether the model said so).
            score: From a total and a number of symbols, EOS counted.
        """
        parents, step = self._live, self.rows[self._live[0]].step + 1 if self.rows else 0
        totals_KV = totals_KV[: len(parents)]

        def add(parent: int, symbol: int, total: float, kept: bool, finished: bool) -> int:
            self.rows.append(
                Considered(
                    step=step,
                    parent=parents[parent],
                    symbol=symbol,
                    log_probability=float(total),
                    score=score(float(total), step + 1),
                    kept=kept,
                    finished=finished,
                )
            )
            return len(self.rows) - 1

        self._live = [add(*row, kept=True, finished=False) for row in kept]
        self._ends += [
            add(parent, EOS, total, kept=True, finished=finished)
            for parent, total, finished in ended
        ]
        taken = {row[:2] for row in kept} | {(parent, EOS) for parent, *_ in ended}
        for parent, totals_V in enumerate(totals_KV):
            for symbol in _best_of_the_rest(totals_V, {s for p, s in taken if p == parent}):
                add(parent, symbol, totals_V[symbol], kept=False, finished=symbol == EOS)

    def close(self, ranks: Sequence[int]) -> None:
        """The search is over.

        Args:
            ranks: Of those that ended, numbered as they did: the final ones, the best first.
        """
        for end in set(range(len(self._ends))).difference(ranks):
            row = self._ends[end]
            self.rows[row] = dataclasses.replace(self.rows[row], kept=False)
        place = self._ends[ranks[0]]
        while place >= 0:
            self.rows[place] = dataclasses.replace(self.rows[place], chosen=True)
            place = self.rows[place].parent


def replay(
    model: Stepper,
    source: Padded,
    lengths: np.ndarray,
    found: Hypothesis,
    *,
    length_penalty: float,
) -> list[Considered]:
    """What greedy search looked at on its way to a hypothesis, of one source."""
    record = Record()
    state, memory = model.start(source, lengths)
    last, total = BOS, 0.0
    for symbol in (*found.symbols, EOS):
        log_probs, state = model.step(np.array([last]), state, memory)
        totals_1V = total + forbid(log_probs)
        last, total = symbol, float(totals_1V[0, symbol])
        record.extended(
            totals_1V,
            kept=[] if symbol == EOS else [(0, symbol, total)],
            ended=[(0, total, found.finished)] if symbol == EOS else [],
            score=lambda value, length: value / length**length_penalty,
        )
    record.close([0])
    return record.rows


def _best_of_the_rest(totals_V: np.ndarray, taken: set[int]) -> list[int]:
    order = np.argsort(-totals_V, kind="stable")[: PRUNED + len(taken)]
    return [int(s) for s in order if s not in taken and totals_V[s] > -np.inf][:PRUNED]
