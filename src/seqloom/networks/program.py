"""A program: what a network computes, as calls of `ops.py` that any engine can run.

Each entry is a straight line. Its values are numbered from 0: first the inputs, then the results of
the calls, in order; a call names values that stand before it, weights by their names in the model
file, and settings. Shapes are numbers and letters; B and other letters are the caller's choice.

    {"version": 1,
     "weights": {"output.weight": [5, 7], ...},
     "entries": {"read": {
         "inputs": [{"name": "x", "shape": ["B", "T", 7], "kind": "numbers"}, ...],
         "calls": [{"op": "linear", "values": {"x": 0}, "weights": {"w.weight": "output.weight",
                    "w.bias": "output.bias"}, "settings": {}, "results": [2]}, ...],
         "results": {"said": 2}}}}

A program may come from strangers. `from_json` refuses what has another form; `record.validate` runs
it on placeholders, and so checks every shape, number and name before an engine sees it.

Checked by `tests/networks/test_program.py`: running what was recorded is the network, bit for bit.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..config.layout import anything, checked, either, items, keys, one_of, table, text, whole
from ..errors import FormatError

Json = Any
Setting = Any  # a text, a number, true or false, or null
VERSION = 1
LARGEST = 1 << 31  # of any number in a program
MOST_CALLS = 100_000


@dataclass(frozen=True)
class OpCall:
    """One call of an operation.

    Attributes:
        op: Its name in `Ops`.
        values: By argument, a value's number, or the numbers of several.
        weights: By argument and field, e.g. `w.bias`, a weight's name.
        settings: By argument, a plain value.
        results: Numbers of what comes out.
    """

    op: str
    values: Mapping[str, int | tuple[int, ...]]
    weights: Mapping[str, str]
    settings: Mapping[str, Setting]
    results: tuple[int, ...]


@dataclass(frozen=True)
class ProgramInput:
    """A value from outside; its number is its place among the inputs."""

    name: str
    shape: tuple[int | str, ...]
    kind: Literal["numbers", "symbols", "lengths"]


@dataclass(frozen=True)
class Line:
    """An entry: inputs, calls, and by name the numbers of what comes out.

    An input that is also a result, by its name up to the first dot, is state.
    """

    inputs: tuple[ProgramInput, ...]
    calls: tuple[OpCall, ...]
    results: Mapping[str, int]


@dataclass(frozen=True)
class Program:
    """A network, recorded.

    Attributes:
        weights: Shapes of its weights by name.
        entries: Its lines by name.
    """

    weights: Mapping[str, tuple[int, ...]]
    entries: Mapping[str, Line]

    def to_json(self) -> dict[str, Json]:
        """Plain values, ready for `json.dumps`."""
        return {"version": VERSION, **_plain(asdict(self))}

    @staticmethod
    def from_json(value: Json, where: str = "program") -> "Program":
        """Read what `to_json` wrote; `record.validate` it before anything runs it.

        Args:
            value: Plain values, as `json.loads` returns them.
            where: What an error message starts with.
        Raises:
            FormatError: It has another form, or is of a newer version.
        """
        version = value.get("version") if type(value) is dict else None
        if type(version) is int and version > VERSION:
            raise FormatError(
                f"{where}: version {version} is newer than {VERSION}, the newest that this release "
                "reads. Update with: pip install --upgrade seqloom."
            )
        found = checked(_PROGRAM, value, where)
        return Program(
            weights={name: tuple(shape) for name, shape in found["weights"].items()},
            entries={name: _line(line) for name, line in found["entries"].items()},
        )


def _plain(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _letter(value: Json, name: str) -> str:
    """One capital letter."""
    return str(one_of(*(chr(k) for k in range(ord("A"), ord("Z") + 1)))(value, name))


_NUMBER = whole(0, LARGEST)
_SIZE = whole(0, LARGEST)
_KINDS = one_of("numbers", "symbols", "lengths")
_INPUT = keys(
    {"name": text(least=1), "shape": items(either(_SIZE, _letter), least=1, most=8), "kind": _KINDS}
)
_CALL = keys(
    {
        "op": text(),
        "values": table(either(_NUMBER, items(_NUMBER, most=4096))),
        "weights": table(text()),
        "settings": table(anything),
        "results": items(_NUMBER, most=4096),
    }
)
_PROGRAM = keys(
    {
        "version": whole(1, VERSION),
        "weights": table(items(_SIZE, most=8)),
        "entries": table(
            keys(
                {
                    "inputs": items(_INPUT, most=4096),
                    "calls": items(_CALL, most=MOST_CALLS),
                    "results": table(_NUMBER),
                }
            )
        ),
    }
)


def _line(found: dict[str, Json]) -> Line:
    return Line(
        inputs=tuple(
            ProgramInput(one["name"], tuple(one["shape"]), one["kind"]) for one in found["inputs"]
        ),
        calls=tuple(
            OpCall(
                op=one["op"],
                values={n: v if isinstance(v, int) else tuple(v) for n, v in one["values"].items()},
                weights=one["weights"],
                settings=one["settings"],
                results=tuple(one["results"]),
            )
            for one in found["calls"]
        ),
        results=found["results"],
    )
