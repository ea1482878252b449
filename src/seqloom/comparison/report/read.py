"""Results of a comparison as they lie in results.json, checked, in types of our own.

The file is described in `docs/compare.md`. A number may be null where it is unknown; a run without
a score, one that failed or diverged, is counted and otherwise left out. Checked by
`tests/comparison/report/test_read.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

import numpy as np

from ...errors import FormatError
from ...evaluation.measure import Measure
from ..records import FORMAT, BudgetRecord, ComparisonResults, EntryRecord, RunRecord
from ..statistics import Sample

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """An architecture or a baseline, and what its runs did.

    Attributes:
        runs: Those that have a score.
        failed: Why runs have no score, a message for each.
        sample: Per-example results of all runs; `None` where they are not known.
    """

    name: str
    title: str
    is_baseline: bool
    parameters: int | None
    bytes: int | None
    runs: tuple[RunRecord, ...]
    failed: tuple[str, ...]
    sample: Sample | None


@dataclass(frozen=True)
class Results:
    """A comparison's results; `finished` is False if it was stopped and can continue."""

    task: str
    data: str
    created: str
    budget: str
    measure: Measure
    length_unit: str
    lengths: np.ndarray
    entries: tuple[Entry, ...]
    threads: int | None
    finished: bool
    versions: Mapping[str, str]


def read_results(results: Mapping[str, object]) -> Results:
    """Check and read the results of `seqloom compare`.

    Args:
        results: What results.json holds.
    Raises:
        FormatError: Something is missing, or has the wrong kind or size.
    """
    check_format(results, "compare")
    with_measure = read_measure(results)
    found = cast(ComparisonResults, results)
    _get(results, "length", dict)
    _get(results, "entries", list)
    length = found["length"]
    lengths = np.asarray(length.get("values") or [], dtype=np.float64)
    entries = tuple(_entry(entry, with_measure.scale, len(lengths)) for entry in found["entries"])
    return Results(
        task=str(found.get("task", "")),
        data=str(found.get("data", "")),
        created=str(found.get("created", "")),
        budget=_budget(found.get("budget")),
        measure=with_measure,
        length_unit=str(length.get("unit", "symbols")),
        lengths=lengths,
        entries=entries,
        threads=found.get("threads"),
        finished=bool(found.get("finished", True)),
        versions=found.get("versions") or {},
    )


def check_format(results: Mapping[str, object], kind: str) -> None:
    """Check that results are of a kind and version that this version reads.

    Raises:
        FormatError: They are not.
    """
    if results.get("format") != FORMAT:
        raise FormatError(
            f"report: `format` must be {FORMAT}, got {results.get('format')!r}. "
            "Make the results with this version of seqloom."
        )
    if results.get("kind") != kind:
        raise FormatError(f"report: `kind` must be {kind}, got {results.get('kind')!r}.")


def read_measure(results: Mapping[str, object]) -> Measure:
    """The measure of results."""
    measure = _get(results, "measure", dict)
    return Measure(
        key=str(measure.get("key") or ""),
        label=str(_get(measure, "label", str)),
        unit=str(measure.get("unit") or ""),
        digits=int(measure.get("digits", 2)),
        rises=bool(measure.get("rises", False)),
        scale=float(measure.get("scale", 1.0)),
    )


def _entry(entry: EntryRecord, scale: float, num_examples: int) -> Entry:
    name = str(_get(entry, "name", str))
    scored = [run for run in _get(entry, "runs", list) if run.get("score") is not None]
    baseline = entry.get("kind") == "baseline"
    return Entry(
        name=name,
        title=str(entry.get("title") or name),
        is_baseline=baseline,
        parameters=entry.get("parameters"),
        bytes=entry.get("bytes"),
        runs=tuple(scored),
        failed=tuple(
            str(run.get("error") or "no score") for run in entry["runs"] if run.get("score") is None
        ),
        sample=_sample(name, scored, scale, num_examples, seeded=not baseline),
    )


def _sample(
    name: str, runs: list[RunRecord], scale: float, num_examples: int, *, seeded: bool
) -> Sample | None:
    """The runs' per-example results; `None` if a run has none or there are no examples."""
    keys: tuple[Literal["numerators", "denominators"], ...] = ("numerators", "denominators")
    if num_examples == 0 or not runs or not all(run.get(key) for run in runs for key in keys):
        return None
    for run in runs:
        for key in keys:
            if len(run[key]) != num_examples:
                raise FormatError(
                    f"report: `{key}` of {name} must have {num_examples} numbers like "
                    f"`length.values`, got {len(run[key])}."
                )
    above, below = (np.array([run[key] for run in runs], dtype=np.float64) for key in keys)
    return Sample(above, below, scale, seeded)


def _budget(budget: BudgetRecord | None) -> str:
    """In words, e.g. `3 minutes a network`."""
    if not budget:
        return ""
    amount = float(budget.get("amount") or 0)
    shown = f"{amount:,.0f}" if amount == int(amount) else f"{amount:g}"
    kind = str(budget.get("kind"))
    return f"{shown} {kind[:-1] if amount == 1 else kind} a network"


def _get(mapping: Mapping[str, object], key: str, kind: type[T]) -> T:
    value = mapping.get(key)
    if not isinstance(value, kind):
        raise FormatError(f"report: `{key}` must be there in the results, got {value!r:.40}.")
    return value
