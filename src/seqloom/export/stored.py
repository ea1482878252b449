"""How weights stand in a model file: in float32, in float16, or in int8 with a scale for each row.

A matrix in 8 bits is two tensors, `NAME` (int8) and `NAME.scale` (float32, one number a row); any
other weight is one. Who reads the file gets every weight in float32, and the narrower ones also as
they are stored, for the engine and for writing them again. `docs/format.md` has the rules.

Checked by `tests/export/test_stored.py`.
"""

from collections.abc import Collection, Mapping
from typing import TypeAlias

import numpy as np

from ..engine.quantised import MOST, Quantised
from ..errors import FormatError

SCALE = ".scale"  # behind the name of a matrix in 8 bits
Stored: TypeAlias = Quantised | np.ndarray  # int8 with scales, or float16


def numbers_of(stored: Stored) -> np.ndarray:
    """The weight that it stands for, float32."""
    with np.errstate(over="ignore"):  # an infinite weight is refused like every other
        found = stored.numbers() if isinstance(stored, Quantised) else stored.astype(np.float32)
    return found


def packed(
    tensors: Mapping[str, np.ndarray], stored: Mapping[str, Stored]
) -> dict[str, np.ndarray]:
    """The tensors of a file.

    Args:
        tensors: All weights, float32.
        stored: Those that are stored in a narrower form.
    """
    found = {name: array for name, array in tensors.items() if name not in stored}
    for name, one in stored.items():
        if isinstance(one, Quantised):
            found[name], found[name + SCALE] = one.values, one.scales
        else:
            found[name] = one
    return found


def unpacked(
    tensors: Mapping[str, np.ndarray], may_be_int8: Collection[str]
) -> tuple[dict[str, np.ndarray], dict[str, Stored]]:
    """What `packed` was given.

    Args:
        tensors: Of a file.
        may_be_int8: Names of the matrices that may be stored in 8 bits.
    Raises:
        FormatError: An int8 tensor, or what is named as a scale, breaks a rule.
    """
    stored: dict[str, Stored] = {}
    for name, array in tensors.items():
        if array.dtype == np.float16:
            stored[name] = array
        elif array.dtype == np.int8:
            stored[name] = _quantised(name, tensors, may_be_int8)
        elif name.endswith(SCALE):
            matrix = tensors.get(name.removesuffix(SCALE))
            if matrix is None or matrix.dtype != np.int8:
                raise FormatError(
                    f"tensor `{name}` must stand beside an int8 tensor "
                    f"`{name.removesuffix(SCALE)}`, and there is none. Write the file again."
                )
    scales = {name + SCALE for name, one in stored.items() if isinstance(one, Quantised)}
    found = {
        name: numbers_of(stored[name]) if name in stored else array
        for name, array in tensors.items()
        if name not in scales
    }
    return found, stored


def _quantised(
    name: str, tensors: Mapping[str, np.ndarray], may_be_int8: Collection[str]
) -> Quantised:
    """A matrix and its scales.

    Raises:
        FormatError: It breaks a rule.
    """
    values = tensors[name]
    if name not in may_be_int8 or values.ndim != 2:
        raise FormatError(
            f"tensor `{name}` must be float32 or float16, got int8 {values.shape}. Only matrices "
            "of this network can be int8: write the file again."
        )
    if values.min(initial=0) < -MOST:
        raise FormatError(
            f"tensor `{name}` must hold numbers from -{MOST} to {MOST}, got {values.min()}. "
            "The file is damaged: copy it again."
        )
    scales = tensors.get(name + SCALE)
    if scales is None:
        raise FormatError(
            f"tensor `{name + SCALE}` is missing: an int8 tensor has a scale for each row. "
            "Write the file again."
        )
    if scales.dtype != np.float32 or scales.shape != values.shape[:1]:
        raise FormatError(
            f"tensor `{name + SCALE}` must be float32 {values.shape[:1]}, got {scales.dtype} "
            f"{scales.shape}. Write the file again."
        )
    odd = scales[~(np.isfinite(scales) & (scales >= 0))]
    if odd.size:
        raise FormatError(
            f"tensor `{name + SCALE}` must be finite and at least 0, got {odd[0]}. "
            "The file is damaged: copy it again."
        )
    return Quantised(values, scales)
