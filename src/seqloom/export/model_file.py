"""The model file: tensors and everything that gives them meaning, in one `.safetensors`.

`docs/format.md` is its specification, on one page. NumPy only, so that the runtime can read it.
Checked by `tests/export/test_model_file.py`, and against the golden files beside it, which earlier
releases wrote.
"""

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..config import config_from, sections_of
from ..config.layout import anything, checked, items, keys, table, text
from ..config.rules import check_known
from ..engine.quantised import Quantised
from ..errors import ConfigError, FormatError, MissingExtraError
from ..files import replacing
from ..networks import network_of
from ..plain import JSON, shown
from ..tasks import TASKS
from .digest import digest
from .parts import parts_class
from .stored import Stored, packed, unpacked

FORMAT = 3  # the highest that is read; a file is written in the lowest that has all of its parts
NARROW = 3  # the first that has int8 and float16
BEST = "best.safetensors"  # of a run's folder
_KEY = "seqloom"
_EARLIER = items(keys({"file": text(), "sha256": text(), "training": table(anything)}))


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """What a model file holds.

    Attributes:
        task: What the model does, e.g. `transduce`: a sequence to another.
        model: The network's settings.
        decoding: How outputs are searched for by default.
        parts: What the task needs besides: vocabularies, labels, the set-up of features.
        training: Where the model came from: data, seed, steps, validation scores, versions.
        tensors: Weights by name, float32.
        stored: Those that the file holds in int8 or float16, as it holds them; `tensors` has the
            numbers that they stand for.
    """

    task: str
    model: Any
    decoding: Any
    parts: Any
    training: dict[str, Any]
    tensors: dict[str, np.ndarray]
    stored: Mapping[str, Stored] = field(default_factory=dict)

    @property
    def format(self) -> int:
        """The lowest format that has all of its parts."""
        return NARROW if self.stored else int(self.parts.format)

    @property
    def weights(self) -> "dict[str, np.ndarray | Quantised]":
        """Weights by name as the engine takes them: int8 where the file has that, else float32."""
        int8 = {name: one for name, one in self.stored.items() if isinstance(one, Quantised)}
        return {**self.tensors, **int8}

    @property
    def data_settings(self) -> dict[str, Any]:
        """How the training data were read: the settings of `[data]` in the training record."""
        return dict(self.training.get("settings", {}).get("data", {}))


def write_model(path: Path, model: ModelFile) -> None:
    """Write a model file, beside and renamed.

    Raises:
        RunError: The file cannot be written.
    """
    header = {
        "format": model.format,
        "task": model.task,
        "model": dataclasses.asdict(model.model),
        "decoding": dataclasses.asdict(model.decoding),
        **model.parts.to_json(),
        "training": model.training,
    }
    every = packed(model.tensors, model.stored) | model.parts.to_tensors()
    tensors = {name: np.asarray(array, order="C") for name, array in every.items()}
    header["sha256"] = digest(header, tensors)
    # one key only: the order of several would differ from run to run
    data = save(tensors, metadata={_KEY: json.dumps(header, ensure_ascii=False)})
    with replacing(path, "model file") as beside:
        beside.write_bytes(data)  # not save_file: it hides the OSError of a full disk


def model_path(path: str | Path) -> Path:
    """The file that a path means: of a run's folder, its best model."""
    return Path(path, BEST) if os.path.isdir(path) else Path(path)


def read_model(path: Path) -> ModelFile:
    """Read a model file and check all that stands in it, but for the tensors' shapes.

    Of a run's folder, its best model.

    Raises:
        FormatError: The file is absent, damaged, truncated, foreign, or of a newer format.
    """
    path = model_path(path)
    with guarded(path):
        return _read(path)


@contextlib.contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Errors of reading a model file, as a FormatError that begins with its path."""
    try:
        yield
    except (ConfigError, FormatError) as error:
        if str(error).startswith("model file: "):
            raise
        raise FormatError(f"model file: `{path}`: {error}") from error
    except MissingExtraError:
        raise
    except (
        *(KeyError, TypeError, ValueError, AttributeError, IndexError),
        *(OverflowError, RecursionError, MemoryError),
    ) as error:
        raise _damaged(path, f"its header has no proper {error}") from error


def _read(path: Path) -> ModelFile:
    description, tensors = _read_container(path)
    try:
        header = json.loads(description)
        version = header["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, "its header is not JSON with a format number") from error
    if type(version) is not int or version < 1:
        raise _damaged(path, f"its format is {shown(version)}")
    if version > FORMAT:
        raise FormatError(
            f"model file: `{path}` must be of format {FORMAT} or older, got {shown(version)}. "
            "Update with: pip install --upgrade seqloom."
        )
    if header.get("sha256") != digest(header, tensors):
        raise _damaged(path, "its contents do not match their checksum")
    task = header.get("task")
    if type(task) is not str or task not in TASKS:
        raise FormatError(
            f"model file: `{path}` must be for a task of {', '.join(TASKS)}, got {shown(task)}. "
            "Update with: pip install --upgrade seqloom."
        )
    kind = parts_class(task)
    config = config_from({"task": task, **{n: header[n] for n in ("model", "decoding")}}, "header")
    parts, weights = kind.from_json(header).with_tensors(tensors)
    stored: dict[str, Stored] = {}
    if version >= NARROW or any(array.dtype != np.float32 for array in weights.values()):
        network = network_of(task, config.model, parts.sizes)
        may_be_int8 = {weight.name for weight in network.table if weight.int8}
        weights, stored = unpacked(weights, may_be_int8)
    model = ModelFile(
        task=task,
        model=config.model,
        decoding=config.decoding,
        parts=parts,
        training=_record(task, header["training"]),
        tensors=weights,
        stored=stored,
    )
    if model.format > version:
        raise _damaged(path, f"it holds what format {version} does not have")
    _check_finite(path, weights)
    return model


def _record(task: str, value: object) -> dict[str, JSON]:
    """The training record: any plain values, and in `settings` those of the task's data."""
    record = checked(table(anything), value, "header", "training")
    sections = table(table(anything))
    settings = checked(sections, record.get("settings", {}), "header", "training.settings")
    check_known(
        sections_of(task).data, settings.get("data", {}), "training.settings.data", "header"
    )
    if "from" in record:
        checked(_EARLIER, record["from"], "header", "training.from")
    if "data_sha256" in record:
        checked(text(), record["data_sha256"], "header", "training.data_sha256")
    return record


def _check_finite(path: Path, tensors: dict[str, np.ndarray]) -> None:
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            odd = array[~np.isfinite(array)].flat[0]
            raise FormatError(
                f"model file: `{path}`: tensor `{name}` must be finite, got {odd}. The file is "
                "damaged, or its training diverged: copy it again, or train again."
            )


def _read_container(path: Path) -> tuple[str, dict[str, np.ndarray]]:
    """Our header's text and the tensors; a foreign file's tensors are not touched."""
    try:
        with open(path, "rb"):  # safe_open hides the system's error
            pass
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if _KEY not in metadata:
                raise FormatError(
                    f"model file: `{path}` is a safetensors file, but no model of seqloom. Give a "
                    "best.safetensors of a run."
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return metadata[_KEY], tensors
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(
            f"model file: `{path}` cannot be read: {error.strerror or error}."
            " Give a best.safetensors of a run."
        ) from error
    # AttributeError, TypeError: a number type that NumPy does not have
    except (SafetensorError, AttributeError, TypeError, ValueError, KeyError) as error:
        raise FormatError(
            f"model file: `{path}` is not a whole safetensors file: {error}. "
            "It is damaged, truncated or of another kind: copy it again."
        ) from error


def _damaged(path: Path, what: str) -> FormatError:
    return FormatError(f"model file: `{path}` is damaged: {what}. Copy it again.")
