"""The model file: tensors and everything that gives them meaning, in one `.safetensors`.

`docs/format.md` is its specification, on one page. NumPy only, so that the runtime can read it.
Checked by `tests/export/test_model_file.py`, and against the golden files beside it, which earlier
releases wrote.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..config import TASKS, config_from
from ..errors import ConfigError, FormatError
from ..files import replacing
from .digest import digest
from .parts import Parts, parts_class

FORMAT = 1
_KEY = "seqloom"


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """What a model file holds.

    Attributes:
        task: What the model does, e.g. `transduce`: a sequence to another.
        model: The network's settings.
        decoding: How outputs are searched for unless the caller says otherwise.
        parts: What the task needs besides: vocabularies, labels, the set-up of features.
        training: Where the model came from: data, seed, steps, validation scores, versions.
        tensors: Weights by name, float32.
    """

    task: str
    model: Any
    decoding: Any
    parts: Any
    training: dict[str, Any]
    tensors: dict[str, np.ndarray]


def write_model(path: Path, model: ModelFile) -> None:
    """Write a model file, beside and renamed.

    Raises:
        RunError: The file cannot be written.
    """
    header = {
        "format": FORMAT,
        "task": model.task,
        "model": dataclasses.asdict(model.model),
        "decoding": dataclasses.asdict(model.decoding),
        **model.parts.to_json(),
        "training": model.training,
    }
    tensors = {name: np.asarray(array, order="C") for name, array in model.tensors.items()}
    header["sha256"] = digest(header, tensors)
    # one key only: the order of several would differ from run to run
    data = save(tensors, metadata={_KEY: json.dumps(header, ensure_ascii=False)})
    with replacing(path, "model file") as beside:
        beside.write_bytes(data)  # not save_file: it hides the OSError of a full disk


def read_model(path: Path) -> ModelFile:
    """Read and check a model file.

    Raises:
        FormatError: The file is absent, damaged, truncated, foreign, or of a newer format.
    """
    text, tensors = _read_container(path)
    try:
        header = json.loads(text)
        version = header["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, "a header that is not JSON with a format number") from error
    if not isinstance(version, int) or version < 1:
        raise _damaged(path, f"format {version!r}")
    if version > FORMAT:
        raise FormatError(
            f"model file: `{path}` must be of format {FORMAT} or older, got {version}. "
            "Update with: pip install --upgrade seqloom."
        )
    if header.get("sha256") != digest(header, tensors):
        raise _damaged(path, "contents that do not match their checksum")
    if header.get("task") not in TASKS:
        raise FormatError(
            f"model file: `{path}` must be for a task of {', '.join(TASKS)}, "
            f"got {header.get('task')!r}. Update with: pip install --upgrade seqloom."
        )
    try:
        sections = {name: header[name] for name in ("model", "decoding")}
        config = config_from({"task": header["task"], **sections}, "header")
        parts: Parts = parts_class(config.task).from_json(header)
        return ModelFile(
            task=config.task,
            model=config.model,
            decoding=config.decoding,
            parts=parts,
            training=dict(header["training"]),
            tensors=tensors,
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ConfigError | FormatError):
            raise FormatError(f"model file: `{path}`: {error}") from error
        raise _damaged(path, f"a header without proper {error}") from error


def _read_container(path: Path) -> tuple[str, dict[str, np.ndarray]]:
    """Our header's text and the tensors; a foreign file's tensors are not touched."""
    try:
        with open(path, "rb"):  # safe_open does not say what the system said
            pass
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if _KEY not in metadata:
                raise FormatError(
                    f"model file: `{path}` must be a model that seqloom wrote, got a safetensors "
                    "file without its header. Give a best.safetensors of a run."
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return metadata[_KEY], tensors
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(
            f"model file: `{path}` must be readable, got: {error.strerror or error}."
            " Give a best.safetensors of a run."
        ) from error
    # AttributeError, TypeError: a number type that NumPy does not have
    except (SafetensorError, AttributeError, TypeError, ValueError, KeyError) as error:
        raise FormatError(
            f"model file: `{path}` must be a whole safetensors file, got: {error}. "
            "It is damaged, cut short, or something else: copy it again."
        ) from error


def _damaged(path: Path, got: str) -> FormatError:
    return FormatError(
        f"model file: `{path}` must be whole, got {got}. It is damaged: copy it again."
    )
