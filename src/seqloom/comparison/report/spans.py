"""What memory probes found: the span each network solved, and the memory of its gradient beside it.

A length is solved if more than half of the seeds solved it. A span is the largest length that was
solved with all shorter ones; a network fails from the first that was not. Whether two columns put
the networks in the same order is counted in pairs, since a handful of networks is too few for more;
Spearman's coefficient (with mean ranks for ties) stands beside it. Checked against scipy in
`tests/comparison/report/test_spans.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Literal, cast

import numpy as np

from ...errors import FormatError
from ...evaluation.measure import Measure
from ..records import ProbeEntry, ProbeResults, TrialRecord
from .read import check_format, read_measure


@dataclass(frozen=True)
class LengthScore:
    """One network at one length.

    Attributes:
        scores: Of each seed.
        score: Their mean.
        solved: Seeds that solved it.
        solves: True if more than half did.
        memory_start: Effective memory of the gradient before training, steps, mean of the seeds.
        memory_end: After it.
    """

    length: int
    scores: tuple[float, ...]
    score: float
    solved: int
    solves: bool
    memory_start: float | None
    memory_end: float | None


@dataclass(frozen=True)
class MemorySpan:
    """One network over all lengths.

    Attributes:
        cells: Of the lengths that were tried.
        skipped: Lengths that were not, because shorter ones had failed.
        solved_to: The span; `None` if the shortest length was not solved.
        fails_from: The first length not solved; `None` if there is none.
        solved_beyond: Longer lengths that were solved nevertheless.
        memory_at: The longest length tried that has a memory.
        memory_start: There, steps.
        memory_end: The same, after training.
    """

    name: str
    title: str
    parameters: int | None
    cells: tuple[LengthScore, ...]
    skipped: tuple[int, ...]
    solved_to: int | None
    fails_from: int | None
    solved_beyond: tuple[int, ...]
    memory_at: int | None
    memory_start: float | None
    memory_end: float | None


@dataclass(frozen=True)
class Order:
    """Whether effective memories put networks in the order of their spans.

    Attributes:
        when: `before training` or `after training`.
        networks: How many have both; none of which nothing is known.
        agree: Pairs in the same order.
        oppose: Pairs in the opposite order; the rest are ties.
        spearman: Rank correlation; `None` where one column is all the same.
    """

    when: str
    networks: int
    agree: int
    oppose: int
    spearman: float | None


@dataclass(frozen=True)
class ProbeAnalysis:
    """All that the report of a probe says.

    Attributes:
        distance: What a length counts, e.g. `steps from the first number to the answer`.
        source: Where the probe comes from.
        threshold: The score of a solution.
        chance: The score without memory.
        lengths: Of the grid, rising.
        spans: Of each network, in the order of the architectures.
    """

    probe: str
    distance: str
    source: str
    measure: Measure
    threshold: float
    chance: float | None
    lengths: tuple[int, ...]
    seeds: int
    steps: int | None
    memory_unit: str
    finished: bool
    spans: tuple[MemorySpan, ...]
    orders: tuple[Order, ...]

    def to_json(self) -> dict[str, object]:
        """Everything, in types that `json` writes."""
        return {"format": 1, "kind": "probe-report", **asdict(self)}


def analyse_probe(results: Mapping[str, object]) -> ProbeAnalysis:
    """Work out everything that a probe's report says.

    Args:
        results: What results.json of a probe holds.
    Raises:
        FormatError: It is of another kind or version, or lacks something.
    """
    check_format(results, "probe")
    found = cast(ProbeResults, results)
    for key in ("probe", "lengths", "threshold", "entries"):
        if results.get(key) is None:
            raise FormatError(f"report: the results have no `{key}`.")
    lengths = tuple(sorted(int(n) for n in found["lengths"]))
    spans = tuple(_span(entry, lengths) for entry in found["entries"])
    return ProbeAnalysis(
        probe=str(found.get("title") or found["probe"]),
        distance=str(found.get("distance") or "steps to the answer"),
        source=str(found.get("source") or ""),
        measure=read_measure(results),
        threshold=float(found["threshold"]),
        chance=found.get("chance"),
        lengths=lengths,
        seeds=len(found.get("seeds") or []),
        steps=found.get("steps"),
        memory_unit=str(found.get("memory_unit") or "steps"),
        finished=bool(found.get("finished", True)),
        spans=spans,
        orders=tuple(
            order
            for when in ("before", "after")
            if (order := _order(spans, lengths[-1], when)) is not None
        ),
    )


def _span(entry: ProbeEntry, lengths: Sequence[int]) -> MemorySpan:
    runs = [run for run in entry["runs"] if run.get("score") is not None]
    tried = [n for n in lengths if any(run["length"] == n for run in runs)]
    cells = tuple(_cell(n, [run for run in runs if run["length"] == n]) for n in tried)
    fails_from = next((cell.length for cell in cells if not cell.solves), None)
    before = [cell.length for cell in cells if fails_from is None or cell.length < fails_from]
    kept = [cell for cell in cells if cell.memory_start is not None or cell.memory_end is not None]
    return MemorySpan(
        name=str(entry["name"]),
        title=str(entry.get("title") or entry["name"]),
        parameters=entry.get("parameters"),
        cells=cells,
        skipped=tuple(n for n in lengths if n not in tried),
        solved_to=max(before, default=None),
        fails_from=fails_from,
        solved_beyond=tuple(c.length for c in cells if c.solves and c.length not in before),
        memory_at=kept[-1].length if kept else None,
        memory_start=kept[-1].memory_start if kept else None,
        memory_end=kept[-1].memory_end if kept else None,
    )


def _cell(length: int, runs: Sequence[TrialRecord]) -> LengthScore:
    scores = tuple(float(run["score"]) for run in runs)
    solved = sum(bool(run["solved"]) for run in runs)
    return LengthScore(
        length=length,
        scores=scores,
        score=float(np.mean(scores)),
        solved=solved,
        solves=2 * solved > len(runs),
        memory_start=_memory(runs, "start"),
        memory_end=_memory(runs, "end"),
    )


def _memory(runs: Sequence[TrialRecord], key: Literal["start", "end"]) -> float | None:
    found = [(run.get("memory") or {}).get(key) for run in runs]
    known = [steps for steps in found if steps is not None]
    return float(np.mean(known)) if known else None


def _order(spans: Sequence[MemorySpan], longest: int, when: str) -> Order | None:
    key = "memory_start" if when == "before" else "memory_end"
    known = [s for s in spans if s.fails_from is not None or s.solved_to == longest]
    both = [(span_size(s), m) for s in known if (m := getattr(s, key)) is not None]
    if len(both) < 2:
        return None
    signs = [(a[0] - b[0]) * (a[1] - b[1]) for a, b in combinations(both, 2)]
    solved, memories = zip(*both, strict=True)
    return Order(
        when=f"{when} training",
        networks=len(both),
        agree=sum(sign > 0 for sign in signs),
        oppose=sum(sign < 0 for sign in signs),
        spearman=spearman(solved, memories),
    )


def span_size(span: MemorySpan) -> int:
    """A number to order spans by: the largest length solved, 0 for none."""
    return span.solved_to or 0


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The correlation of ranks, ties at their mean rank; `None` if one is all the same."""
    a, b = (_ranks(np.asarray(values, dtype=np.float64)) for values in (first, second))
    if a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    below = (values[:, None] > values[None, :]).sum(axis=1)
    equal = (values[:, None] == values[None, :]).sum(axis=1)
    ranks: np.ndarray = below + (equal + 1) / 2
    return ranks
