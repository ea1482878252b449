"""What the facts of a trace hold: a type for each section, as docs/trace.md describes them.

Everything is ready for JSON. A number of a network that exploded is `None` once the trace is made.
"""

from collections.abc import Mapping
from typing import TypedDict

Scalar = str | int | float | bool | None


class _Memory(TypedDict):
    steps: int
    whole: bool


class MemoryFacts(_Memory, total=False):
    """An effective memory, by the Jacobian or by the loss."""

    growth: float
    computed: int


class _Asked(TypedDict):
    asked: int


class LayerMemory(_Asked, total=False):
    """The memory of a layer."""

    jacobian: MemoryFacts
    loss: MemoryFacts


class AttentionFacts(TypedDict, total=False):
    """Attention weights; of a Transformer, `layers` alone, a list entry a head."""

    entropy: list[float]
    mean_entropy: float
    coverage: list[float]
    monotonicity: float
    layers: dict[str, dict[str, list[float]]]


class ReachFacts(TypedDict):
    """The inputs on which the answer depends."""

    steps: int
    place: int
    effect: float
    largest: float
    place_of_largest: int


class AnswerFacts(TypedDict):
    """The distribution from which the answer was chosen, nats."""

    entropy: float
    most: float


class LeadFacts(TypedDict):
    """What the page takes from the verdict."""

    layer: str
    everywhere: bool
    nouns: dict[str, str]


class ImportanceFacts(TypedDict):
    """How the importance of inputs was computed."""

    points: int
    difference: Scalar
    converged: bool
    left_out_together: int


class Searched(TypedDict):
    """Where something was looked for."""

    layer: str
    state: str
    texts: int
    steps: int
    complete: bool


class Around(TypedDict):
    """Symbols around a place, and the step of the first of them."""

    symbols: list[str]
    first: int


class Place(Around):
    """A run of steps at which units are active."""

    text: int
    start: int
    stop: int
    on: float
    off: float


class PlaceFacts(Searched):
    """Where else the units of a span are active."""

    start: int
    stop: int
    threshold: float
    units: list[int]
    found: list[Place]


class NearStep(Around):
    """A step whose state is like another's."""

    text: int
    step: int
    cosine: float


class NearestFacts(Searched):
    """The steps whose states are most like that of `step`."""

    step: int
    found: list[NearStep]


class _Correlated(TypedDict):
    unit: int
    correlation: float


class UnitFacts(_Correlated, total=False):
    """A unit that follows a pattern."""

    auc: float


class PatternFacts(Searched):
    """The units that follow a pattern best."""

    pattern: str
    mean: float
    units: list[UnitFacts]


class Facts(TypedDict, total=False):
    """All sections; each is left out where there is nothing to say."""

    model: Mapping[str, Scalar]
    memory: dict[str, LayerMemory]
    gates: dict[str, dict[str, dict[str, float]]]
    attention: AttentionFacts
    reach: ReachFacts
    answer: AnswerFacts
    leads: LeadFacts
    verdict: list[str]
    importance: ImportanceFacts
    nonlinearity: dict[str, str]
    added: float
    begins: list[int]
    probabilities: dict[str, float]
    beam: list[dict[str, object]]
    unknown: list[str]
    exceptions: list[str]
    nearest: NearestFacts
    places: PlaceFacts
    patterns: list[PatternFacts]
