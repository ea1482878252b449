"""Traces of `cases.json`, as a verdict reads them; `make.py` writes that file."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from seqloom.inspection import Layer, Named, Trace

PATH = Path(__file__).parent / "cases.json"


def read_cases() -> dict[str, Trace]:
    """By name, what was measured of a real model and one input."""
    found = json.loads(PATH.read_text(encoding="utf-8"))
    return {name: _trace(case) for name, case in found.items()}


def _trace(case: dict[str, Any]) -> Trace:
    labels = {
        axis: tuple(map(str, range(one))) if isinstance(one, int) else tuple(one)
        for axis, one in case["labels"].items()
    }
    return Trace(
        **{key: case[key] for key in ("task", "kind", "input", "output", "facts")},
        labels=labels,
        layers=tuple(Layer(**layer) for layer in case["layers"]),
        arrays={
            name: Named(np.array(array["values"]), tuple(array["dims"]))
            for name, array in case["arrays"].items()
        },
    )
