"""What the files of a comparison hold: compare.json, the results of runs, results.json.

A key that is not in every file is absent or null. docs/compare.md describes results.json.
"""

from collections.abc import Mapping
from typing import Literal, TypedDict

FORMAT = 1  # of all these files
Settings = Mapping[str, object]  # nested: values by section
Layout = Literal["auto", "long", "wide"]


def section(settings: Settings, name: str) -> dict[str, object]:
    """The settings of a section; none if it is not there."""
    found = settings.get(name, {})
    return dict(found) if isinstance(found, Mapping) else {}


def test_file(spec: "Spec") -> str:
    """The file of the held-out examples."""
    path = spec["test"]
    assert path is not None, "only series may have none"
    return path


class Spec(TypedDict, total=False):
    """A held-out test, made again from this in any process.

    `train`, `valid` and `test` are paths, `settings` what training needs, by section; `kept` are
    the examples that are scored, by place in the test file. The rest is the tasks' own.
    """

    train: str
    valid: str | None
    test: str | None
    settings: Mapping[str, Mapping[str, object]]
    kept: list[int]
    source: Mapping[str, object]
    target: Mapping[str, object]
    reader: Mapping[str, object]
    labels: list[str]
    valid_fraction: float
    layout: Layout
    horizon: int
    season: int


class PlanRecord(TypedDict):
    """compare.json: what was asked for and what followed from it."""

    format: int
    asked: dict[str, object]
    exam: Spec
    amount: float
    models: dict[str, dict[str, object]]


class CurvePoint(TypedDict, total=False):
    """A validation during training."""

    step: int
    seconds: float | None
    loss: float | None
    value: float | None


class RunRecord(TypedDict, total=False):
    """One entry at one seed; `error` stands for a score that is missing."""

    seed: int | None
    score: float | None
    error: str
    seconds: float | None
    steps: int | None
    latency_ms: float | None
    curve: list[CurvePoint]
    numerators: list[float]
    denominators: list[float]
    model: str | None
    parameters: int
    bytes: int


class JacobianRecord(TypedDict):
    """Effective memory by the Jacobian, steps."""

    start: int
    end: int


class MemoryRecord(TypedDict, total=False):
    """Effective memory before and after training, steps."""

    start: int | None
    end: int | None
    jacobian: JacobianRecord


class TrialRecord(TypedDict, total=False):
    """One network on a probe, at one length and seed."""

    seed: int
    length: int
    score: float
    solved: bool
    seconds: float
    steps: int
    learning_rate: float
    parameters: int
    curve: list[CurvePoint]
    memory: MemoryRecord | None


class ProbeEntry(TypedDict, total=False):
    """A network in results.json of a probe."""

    name: str
    title: str
    parameters: int | None
    runs: list[TrialRecord]


class ProbeResults(TypedDict, total=False):
    """results.json of a probe."""

    probe: str
    title: str
    source: str
    distance: str
    finished: bool
    lengths: list[int]
    seeds: list[int]
    steps: int | None
    threshold: float
    chance: float | None
    memory_unit: str
    entries: list[ProbeEntry]


class LengthRecord(TypedDict, total=False):
    """The lengths of the test examples."""

    unit: str
    values: list[float]


class BudgetRecord(TypedDict):
    """What every network may use."""

    kind: str
    amount: float | None


class EntryRecord(TypedDict, total=False):
    """A network or a baseline in results.json."""

    name: str
    title: str
    rung: str
    kind: str
    parameters: int | None
    bytes: int | None
    runs: list[RunRecord]


class ComparisonResults(TypedDict, total=False):
    """results.json of a comparison."""

    task: str
    data: str
    created: str
    finished: bool
    versions: dict[str, str]
    threads: int | None
    budget: BudgetRecord | None
    length: LengthRecord
    entries: list[EntryRecord]
