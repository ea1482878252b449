"""A network at work in the native engine: entries called with arrays.

A model is loaded once and read by every thread; plans and workspaces belong to a thread each and
are kept for the sizes that come again.

Checked by `tests/engine/test_engine.py`: every entry of every network against NumPy.
"""

import ctypes
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..networks.network import Network
from ..networks.record import record
from .library import FLOAT32, INT8, Library, TensorStruct, library, memory
from .lower import lower
from .quantised import Quantised

PLANS = 32  # that a thread keeps


class EngineProgram:
    """A program with its weights."""

    def __init__(self, network: Network, tensors: Mapping[str, "np.ndarray | Quantised"]) -> None:
        """
        Args:
            network: Any network; its own weights are not read.
            tensors: Weights by name, float32 or int8.
        Raises:
            FormatError: The tensors are not the network's.
        """
        self.library = library()
        self._program = np.frombuffer(lower(record(network)), np.uint8).copy()
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
        self.entries = {name: _Entry(self.library, model, name) for name in network.entries()}
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
        found = self.entries[entry]
        arrays = [_array(inputs[name]) for name in found.inputs]
        plan = self._plan(found, tuple(array.shape for array in arrays))
        return plan.run(arrays)

    def _plan(self, entry: "_Entry", shapes: tuple[tuple[int, ...], ...]) -> "_Plan":
        plans: OrderedDict[Any, _Plan] | None = getattr(self._local, "plans", None)
        if plans is None:
            plans = self._local.plans = OrderedDict()
        key = (entry.number, shapes)
        found = plans.get(key)
        if found is None:
            found = plans[key] = _Plan(self, entry, shapes)
            if len(plans) > PLANS:
                plans.popitem(last=False)
        plans.move_to_end(key)
        return found


class _Entry:
    """Number and names of an entry."""

    def __init__(self, engine: Library, model: ctypes.c_void_p, name: str) -> None:
        self.number = number = engine.entry(model, name.encode())
        self.inputs = [
            engine.input_name(model, number, k).decode()
            for k in range(engine.entry_inputs(model, number))
        ]
        self.results = [
            engine.result_name(model, number, k).decode()
            for k in range(engine.entry_results(model, number))
        ]


class _Plan:
    """An entry for given sizes, with its workspace."""

    def __init__(
        self, program: EngineProgram, entry: _Entry, shapes: tuple[tuple[int, ...], ...]
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
        self.workspace = memory(engine.plan_workspace(plan))
        self._inputs = (ctypes.c_void_p * max(1, len(shapes)))()
        self._at = (self.workspace.ctypes.data, self.workspace.size)

    def run(self, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
        """The results, copied out of the workspace."""
        for k, array in enumerate(arrays):
            self._inputs[k] = array.ctypes.data
        engine = self.library
        engine.check(engine.run(self.plan, self._inputs, None, *self._at))
        return {name: self._result(k) for k, name in enumerate(self.entry.results)}

    def _result(self, k: int) -> np.ndarray:
        shape, rank, whole = (ctypes.c_int64 * 4)(), ctypes.c_int32(), ctypes.c_int32()
        at = self.library.result(
            self.plan, self._at[0], k, shape, ctypes.byref(rank), ctypes.byref(whole)
        )
        found: np.ndarray = np.empty(
            tuple(shape[: rank.value]), np.int64 if whole.value else np.float32
        )
        ctypes.memmove(found.ctypes.data, at, found.nbytes)
        return found


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


def _array(value: np.ndarray) -> np.ndarray:
    kind = np.int64 if np.issubdtype(value.dtype, np.integer) else np.float32
    return np.ascontiguousarray(value, kind)
