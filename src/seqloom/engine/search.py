"""Searches and running text in the native engine: no Python between two symbols.

The same hypotheses, scores and draws as `decoding/` has them, up to the last bits of what the
network says. Checked by `tests/engine/test_search.py` against `decoding/`.
"""

import ctypes
import threading
from collections.abc import Iterator, Sequence
from ctypes import Structure, c_double, c_int32, c_int64, c_uint64, c_void_p
from typing import TYPE_CHECKING

import numpy as np

from ..data.vocabulary import BOS
from ..decoding.contract import Hypothesis, Padded
from ..shapes import Int
from .library import memory

if TYPE_CHECKING:
    from ..decoding.continuation import Sampling
    from ..decoding.decode import Search
    from .program import EngineProgram

CHUNK = 32  # symbols of a text that are written ahead at most


class SearchStruct(Structure):
    """`seqloom_search`."""

    _fields_ = (
        ("beam", c_int32),
        ("draws", c_int32),
        ("length_penalty", c_double),
        ("temperature", c_double),
        ("top_k", c_int64),
        ("top_p", c_double),
        ("seed", c_uint64),
    )


HYPOTHESIS = np.dtype(
    [("log_probability", "f8"), ("score", "f8"), ("length", "i8"), ("finished", "i4")], align=True
)


class Searcher:
    """Searches with the entries of a model of pairs."""

    def __init__(self, program: "EngineProgram") -> None:
        """
        Args:
            program: With `step`, and `start` or `read`.
        """
        self.program = program
        self.first = "start" if "start" in program.entries else "read"
        self._local = threading.local()

    def __call__(
        self,
        source: Padded,
        lengths: Int[np.ndarray, " B"],
        limits: Int[np.ndarray, " B"],
        rows: Int[np.ndarray, " B"],
        search: "Search",
    ) -> list[list[Hypothesis]]:
        """What `decoding` finds with `greedy`, `beam_search` or a `sampler`.

        Args:
            source: Padded sources.
            lengths: Real steps of each.
            limits: Most symbols of each output, EOS not counted.
            rows: Number of each source in the whole input, for draws.
            search: How to search.
        """
        B, longest = len(lengths), int(limits.max(initial=0))
        draws = search.nbest if search.temperature is not None else 0
        width = draws or search.beam
        engine, program = self.program.library, self.program
        plan = program.plan(self.first, {"source": source, "lengths": lengths})
        widest = program.plan_like(plan, "step", B * width, longest + 2)
        struct = SearchStruct(
            *(search.beam, draws, search.length_penalty, search.temperature or 0.0),
            *(search.top_k or 0, search.top_p, search.seed),
        )
        size = engine.decode_bytes(plan.plan, widest.plan, ctypes.byref(struct), longest)
        engine.check(max(0, -size))
        room = self._room(size)
        found = np.empty((B, width), HYPOTHESIS)
        symbols = np.empty((B, width, max(1, longest)), np.int64)
        count, limits = np.empty(B, np.int64), np.ascontiguousarray(limits, np.int64)
        rows = np.ascontiguousarray(rows, np.int64)
        inputs = (c_void_p * 2)(*(array.ctypes.data for array in plan.arrays))
        engine.check(
            engine.decode(
                *(plan.plan, widest.plan, ctypes.byref(struct), longest, inputs),
                *(limits.ctypes.data, rows.ctypes.data, room.ctypes.data, room.size),
                *(found.ctypes.data, symbols.ctypes.data, count.ctypes.data),
            )
        )
        every = [
            [
                Hypothesis(
                    tuple(symbols[b, k, : h["length"]].tolist()),
                    float(h["log_probability"]),
                    float(h["score"]),
                    bool(h["finished"]),
                )
                for k, h in enumerate(found[b, : count[b]])
            ]
            for b in range(B)
        ]
        if draws:
            return [sorted(row, key=lambda h: -h.score) for row in every]
        return [row[: search.nbest] for row in every]

    def _room(self, size: int) -> np.ndarray:
        """Memory of this thread, kept for the next call."""
        room: np.ndarray | None = getattr(self._local, "room", None)
        if room is None or room.size < size:
            room = self._local.room = memory(size)
        return room


class Writer:
    """Continues texts with the entry `step` of a language model."""

    def __init__(self, program: "EngineProgram") -> None:
        """
        Args:
            program: With `step`.
        """
        self.program = program
        seen = [call.settings.get("context") for call in program.recorded.entries["step"].calls]
        self.longest = max((int(n) for n in seen if n is not None), default=0)

    def __call__(
        self, prompt: Sequence[int], sampling: "Sampling", number: int = 0
    ) -> Iterator[int]:
        """What `decoding.continuation` yields."""
        engine = self.program.library
        widest = self.program.widest("step", 1, self.longest + 2)
        struct = SearchStruct(
            *(1, 0, 1.0, sampling.temperature, sampling.top_k or 0, sampling.top_p, sampling.seed)
        )
        size = engine.text_bytes(widest.plan)
        engine.check(max(0, -size))
        room, text = memory(size), ctypes.c_void_p()
        engine.check(
            engine.text_begin(
                *(widest.plan, ctypes.byref(struct), number),
                *(room.ctypes.data, room.size, ctypes.byref(text)),
            )
        )
        read = np.array([BOS, *prompt], np.int64)
        engine.check(engine.text_read(text, read.ctypes.data, len(read)))
        written = np.empty(CHUNK, np.int64)
        chunk = 1  # the first symbols come at once
        while True:
            engine.check(engine.text_write(text, written.ctypes.data, chunk))
            yield from written[:chunk].tolist()
            chunk = min(2 * chunk, CHUNK)
