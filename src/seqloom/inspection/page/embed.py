"""What the page carries of a trace: the trace's file, made smaller where no eye sees it, in base64.

Two things differ from the file that `Trace.save` writes. A gradient by units becomes its norm by
steps, since that is what is drawn, and it spans more orders of magnitude than 8 bits hold. An array
of states, gates or attention with more than `LARGE` numbers is kept in 8 bits: `coding` in the
header has its `scale` and `offset`, number = offset + scale * code, so 1,000 steps of 1,024 units
take a megabyte, and what is read off the page is right to 1/254 of the array's range.

Base64 knows no `<`, so no text of the user's can end the script element that carries it.
Checked by `tests/inspection/page/test_embed.py`.
"""

import base64
import dataclasses
import json

import numpy as np
from safetensors.numpy import save

from ..leads import leads
from ..trace import FORMAT, Named, Trace

LARGE = 20_000  # numbers; below, float32 is small enough
_CODED = ("states/", "attention/")


def embedded(trace: Trace) -> str:
    """The trace as the page reads it, in base64."""
    arrays, coding = {}, {}
    for name, array in trace.arrays.items():
        if name.startswith("gradient/") and array.values.ndim == 2:
            array = norms(array)
        if name.startswith(_CODED) and array.values.size > LARGE:
            array, coding[name] = quantised(array)
        elif array.values.dtype == np.float64:
            array = dataclasses.replace(array, values=array.values.astype(np.float32))
        arrays[name] = array
    header = {
        "format": FORMAT,
        "task": trace.task,
        "rung": trace.kind,
        "input": trace.input,
        "output": trace.output,
        "labels": trace.labels,
        "layers": [dataclasses.asdict(layer) for layer in trace.layers],
        "dims": {name: array.dims for name, array in arrays.items()},
        "facts": {"leads": leads(trace), **trace.facts},  # traces of old have none
        "coding": coding,
    }
    tensors = {name: np.ascontiguousarray(a.values) for name, a in arrays.items()}
    text = json.dumps(header, ensure_ascii=False, allow_nan=False)
    return encoded(save(tensors, metadata={"seqloom_trace": text}))


def encoded(data: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(data).decode("ascii")


def norms(array: Named) -> Named:
    """The Euclidean norm of each row, in float64 on the way so that tiny ones survive."""
    values = np.linalg.norm(array.values.astype(np.float64), axis=-1)
    values = np.minimum(values, np.finfo(np.float32).max)  # one that exploded stays a number
    return Named(values.astype(np.float32), array.dims[:-1])


def quantised(array: Named) -> tuple[Named, dict[str, object]]:
    """An array in 8 bits, and what its codes mean.

    Numbers from 0 to 1 use the codes for 0 to 1, others up to the largest; where some are
    negative, code 127 is exactly zero. `Seqloom.encode` in `assets/file.js` is the same rule.

    Returns:
        Codes, uint8; `scale` and `offset`: number = offset + scale * code.
    """
    values = array.values.astype(np.float64)
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    signed = low < 0.0
    unit = 1.0 if 0.5 <= high <= 1.0 else high or 1.0
    limit = max(-low, high) if signed else unit
    scale, offset = (limit / 127, -limit) if signed else (limit / 255, 0.0)
    codes = np.rint((values - offset) / scale).astype(np.uint8)
    return Named(codes, array.dims), {"scale": scale, "offset": offset}
