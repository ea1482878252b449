"""A network at work in the native engine: entries called with arrays.

A model is loaded once and read by every thread; plans and workspaces belong to a thread each and
are kept for the sizes that come again.

Checked by `tests/engine/test_engine.py`: every entry of every network against NumPy.
"""

import ctypes
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..networks.network import Network
from ..networks.record import record
from .library import FLOAT32, INT8, Library, TensorStruct, library, memory
from .lower import lower
from .quantised import Quantised

PLANS = 32  # that a thread keeps
COPIED = 1 << 12  # numbers of an input that is copied rather than found
WHOLE = 2  # a flag of an input


class EngineProgram:
    """A program with its weights.

    Attributes:
        recorded: As the network was recorded.
        model: As the engine knows it.
    """

    def __init__(self, network: Network, tensors: Mapping[str, "np.ndarray | Quantised"]) -> None:
        """
        Args:
            network: Any network; its own weights are not read.
            tensors: Weights by name, float32 or int8.
        Raises:
            FormatError: The tensors are not the network's.
        """
        self.library = library()
        self.recorded = record(network)
        self._program = np.frombuffer(lower(self.recorded), np.uint8).copy()
        self._tensors = {name: _contiguous(array) for name, array in tensors.items()}
        structs = (TensorStruct * len(tensors))(
            *(_struct(name, tensor) for name, tensor in self._tensors.items())
        )
        given = (self._program.ctypes.data, self._program.size, structs, len(structs))
        size = self.library.model_bytes(*given)
        self.library.check(max(0, -size))
        self._memory = memory(size)
        model = ctypes.c_void_p()
        self.library.check(
            self.library.model_load(
                *given, self._memory.ctypes.data, self._memory.size, ctypes.byref(model)
            )
        )
        self.model = model
        self.entries = {name: _KnownEntry(self.library, model, name) for name in network.entries()}
        self._local = threading.local()

    @property
    def size(self) -> int:
        """Bytes that the loaded model takes, beside the tensors."""
        return int(self._memory.size)

    def __call__(self, entry: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run an entry.

        Args:
            entry: Its name.
            inputs: Arrays by name.
        Returns:
            Copies of its results, by name.
        Raises:
            SeqloomError: Shapes do not fit together, or a symbol or a length is out of range.
        """
        return self.plan(entry, inputs).run()

    def call(self, entry: str, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The same with the inputs in their order."""
        return self._planned(self.entries[entry], arrays).run()

    def plan(self, entry: str, inputs: Mapping[str, np.ndarray]) -> "Plan":
        """A plan for some inputs, with them; of this thread, and valid until its next."""
        found = self.entries[entry]
        return self._planned(found, [inputs[one.name] for one in found.inputs])

    def _planned(self, entry: "_KnownEntry", given: Sequence[np.ndarray]) -> "Plan":
        arrays = [
            np.ascontiguousarray(array, one.dtype)
            for array, one in zip(given, entry.inputs, strict=True)
        ]
        plan = self._plan(entry, tuple([array.shape for array in arrays]))
        plan.arrays = arrays
        return plan

    def plan_like(self, first: "Plan", entry: str, rows: int, steps: int) -> "Plan":
        """A plan of an entry that reads what another one made, for so many rows and steps.

        Args:
            first: A plan of the entry that makes the memories.
            entry: The entry.
            rows: Of everything else.
            steps: Of a past.
        """
        made = first.shapes_of_results()
        shapes = [
            made[one.name] if one.shared else one.shape(rows, steps, made.get(one.name))
            for one in self.entries[entry].inputs
        ]
        return self._plan(self.entries[entry], tuple(shapes))

    def widest(self, entry: str, rows: int, steps: int) -> "Plan":
        """A plan of an entry for so many rows, and so many steps of a past."""
        found = self.entries[entry]
        return self._plan(found, tuple(one.shape(rows, steps) for one in found.inputs))

    def _plan(self, entry: "_KnownEntry", shapes: tuple[tuple[int, ...], ...]) -> "Plan":
        plans: OrderedDict[Any, Plan] | None = getattr(self._local, "plans", None)
        if plans is None:
            plans = self._local.plans = OrderedDict()
        key = (entry.number, shapes)
        found = plans.get(key)
        if found is None:
            found = plans[key] = Plan(self, entry, shapes)
            if len(plans) > PLANS:
                plans.popitem(last=False)
        plans.move_to_end(key)
        return found


class _Input(NamedTuple):
    """An input of an entry: its shape in numbers and letters, and whether it is a memory."""

    name: str
    slots: tuple[int | str, ...]
    dtype: np.dtype[Any]
    shared: bool

    def shape(self, rows: int, steps: int, like: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """For so many rows, and steps where another axis is free, or those of `like`."""
        sizes = [rows]
        for axis, size in enumerate(self.slots[1:], start=1):
            free = like[axis] if like is not None else steps
            sizes.append(size if isinstance(size, int) else free)
        return tuple(sizes)


class _KnownEntry:
    """Number, inputs and results of an entry."""

    def __init__(self, engine: Library, model: ctypes.c_void_p, name: str) -> None:
        self.number = number = engine.entry(model, name.encode())
        self.inputs = [
            _input(engine, model, number, k) for k in range(engine.entry_inputs(model, number))
        ]
        self.results = [
            engine.result_name(model, number, k).decode()
            for k in range(engine.entry_results(model, number))
        ]


def _input(engine: Library, model: ctypes.c_void_p, entry: int, k: int) -> _Input:
    sizes, shared = (ctypes.c_int32 * 4)(), ctypes.c_int32()
    rank = engine.input_shape(model, entry, k, sizes, ctypes.byref(shared))
    slots = tuple(n if n >= 0 else chr(ord("A") - 1 - n) for n in sizes[:rank])
    name, flags = engine.input_name(model, entry, k).decode(), shared.value
    return _Input(name, slots, np.dtype(np.int64 if flags & WHOLE else np.float32), bool(flags & 1))


class Plan:
    """An entry for given sizes, with its workspace.

    Attributes:
        plan: As the engine knows it.
        arrays: The inputs.
    """

    def __init__(
        self, program: EngineProgram, entry: _KnownEntry, shapes: tuple[tuple[int, ...], ...]
    ) -> None:
        engine = self.library = program.library
        self.entry, self._program = entry, program
        sizes = np.zeros((len(shapes), 4), np.int64)
        for row, shape in zip(sizes, shapes, strict=True):
            row[: len(shape)] = shape
        self._memory = memory(engine.plan_bytes(program.model, entry.number))
        plan = ctypes.c_void_p()
        engine.check(
            engine.plan_make(
                *(program.model, entry.number, sizes.ctypes.data),
                *(self._memory.ctypes.data, self._memory.size, ctypes.byref(plan)),
            )
        )
        self.plan = plan
        self.arrays: list[np.ndarray] = []
        # finding out where an array lies takes longer than copying a small one
        self._copies = [
            np.empty(shape, one.dtype) if math.prod(shape) <= COPIED else None
            for shape, one in zip(shapes, entry.inputs, strict=True)
        ]
        self._inputs = (ctypes.c_void_p * max(1, len(shapes)))(
            *(None if copy is None else copy.ctypes.data for copy in self._copies)
        )
        self._workspace: np.ndarray | None = None

    def run(self) -> dict[str, np.ndarray]:
        """The results for `arrays`, copied out of the workspace."""
        first = self._workspace is None
        if self._workspace is None:
            self._workspace = memory(self.library.plan_workspace(self.plan))
            self._at = (self._workspace.ctypes.data, self._workspace.size)
        for k, (array, copy) in enumerate(zip(self.arrays, self._copies, strict=True)):
            if copy is None:
                self._inputs[k] = array.ctypes.data
            else:
                copy[...] = array
        self.library.check(self.library.run(self.plan, self._inputs, None, *self._at))
        if first:
            self._views = [self._view(k) for k in range(len(self.entry.results))]
        return {
            name: (self.arrays[view].reshape(shape) if isinstance(view, int) else view).copy()
            for name, (view, shape) in zip(self.entry.results, self._views, strict=True)
        }

    def _view(self, k: int) -> tuple[np.ndarray | int, tuple[int, ...]]:
        """A result where it lies in the workspace, or the number of the input that it is."""
        shape, whole, at = self._result(k, self._at[0])
        kind = np.int64 if whole else np.float32
        if 0 in shape:
            return np.empty(shape, kind), shape
        offset = (at or 0) - self._at[0]
        if not 0 <= offset < self._at[1]:
            return list(self._inputs).index(at), shape
        return np.ndarray(shape, kind, self._workspace, offset), shape

    def shapes_of_results(self) -> dict[str, tuple[int, ...]]:
        """Shapes by name, before anything is run."""
        return {name: self._result(k, None)[0] for k, name in enumerate(self.entry.results)}

    def _result(self, k: int, workspace: int | None) -> tuple[tuple[int, ...], bool, int | None]:
        shape, rank, whole = (ctypes.c_int64 * 4)(), ctypes.c_int32(), ctypes.c_int32()
        at = self.library.result(
            self.plan, workspace, k, shape, ctypes.byref(rank), ctypes.byref(whole)
        )
        return tuple(shape[: rank.value]), bool(whole.value), at


def _contiguous(tensor: "np.ndarray | Quantised") -> "np.ndarray | Quantised":
    if isinstance(tensor, Quantised):
        return tensor
    return np.ascontiguousarray(tensor, np.float32)


def _struct(name: str, tensor: "np.ndarray | Quantised") -> TensorStruct:
    int8 = isinstance(tensor, Quantised)
    array = tensor.values if isinstance(tensor, Quantised) else tensor
    shape = (ctypes.c_int64 * 4)(*array.shape)
    scales = tensor.scales.ctypes.data if isinstance(tensor, Quantised) else None
    return TensorStruct(
        *(name.encode(), INT8 if int8 else FLOAT32, array.ndim, shape, array.ctypes.data, scales)
    )
