"""Places in the texts where a layer's states are like those of a span, or of a step.

    find_places     a span is chosen: where else are the same units on, and off outside of it
    find_nearest    a step is chosen: which steps of the texts have the state most like it

Source: Strobelt, Gehrmann, Pfister & Rush, "LSTMVis", IEEE TVCG 24(1), 2018: units that are on
throughout a span and off around it, and where else they are.
Differs: places are ranked by how many of the units are on all along and off beside them; LSTMVis
counts the units that two spans share, whichever else are on.

Checked by `tests/inspection/test_search.py`.
"""

import itertools

import numpy as np

from ..errors import ConfigError
from .facts import NearestFacts, NearStep, Place, PlaceFacts
from .states import States, states_of
from .trace import Trace


def find_places(
    trace: Trace,
    states: States,
    start: int,
    stop: int,
    *,
    threshold: float = 0.3,
    top: int = 20,
) -> PlaceFacts:
    """Where else the units of a span are on: the section `places` of a trace's facts.

    Args:
        trace: Where the span was chosen.
        states: What to search.
        start: The span's first step.
        stop: The step after its last.
        threshold: A unit is on where its state is at least this.
        top: Places at most.
    Returns:
        `units`, those that are on throughout the span and off beside it (if none is off beside it,
        all that are on throughout); and `found`, runs of steps at which at least half of them are
        on, best first: `on` is the mean share of them within, `off` that of those that are off
        beside it.
    Raises:
        ConfigError: The span lies outside of the trace.
    """
    own = states_of(trace, states.layer, states.state)
    check_span(len(own), start, stop)
    on = own[start:stop].min(axis=0) >= threshold
    beside = own[[t for t in (start - 1, stop) if 0 <= t < len(own)]]
    alone = on & (beside < threshold).all(axis=0)
    units = np.flatnonzero(alone if alone.any() else on)
    answer: PlaceFacts = {
        "start": start,
        "stop": stop,
        "threshold": threshold,
        "units": units.tolist(),
        "found": [],
        **states.facts(),
    }
    if len(units):
        lit = (states.values[:, units] >= threshold).mean(axis=1)
        runs = [_run(states, lit, a, b) for a, b in _runs(lit >= 0.5, states.starts)]
        length = stop - start
        runs.sort(
            key=lambda run: (-run["on"] - run["off"], abs(run["stop"] - run["start"] - length))
        )
        answer["found"] = runs[:top]
    return answer


def find_nearest(trace: Trace, states: States, step: int, *, top: int = 10) -> NearestFacts:
    """Steps of the texts whose state is most like one: the section `nearest` of a trace's facts.

    Args:
        trace: Where the step was chosen.
        states: What to search.
        step: The step.
        top: Texts at most; of each text only its nearest step is given.
    Returns:
        `found`, the most alike first, by the cosine of the angle between the states.
    Raises:
        ConfigError: The trace has no such step.
    """
    own = states_of(trace, states.layer, states.state)
    check_step(len(own), step)
    vector = own[step].astype(np.float32)
    sizes = np.sqrt(np.einsum("nh,nh->n", states.values, states.values)) * np.linalg.norm(vector)
    cosines = states.values @ vector / np.where(sizes > 0, sizes, 1.0)
    best = [int(a + cosines[a:b].argmax()) for a, b in itertools.pairwise(states.starts) if a < b]
    best.sort(key=lambda row: -cosines[row])
    found: list[NearStep] = []
    for row in best[:top]:
        text, place = states.place(row)
        shown = states.around(text, place, place + 1)
        found.append({"text": text, "step": place, "cosine": float(cosines[row]), **shown})
    return {"step": step, "found": found, **states.facts()}


def check_span(num_steps: int, start: int, stop: int) -> None:
    """Raises:
    ConfigError: The span lies outside of so many steps.
    """
    if not 0 <= start < stop <= num_steps:
        raise ConfigError(
            f"search: `start` and `stop` must lie within the {num_steps} steps, got {start} and "
            f"{stop}."
        )


def check_step(num_steps: int, step: int) -> None:
    """Raises:
    ConfigError: There is no such step.
    """
    if not 0 <= step < num_steps:
        raise ConfigError(f"search: `step` must be from 0 to {num_steps - 1}, got {step}.")


def _runs(on: np.ndarray, starts: np.ndarray) -> list[tuple[int, int]]:
    """First row, and row after the last, of each stretch of True within a text."""
    edges = np.zeros(len(on) + 1, bool)
    edges[0] = edges[-1] = True
    edges[1:-1] = on[1:] != on[:-1]
    edges[starts] = True
    bounds = np.flatnonzero(edges)
    return [(int(a), int(b)) for a, b in itertools.pairwise(bounds) if on[a]]


def _run(states: States, lit: np.ndarray, a: int, b: int) -> Place:
    text, start = states.place(a)
    first, end = int(states.starts[text]), int(states.starts[text + 1])
    beside = [lit[row] for row in (a - 1, b) if first <= row < end]
    stop = start + b - a
    return {
        "text": text,
        "start": start,
        "stop": stop,
        "on": float(lit[a:b].mean()),
        "off": 1.0 - float(np.mean(beside)) if beside else 1.0,
        **states.around(text, start, stop),
    }
