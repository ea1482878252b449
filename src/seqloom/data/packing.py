"""Prepared data as a folder: `entry.json`, and a file of NumPy for each array.

    text, numbers, None    as they are
    tuple                  {"tuple": [...]}
    dict                   {"dict": [[key, value], ...]}
    array                  {"array": its number}, in NUMBER.npy; large ones are mapped when read
    object                 {"of": its class, "fields": {...}}, of classes that the reader names

Checked by `tests/data/test_packing.py`.
"""

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError

MAPPED = 2**16  # bytes from which an array is not read but mapped
_FILE = "entry.json"


def write(folder: Path, value: object) -> None:
    """Write a value into an empty folder, down to the disk.

    Raises:
        OSError: It cannot be written.
    """
    arrays: list[np.ndarray] = []
    text = json.dumps(_packed(value, arrays))
    for number, array in enumerate(arrays):
        with open(folder / f"{number}.npy", "wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
    with open(folder / _FILE, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path, types: Sequence[type]) -> Any:
    """What was written into a folder.

    Args:
        folder: The folder.
        types: The classes that are in it.
    Raises:
        DataError: The folder is damaged.
    """
    try:
        found = json.loads((folder / _FILE).read_text(encoding="ascii"))
        return _unpacked(found, folder, {cls.__name__: cls for cls in types})
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DataError(
            f"cache: `{folder}` is damaged. Remove that folder; it will be made again."
        ) from error


def _packed(value: object, arrays: list[np.ndarray]) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, list):
        return [_packed(one, arrays) for one in value]
    if type(value) is tuple:
        return {"tuple": [_packed(one, arrays) for one in value]}
    if isinstance(value, dict):
        return {"dict": [[key, _packed(one, arrays)] for key, one in value.items()]}
    fields = {name: _packed(one, arrays) for name, one in _fields(value).items()}
    return {"of": type(value).__name__, "fields": fields}


def _fields(value: Any) -> dict[str, object]:
    if isinstance(value, tuple):  # a NamedTuple
        return value._asdict()  # type: ignore[attr-defined, no-any-return]
    if dataclasses.is_dataclass(value):  # without what it has worked out and keeps
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return dict(vars(value))


def _unpacked(value: Any, folder: Path, types: dict[str, type]) -> Any:
    if isinstance(value, list):
        return [_unpacked(one, folder, types) for one in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return _array(folder / f"{int(value['array'])}.npy")
    if "tuple" in value:
        return tuple(_unpacked(one, folder, types) for one in value["tuple"])
    if "dict" in value:
        return {key: _unpacked(one, folder, types) for key, one in value["dict"]}
    cls = types[value["of"]]
    fields = {name: _unpacked(one, folder, types) for name, one in value["fields"].items()}
    if issubclass(cls, tuple):
        return cls(**fields)
    found = object.__new__(cls)
    found.__dict__.update(fields)
    return found


def _array(path: Path) -> np.ndarray:
    mapped = "r" if path.stat().st_size >= MAPPED else None
    found: np.ndarray = np.load(path, mmap_mode=mapped, allow_pickle=False)  # type: ignore[arg-type]
    return found.view(np.ndarray)
