"""Batched beam search.

Each source keeps its K best unfinished hypotheses. At each step these are extended by every symbol
and the best 2K extensions are looked at in order: those that end are set aside, the best K others
go on. A source is done when it has K finished hypotheses and no unfinished one, were it to end as
it stands, would beat the best of them; or when its length limit is reached, where all end.

Rows of one source stay together, so only their states are reordered; the memory is touched only
when a source is done and leaves the batch.

Source: Sutskever, Vinyals & Le 2014, section 3.2; length normalisation of Wu et al. 2016 with
|Y|^penalty (their equation 14 without the offset of 5).
"""

import heapq
from collections.abc import Sequence

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..shapes import Int
from .contract import Hypothesis, Padded, Stepper, forbid, select
from .record import Record


def beam_search(
    model: Stepper,
    source: Padded,
    lengths: Int[np.ndarray, " B"],
    limits: Int[np.ndarray, " B"],
    *,
    beam: int,
    length_penalty: float = 1.0,
    records: Sequence[Record] | None = None,
) -> list[list[Hypothesis]]:
    """Search for the outputs with the best scores.

    Args:
        model: The model.
        source: Padded sources.
        lengths: Real symbols per source.
        limits: Most symbols of each output, EOS not counted.
        beam: K, hypotheses kept per source.
        length_penalty: See `Hypothesis.score`.
        records: One for each source, to be filled with what is looked at; none if `None`.
    Returns:
        Per source its hypotheses, the best first: K of them, fewer only where fewer exist.
    """
    B, K = len(lengths), beam
    records = records or [None] * B  # type: ignore[list-item]
    searches = [
        _Search(K, int(limit), length_penalty, record)
        for limit, record in zip(limits, records, strict=True)
    ]
    state, memory = model.start(source, lengths)
    state, memory = (select(tree, np.repeat(np.arange(B), K)) for tree in (state, memory))
    left = np.arange(B)
    last = np.full(B * K, BOS)
    # only the first row of a source counts at first: the others are its copies
    totals_BK = np.full((B, K), -np.inf)
    totals_BK[:, 0] = 0.0
    while left.size:
        log_probs, state = model.step(last, state, memory)
        V = log_probs.shape[1]
        extended = totals_BK[:, :, None] + forbid(log_probs).reshape(-1, K, V)
        extended = extended.reshape(-1, K * V)
        best = _top(extended, 2 * K)
        parents, next_last, going = [], [], []
        for i, b in enumerate(left):
            rows = searches[b].extend(extended[i].reshape(K, V), best[i])
            going.append(not searches[b].done)
            if going[-1]:
                parents.append([i * K + parent for parent, _, _ in rows])
                next_last.append([symbol for _, symbol, _ in rows])
                totals_BK[i] = [total for _, _, total in rows]
        keep = np.flatnonzero(going)
        if keep.size < left.size:
            memory = select(memory, (keep[:, None] * K + np.arange(K)).ravel())
            left, totals_BK = left[keep], totals_BK[keep]
        if left.size:
            state = select(state, np.concatenate(parents))
            last = np.concatenate(next_last)
    return [search.results() for search in searches]


class _Search:
    """The hypotheses of one source."""

    def __init__(
        self, beam: int, limit: int, length_penalty: float, record: Record | None = None
    ) -> None:
        self.beam, self.limit, self.length_penalty = beam, limit, length_penalty
        self.record = record
        self.live: list[tuple[int, ...]] = [()] * beam
        self.num_live = 1  # the others are copies of the first, or fill up
        self.finished: list[tuple[float, int, Hypothesis]] = []  # a heap, the worst on top
        self.num_finished = 0
        self.done = False

    def extend(self, totals_KV: np.ndarray, best: np.ndarray) -> list[tuple[int, int, float]]:
        """Take the best extensions.

        Args:
            totals_KV: Log-probability of each hypothesis with each symbol added.
            best: Places of the largest totals, falling, as `parent * V + symbol`.
        Returns:
            The K that go on as (parent, symbol, total); none once the limit is reached.
        """
        if len(self.live[0]) >= self.limit:
            self._cut_off(totals_KV)
            return []
        rows: list[tuple[int, int, float]] = []
        ended: list[tuple[int, float, bool]] = []
        for place, total in zip(best, totals_KV.ravel()[best], strict=True):
            if total == -np.inf:
                break
            parent, symbol = divmod(int(place), totals_KV.shape[1])
            if symbol == EOS:
                ended.append((parent, float(total), True))
            elif len(rows) < self.beam:
                rows.append((parent, symbol, float(total)))
        self._took(totals_KV, rows, ended)
        self.num_live = len(rows)
        self.done = not rows or self._settled(rows[0][2])
        while len(rows) < self.beam:  # fewer extensions than K: fill with rows that cannot win
            rows.append((rows[0][0] if rows else 0, EOS, -np.inf))
        self.live = [(*self.live[parent], symbol) for parent, symbol, _ in rows]
        return rows

    def results(self) -> list[Hypothesis]:
        ranked = sorted(self.finished, key=lambda item: (-item[0], -item[1]))
        if self.record is not None:
            self.record.close([-number for _, number, _ in ranked])
        return [hypothesis for _, _, hypothesis in ranked]

    def _cut_off(self, totals_KV: np.ndarray) -> None:
        """End every hypothesis here, as greedy search does, whether its model would or not."""
        self.done = True
        ends = enumerate(totals_KV[: self.num_live])
        self._took(
            totals_KV, [], [(i, float(row[EOS]), bool(row.argmax() == EOS)) for i, row in ends]
        )

    def _took(
        self,
        totals_KV: np.ndarray,
        rows: list[tuple[int, int, float]],
        ended: list[tuple[int, float, bool]],
    ) -> None:
        """Set aside the hypotheses that end, and record the step if asked."""
        for parent, total, finished in ended:
            self._finish(self.live[parent], total, finished=finished)
        if self.record is not None:
            self.record.extended(totals_KV, kept=rows, ended=ended, score=self._score)

    def _finish(self, symbols: tuple[int, ...], total: float, *, finished: bool) -> None:
        score = self._score(total, len(symbols) + 1)
        # among equals the earlier one stays: the heap's second key falls with time
        item = (score, -self.num_finished, Hypothesis(symbols, total, score, finished))
        self.num_finished += 1
        if len(self.finished) < self.beam:
            heapq.heappush(self.finished, item)
        else:
            heapq.heappushpop(self.finished, item)

    def _settled(self, best_total: float) -> bool:
        """True if K hypotheses are finished and no unfinished one is ahead of the best."""
        if len(self.finished) < self.beam:
            return False
        best_finished = max(score for score, _, _ in self.finished)
        # with the symbol just added, and EOS
        return self._score(best_total, len(self.live[0]) + 2) <= best_finished

    def _score(self, total: float, length: int) -> float:
        return float(total / length**self.length_penalty)


def _top(values_BN: np.ndarray, count: int) -> np.ndarray:
    """Places of the `count` largest values of each row, falling; the first of equals first."""
    B, N = values_BN.shape
    count = min(count, N)
    if count == N:
        return np.argsort(-values_BN, axis=1, kind="stable")
    least_B = np.partition(values_BN, N - count, axis=1)[:, N - count]
    best_BC = np.empty((B, count), np.int64)
    for best, values, least in zip(best_BC, values_BN, least_B, strict=True):
        places = np.flatnonzero(values >= least)  # more than `count` if several equal the least
        best[:] = places[np.argsort(-values[places], kind="stable")[:count]]
    return best_BC
