"""The states that a layer took over many texts, kept to be searched.

Checked by `tests/inspection/test_search.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..errors import ConfigError
from ..shapes import Float, Int
from .facts import Around, Searched
from .trace import Trace

MOST_STEPS = 100_000  # that are kept: 200 MB of float32 for 512 units
AROUND = 8  # symbols shown to either side of a place


@dataclass(frozen=True)
class States:
    """The states of one layer over many texts.

    Attributes:
        layer: Its name.
        state: `h` or `c`.
        values: `(N, H)`, text after text.
        texts: The symbols of each text.
        starts: Where each text begins in `values`, and N at the end.
        complete: False if there was more than was kept.
    """

    layer: str
    state: str
    values: Float[np.ndarray, "N H"]
    texts: tuple[tuple[str, ...], ...]
    starts: Int[np.ndarray, " R"]
    complete: bool

    def place(self, row: int) -> tuple[int, int]:
        """Text and step of a row of `values`."""
        text = int(np.searchsorted(self.starts, row, side="right")) - 1
        return text, row - int(self.starts[text])

    def facts(self) -> Searched:
        """What every answer says of where it was looked for."""
        return {
            "layer": self.layer,
            "state": self.state,
            "texts": len(self.texts),
            "steps": len(self.values),
            "complete": self.complete,
        }

    def around(self, text: int, start: int, stop: int) -> Around:
        """Symbols of a place and around it, and the step of the first of them."""
        first = max(0, start - AROUND)
        return {"symbols": list(self.texts[text][first : stop + AROUND]), "first": first}


def gather(
    traces: Iterable[Trace], layer: str, *, state: str = "h", most_steps: int = MOST_STEPS
) -> States:
    """Keep the states of a layer.

    Args:
        traces: Of the texts to search; read until `most_steps` are kept, and one more.
        layer: Its name.
        state: `h`, or `c` of an LSTM.
        most_steps: Steps to keep; the last text may be cut.
    Raises:
        ConfigError: A trace has no such states, or there is no text.
    """
    kept: list[np.ndarray] = []
    texts: list[tuple[str, ...]] = []
    steps, complete = 0, True
    for trace in traces:
        if steps >= most_steps:
            complete = False
            break
        values = states_of(trace, layer, state)[: most_steps - steps]
        complete = len(values) == len(states_of(trace, layer, state))
        steps += len(values)
        kept.append(np.array(values, np.float32))  # a copy: the trace may go
        texts.append(_symbols(trace, layer)[: len(values)])
        if not complete:
            break
    if not steps:
        raise ConfigError("search: the traces have no steps.")
    starts = np.cumsum([0, *map(len, kept)])
    return States(layer, state, np.concatenate(kept), tuple(texts), starts, complete)


def states_of(trace: Trace, layer: str, state: str) -> np.ndarray:
    """States of a layer in a trace, `(T, H)`.

    Raises:
        ConfigError: It has none.
    """
    name = f"states/{layer}/{state}"
    if name not in trace:
        there = [n.removeprefix("states/") for n in trace if n.startswith("states/")]
        raise ConfigError(
            f"search: the trace has no state `{layer}/{state}`. It has: "
            f"{', '.join(there) or 'none'}."
        )
    return np.asarray(trace[name].values)


def _symbols(trace: Trace, layer: str) -> tuple[str, ...]:
    axis = trace.layer(layer).steps
    steps = trace[f"states/{layer}/h"].shape[0]
    return trace.labels.get(axis, ("",) * steps)
