"""What a comparison found: all numbers of its report, worked out once.

report.json is this and nothing else; the page, the Markdown and the terminal only write it down.
Checked by `tests/comparison/report/test_analyse.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ...evaluation.measure import Measure
from ...training.curve import still_improving
from ..recommend import Candidate, Recommendation, Words, best_place, recommend
from ..significance import Difference, compare_pairs
from ..statistics import RESAMPLES, Estimate, Resampled
from .curves import MeanCurve, mean_curve
from .lengths import LengthScores, Ratio, length_ratios, length_rows, resampled_parts
from .read import Entry, Results


@dataclass(frozen=True)
class EntryRow:
    """An entry's line of the main table; None where a number is not known.

    Attributes:
        interval: The score and its 95 % interval.
        run_scores: Of each run.
        failed: Why runs have no score, a message for each.
        seconds: Of training, the mean of the runs.
        steps: Of training, the mean of the runs.
        latency_ms: Of one prediction, the median of the runs, milliseconds.
    """

    name: str
    title: str
    is_baseline: bool
    score: float | None
    interval: Estimate | None
    run_scores: tuple[float, ...]
    failed: tuple[str, ...]
    parameters: int | None
    bytes: int | None
    seconds: float | None
    steps: float | None
    latency_ms: float | None


@dataclass(frozen=True)
class Neighbours:
    """Neighbours in the order of architectures: the second's score minus the first's."""

    first: str
    second: str
    difference: Difference


@dataclass(frozen=True)
class Analysis:
    """All that the report of a comparison says.

    Attributes:
        covers: What the intervals are about: `examples and seeds`, `examples` or nothing.
        pairs: Neighbours that have results per example.
        length_rows: Scores by length, shortest examples first.
        ratios: Of neighbours' scores in the longest and the shortest part.
    """

    task: str
    data: str
    created: str
    budget: str
    measure: Measure
    seeds: int
    examples: int
    covers: str
    resamples: int
    recommendation: Recommendation
    entries: tuple[EntryRow, ...]
    pairs: tuple[Neighbours, ...]
    length_unit: str
    length_rows: tuple[LengthScores, ...]
    ratios: tuple[Ratio, ...]
    curves: tuple[MeanCurve, ...]
    finished: bool
    threads: int | None
    versions: dict[str, str]

    def to_json(self) -> dict[str, object]:
        """Everything, in types that `json` writes."""
        values = asdict(self)
        for pair, kept in zip(values["pairs"], self.pairs, strict=True):
            pair["difference"]["settled"] = kept.difference.significant
        return {"format": 1, "kind": "compare-report", **values}

    def title(self, name: str) -> str:
        """An entry's name for people."""
        return next(entry.title for entry in self.entries if entry.name == name)


def analyse(results: Results, *, resamples: int = RESAMPLES, seed: int = 0) -> Analysis:
    """Work out everything that a report says.

    Args:
        results: From `read_results`.
        resamples: Of the bootstrap and of the sign-flip test.
        seed: Of their draws.
    """
    tested = [entry for entry in results.entries if entry.sample is not None]
    samples = [entry.sample for entry in tested if entry.sample is not None]
    resampled = Resampled(samples, resamples=resamples, seed=seed) if samples else None
    seeds = max((len(e.runs) for e in results.entries if not e.is_baseline), default=0)
    parts = resampled_parts(results, tested, resamples=resamples, seed=seed)
    return Analysis(
        task=results.task,
        data=results.data,
        created=results.created,
        budget=results.budget,
        measure=results.measure,
        seeds=seeds,
        examples=len(results.lengths),
        covers=_covers(tested, seeds),
        resamples=resamples,
        recommendation=_recommendation(results, tested, resampled, seeds, seed),
        entries=tuple(_row(entry, tested, resampled) for entry in results.entries),
        pairs=_pairs(tested, resampled, seed),
        length_unit=results.length_unit,
        length_rows=length_rows(tested, parts),
        ratios=length_ratios(results.measure, tested, parts),
        curves=tuple(
            curve for e in results.entries if (curve := mean_curve(e.name, e.runs)) is not None
        ),
        finished=results.finished,
        threads=results.threads,
        versions=dict(results.versions),
    )


def _covers(tested: Sequence[Entry], seeds: int) -> str:
    if not tested:
        return ""
    return "examples and seeds" if seeds > 1 else "examples"


def _row(entry: Entry, tested: Sequence[Entry], resampled: Resampled | None) -> EntryRow:
    interval = None
    if resampled is not None and entry in tested:
        interval = resampled.estimate(tested.index(entry))
    runs = entry.runs
    scores = _scores(entry)
    score = interval.value if interval else (float(np.mean(scores)) if scores else None)
    return EntryRow(
        name=entry.name,
        title=entry.title,
        is_baseline=entry.is_baseline,
        score=score,
        interval=interval,
        run_scores=scores,
        failed=entry.failed,
        parameters=entry.parameters,
        bytes=entry.bytes,
        seconds=_middle([run.get("seconds") for run in runs], np.mean),
        steps=_middle([run.get("steps") for run in runs], np.mean),
        latency_ms=_middle([run.get("latency_ms") for run in runs], np.median),
    )


def _scores(entry: Entry) -> tuple[float, ...]:
    return tuple(float(run["score"] or 0.0) for run in entry.runs)


def _middle(
    values: Sequence[float | None], how: Callable[[list[float]], np.floating]
) -> float | None:
    known = [value for value in values if value is not None]
    return float(how(known)) if known else None


def _pairs(
    tested: Sequence[Entry], resampled: Resampled | None, seed: int
) -> tuple[Neighbours, ...]:
    if resampled is None or len(tested) < 2:
        return ()
    places = [(i + 1, i) for i in range(len(tested) - 1)]
    found = compare_pairs(resampled, places, seed=seed)
    return tuple(
        Neighbours(first=tested[first].name, second=tested[second].name, difference=difference)
        for (second, first), difference in zip(places, found, strict=True)
    )


def _recommendation(
    results: Results,
    tested: Sequence[Entry],
    resampled: Resampled | None,
    seeds: int,
    seed: int,
) -> Recommendation:
    measure = results.measure
    scored = [entry for entry in results.entries if entry.runs]
    behind: dict[str, Difference] = {}
    if resampled is not None and tested:
        best = best_place(list(resampled.values), rises=measure.rises)
        others = [i for i in range(len(tested)) if i != best]
        pairs = [(best, i) if measure.rises else (i, best) for i in others]
        found = compare_pairs(resampled, pairs, seed=seed) if pairs else []
        behind = {tested[i].name: d for i, d in zip(others, found, strict=True)}
    return recommend(
        [
            Candidate(
                name=e.name,
                title=e.title,
                is_baseline=e.is_baseline,
                parameters=e.parameters,
                score=e.sample.score if e.sample else float(np.mean(_scores(e))),
                behind=behind.get(e.name),
                improving=_improving(e, rises=measure.rises),
            )
            for e in scored
        ],
        rises=measure.rises,
        largest=measure.scale if measure.unit == "%" else None,
        words=Words(score=measure.show, difference=lambda v: show_difference(measure, v)),
        seeds=seeds,
        examples=len(results.lengths),
    )


def _improving(entry: Entry, *, rises: bool) -> bool:
    """True if half of a network's runs or more ended while they were still getting much better."""
    curves = [
        [
            {"step": p["step"], "value": p["value"]}
            for p in run.get("curve") or ()
            if p.get("step") is not None and p.get("value") is not None
        ]
        for run in entry.runs
    ]
    found = [still_improving(curve, rises=rises) for curve in curves if curve]
    return bool(found) and 2 * sum(found) >= len(found)


def show_difference(measure: Measure, value: float, *, sign: bool = False) -> str:
    """A difference of two scores; those of % are in points."""
    if measure.unit == "%":
        return f"{measure.typeset(value, unit=False, sign=sign)} points"
    return measure.typeset(value, sign=sign)
