"""A trace: all that a network did with one input, as arrays whose axes have names.

`Model.trace` makes one of a model file, `seqloom.watch` of any torch module; everything that is
drawn is drawn from a trace. It is kept as a safetensors file, which `docs/trace.md` describes: the
names of its arrays, their axes and units. NumPy only. Checked by `tests/inspection/test_trace.py`.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..config.layout import anything, checked, fields_of, items, keys, table, text, whole
from ..errors import FormatError, ShapeError
from ..files import replacing
from .facts import Facts

FORMAT = 1
_KEY = "seqloom_trace"


@dataclass(frozen=True)
class Named:
    """An array whose axes have names.

    Attributes:
        values: The numbers.
        dims: A name for each axis, e.g. `("source", "encoder.0.unit")`.
    """

    values: np.ndarray
    dims: tuple[str, ...]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype=dtype, copy=bool(copy) or None)

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each axis."""
        return tuple(self.values.shape)

    def __repr__(self) -> str:
        axes = ", ".join(f"{d}: {n}" for d, n in zip(self.dims, self.shape, strict=True))
        return f"Named({axes})"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer whose states are in a trace.

    Attributes:
        name: As in the names of its arrays, e.g. `encoder.0` or `encoder.0.reverse`.
        kind: `rnn`, `lstm`, `gru`, `transformer` or `fully-connected`.
        steps: The axis of its steps; empty if it has none.
        size: Units.
        reverse: True if it reads from the end.
    """

    name: str
    kind: str
    steps: str
    size: int
    reverse: bool = False

    @property
    def recurrent(self) -> bool:
        """True if a step depends on the one before."""
        return self.kind in ("rnn", "lstm", "gru")


_TEXTS = items(text())
_HEADER = keys(
    {
        "format": whole(1, FORMAT),
        **{name: text() for name in ("task", "rung", "input", "output")},
        "labels": table(_TEXTS),
        "layers": items(fields_of(Layer), most=10_000),
        "dims": table(_TEXTS),
        "facts": table(lambda value, name: anything(value, name, 32)),
    },
    others=anything,
)


@dataclass(frozen=True, kw_only=True)
class Trace(Mapping[str, Named]):
    """What a network did with one input; also a mapping from an array's name to the array.

    Attributes:
        task: The model's task; `watch` for a torch module that is none of ours.
        kind: The network's kind, e.g. `lstm` or `transformer`.
        input: What was read, as text.
        output: What came out, as text.
        labels: For an axis, a label of each of its places, e.g. the symbols of `source`.
        layers: Layers, in the order in which they run.
        facts: Everything else that was found, ready for JSON: measures, verdicts, the beam.
        arrays: The arrays by name.
    """

    task: str
    kind: str
    input: str
    output: str
    labels: dict[str, tuple[str, ...]]
    layers: tuple[Layer, ...]
    facts: Facts = field(default_factory=Facts)
    arrays: dict[str, Named] = field(default_factory=dict)
    # How a notebook shows a trace. Set by `inspection/__init__.py`: the page imports traces.
    _repr_html_: ClassVar[Callable[["Trace"], str]]

    def __post_init__(self) -> None:
        sizes = {name: len(labels) for name, labels in self.labels.items()}
        for name, array in self.arrays.items():
            if len(array.dims) != array.values.ndim:
                raise ShapeError(
                    f"trace: `{name}` must have a name for each of its {array.values.ndim} axes, "
                    f"got {', '.join(array.dims) or 'none'}."
                )
            for axis, size in zip(array.dims, array.shape, strict=True):
                if sizes.setdefault(axis, size) != size:
                    raise ShapeError(
                        f"trace: axis `{axis}` of `{name}` must have {sizes[axis]} places as "
                        f"elsewhere, got {size}."
                    )

    def __getitem__(self, name: str) -> Named:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def layer(self, name: str) -> Layer:
        """The layer of this name.

        Raises:
            KeyError: There is none.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def updated(
        self, arrays: dict[str, Named] | None = None, facts: Facts | None = None
    ) -> "Trace":
        """The same trace with more in it; what has the same name is replaced."""
        return dataclasses.replace(
            self,
            arrays={**self.arrays, **(arrays or {})},
            facts={**self.facts, **(facts or Facts())},
        )

    def to_bytes(self) -> bytes:
        """The trace as a safetensors file."""
        header = {
            "format": FORMAT,
            "task": self.task,
            "rung": self.kind,
            "input": self.input,
            "output": self.output,
            "labels": self.labels,
            "layers": [dataclasses.asdict(layer) for layer in self.layers],
            "dims": {name: array.dims for name, array in self.arrays.items()},
            "facts": self.facts,
        }
        text = json.dumps(header, ensure_ascii=False, allow_nan=False)
        tensors = {n: np.ascontiguousarray(a.values) for n, a in self.arrays.items()}
        return save(tensors, metadata={_KEY: text})

    def save(self, path: str | Path) -> None:
        """Write the trace, beside and renamed.

        Raises:
            RunError: The file cannot be written.
        """
        with replacing(Path(path), "trace") as beside:
            beside.write_bytes(self.to_bytes())


def read_trace(path: str | Path) -> Trace:
    """Read a trace.

    Raises:
        FormatError: The file is absent, damaged, none of ours, or of a newer format.
    """
    try:
        with open(path, "rb"):  # safe_open does not say what the system said
            pass
        with safe_open(path, framework="numpy") as file:
            header = (file.metadata() or {}).get(_KEY)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header is None:
            raise FormatError(
                f"trace: `{path}` must be a trace that seqloom wrote, got another safetensors "
                "file. Make one with: seqloom inspect MODEL INPUT."
            )
        return _trace(path, json.loads(header, parse_constant=_refuse), arrays)
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(
            f"trace: `{path}` must be readable, got: {error.strerror or error}."
        ) from error
    except (
        *(SafetensorError, ValueError, KeyError, TypeError, AttributeError),
        *(RecursionError, MemoryError),
    ) as error:
        raise FormatError(
            f"trace: `{path}` must be whole, got: {error}. It is damaged: make it again."
        ) from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant}, which JSON does not have")


def _trace(path: str | Path, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Trace:
    version = header["format"]
    if type(version) is int and version > FORMAT:
        raise FormatError(
            f"trace: the file must be of format {FORMAT} or older, got {version}. "
            "Update with: pip install --upgrade seqloom."
        )
    checked(_HEADER, header, f"trace: `{path}`")
    return Trace(
        task=header["task"],
        kind=header["rung"],
        input=header["input"],
        output=header["output"],
        labels={name: tuple(labels) for name, labels in header["labels"].items()},
        layers=tuple(Layer(**layer) for layer in header["layers"]),
        facts=header["facts"],
        arrays={name: Named(a, tuple(header["dims"][name])) for name, a in arrays.items()},
    )
