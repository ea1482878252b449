"""docs/tensors.md: the tensors of every network, from the tables of weights in `networks/`."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from seqloom.networks import network_of
from seqloom.networks.weights import Weight
from seqloom.tasks import TASKS

INTRO = """# The tensors of a model file

Made by `python docs/build.py tensors` from the tables of weights in `src/seqloom/networks/`.

Names are those of the torch modules, shapes are in letters; {k} counts layers from 0. `4 H` and
`layers` are those of an LSTM: a GRU has `3 H` (gates r z n), an RNN `H`, and the state of each is
one array, where that of an LSTM is two (h, c). The equations are at the heads of the files in
`src/seqloom/models/` and `src/seqloom/reference/`. "int8" marks a tensor that may be stored in 8
bits with a scale for each row, in format 3: see
[the format](format.md#weights-in-int8-and-float16). Formats 1 and 2 store all weights in float32. A
file of the task `transduce` may have one more tensor, `exceptions`, which is no weight: see
[the format](format.md#the-exceptions-dictionary).
"""
_SIZES = {
    "transduce": {"Vs": 5, "Vt": 6},
    "classify": {"V": 5, "C": 3},
    "generate": {"V": 5},
    "transcribe": {"F": 5, "V": 6},
    "forecast": {"W": 9, "T": 4, "P": 3, "F": 5, "S": 2},
}
# settings with which a network has other tensors than with the defaults
_OTHERS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("transduce", "recurrent"): [
        {"attention": "general"},
        {"attention": "dot", "bidirectional": False},
        {"link": "context"},
    ],
    ("classify", "recurrent"): [{"pool": "attention"}],
    ("classify", "transformer"): [{"pool": "attention"}],
    ("generate", "recurrent"): [{"layer_norm": False}, {"tie_weights": True}],
    ("forecast", "recurrent"): [{"decode": "autoregressive"}, {"attention": False}],
}
_STACKS = ("layers", "encoder_layers", "decoder_layers", "blocks", "pyramid_layers")
Row = tuple[str, str, str, str]


def tensors_page() -> str:
    """The text of docs/tensors.md."""
    return "\n".join([INTRO, *_tasks()])


def _tasks() -> Iterator[str]:
    for task, parts in TASKS.items():
        yield f"## `task: {task}`\n"
        for architecture, config in parts.part("settings").models.items():
            found = _rows(task, config)
            letters = ", ".join(f"{k} {size.meaning}" for k, size in found[1].items())
            yield f"### `architecture: {architecture}`\n\n{letters}.\n"
            yield _table(found[0])
            for settings in _OTHERS.get((task, architecture), []):
                other = _rows(task, config, **settings)[0]
                said = ", ".join(f"`{name}: {value}`".lower() for name, value in settings.items())
                yield f"With {said}{_difference(found[0], other)}"


def _difference(usual: list[Row], other: list[Row]) -> str:
    """What a setting takes away and adds."""
    names = {row[0] for row in other}
    gone = [row[0] for row in usual if row[0] not in names]
    more = [row for row in other if row not in usual]
    said = f": without {', '.join(gone)}" if gone else ""
    return said + (f"{';' if gone else ':'} these:\n\n{_table(more)}" if more else ".\n")


def _rows(task: str, config: Any, **settings: Any) -> tuple[list[Row], dict[str, Any]]:
    """A row for each tensor of a stack of three layers, equal ones together."""
    fields = {field.name for field in dataclasses.fields(config)}
    stacks = {name: 3 for name in _STACKS if name in fields}
    table = network_of(task, config(**{**stacks, **settings}), _SIZES[task]).table
    groups: dict[tuple[str, tuple[str, ...], str], list[tuple[str, Weight]]] = {}
    for weight in table:
        number = re.search(r"\d+", weight.name.replace("linear1", "linearx"))
        layered = number and not re.search(r"(norm|linear)\d", weight.name[: number.end()])
        pattern = re.sub(r"\d+", "{k}", weight.name, count=1) if layered else weight.name
        key = (pattern, weight.letters, weight.does)
        groups.setdefault(key, []).append((number[0] if number else "", weight))
    return [_row(pattern, found) for (pattern, _, _), found in groups.items()], table.sizes


def _row(pattern: str, found: list[tuple[str, Weight]]) -> Row:
    weight = found[0][1]
    name = f"`{pattern if len(found) > 1 else weight.name}`"
    if len(found) > 1 and found[0][0] != "0":
        name += f", k from {found[0][0]}"
    shape = f"({', '.join(weight.letters)})"
    return name, shape, "int8" if weight.int8 else "", weight.does


def _table(rows: list[Row]) -> str:
    head = "| tensor | shape | | what it is for |\n|---|---|---|---|"
    return "\n".join([head, *(f"| {' | '.join(row)} |" for row in rows), ""])
