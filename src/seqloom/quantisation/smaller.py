"""`seqloom.quantize`: round a model's weights, measure what that costs, write the smaller file.

Checked by `tests/quantisation/test_smaller.py`.
"""

import dataclasses
import errno
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from ..data.given import given, like
from ..errors import ConfigError, DataError
from ..evaluation.tasks import evaluate
from ..export.model_file import ModelFile, guarded, model_path, read_model, write_model
from ..files import explaining
from ..networks import network_of
from ..plain import JSON, shown
from ..runtime.model import model_of
from ..tasks import TASKS
from .asking import Asked
from .costs import LIMITS, Measure, costs
from .result import QuantizeResult, RoundedWeight, ScoreChange
from .rounding import Dtype, candidates, rounded


def quantize(
    model: str | Path,
    out: str | Path,
    *,
    data: object = None,
    dtype: str = "int8",
    keep: Sequence[str] | None = None,
    say: Callable[[str], object] | None = None,
) -> QuantizeResult:
    """Write a smaller file of a model, with its weights in int8 or float16.

    Every matrix that the network multiplies by is rounded to int8, with a scale for each row;
    float16 also takes the vectors. Each is first rounded alone to see what that costs, and stays
    in float32 if it costs more than a limit (`LIMITS` in `quantisation/costs.py`).

    Args:
        model: A model file or a run's folder.
        out: The file to write; one that is there is replaced.
        data: Data in the form of the training data, kept apart from them: costs are measured on
            them, and the result has the scores of both models. Without, a weight's cost is its
            relative error.
        dtype: `int8` or `float16`.
        keep: Names of the weights that stay in float32, whatever they cost; `()` for none of them.
            Those that cost more than the limit if `None`.
        say: Told at once each note on what is odd about the data.
    Returns:
        Sizes, weights and scores: `print` it.
    Raises:
        FormatError: The model's file is absent or damaged.
        ConfigError: The model is already rounded, `keep` names no weight of it, `dtype` is
            another, or `out` is one of the files that are read.
        DataError: The data breaks a rule.
        RunError: The file cannot be written.
    """
    path, out = model_path(model), Path(out)
    to = _checked_dtype(dtype)
    _check_out(out, path, data)
    if data is not None and given(data).kind == "stream":
        raise DataError(
            "quantize: `--data` must be a file, for it is read more than once, got the pipe or "
            f"device {given(data).name}. Write it to a file first."
        )
    file = read_model(path)
    if file.stored:
        raise ConfigError(
            f"quantize: the weights of `{path}` are rounded already. Give the float32 model that "
            "it was made from."
        )
    with guarded(path):
        original = model_of(file)
    original.path = path
    names = candidates(file, to)
    _check_keep(keep, names)
    asked: Asked = TASKS[file.task].part("quantisation")
    questions = before = after = together = None
    scores: tuple[ScoreChange, ...] = ()
    if data is not None:
        data = like(file.data_settings, data)
        before = evaluate(original, data, say=say, **asked.options)
        questions = asked.questions(original, data)
    measure: Measure = "relative error" if questions is None else questions.measure
    found = costs(file, to, names, questions)
    limit = LIMITS[measure] if keep is None else None
    kept = {n for n in names if found[n] > limit} if limit is not None else set(keep or ())
    small = rounded(file, to, [name for name in names if name not in kept])
    if before is not None and questions is not None:
        working = model_of(small)
        after = evaluate(working, data, **asked.options)
        scores = asked.compared(before, after)
        together = questions.compare(questions.ask(original), questions.ask(working))
    write_model(out, _recorded(small, model, path, to))
    return QuantizeResult(
        model=str(path),
        path=out,
        dtype=to,
        sizes=(path.stat().st_size, out.stat().st_size),
        weights=tuple(_weights(file, small, to, found, kept)),
        measure=measure,
        unit="" if questions is None else questions.unit,
        limit=limit,
        together=together,
        before=before,
        after=after,
        scores=scores,
    )


def _weights(
    file: ModelFile, small: ModelFile, dtype: Dtype, found: dict[str, float], kept: set[str]
) -> "list[RoundedWeight]":
    """Every weight, in the order in which an input meets them."""
    table = network_of(file.task, file.model, file.parts.sizes).table
    return [
        RoundedWeight(
            name=weight.name,
            numbers=file.tensors[weight.name].size,
            dtype=dtype if weight.name in small.stored else "float32",
            cost=found.get(weight.name),
            kept=weight.name in kept,
        )
        for weight in table
    ]


def _recorded(small: ModelFile, name: str | Path, path: Path, dtype: Dtype) -> ModelFile:
    """With what it was made from, as the user named it, in the training record."""
    made: dict[str, JSON] = {
        "dtype": dtype,
        "file": os.fsencode(name).decode("utf-8", "replace"),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    return dataclasses.replace(small, training={**small.training, "quantised": made})


def _checked_dtype(dtype: str) -> Dtype:
    """Raise a ConfigError if weights cannot be rounded to it."""
    for known in get_args(Dtype):
        if dtype == known:
            found: Dtype = known
            return found
    raise ConfigError(
        f"quantize: `dtype` must be one of {', '.join(get_args(Dtype))}, got {shown(dtype)}."
    )


def _check_out(out: Path, path: Path, data: object) -> None:
    """Find what is wrong with the file to write before the work, not after it.

    Raises:
        ConfigError: It is a file that is read.
        RunError: Its folder does not exist, or it is one.
    """
    taken = {os.path.realpath(path): "the model"}
    if isinstance(data, str | Path):
        taken.setdefault(os.path.realpath(data), "--data")
    if os.path.realpath(out) in taken:
        raise ConfigError(
            f"quantize: `--out` must not be {taken[os.path.realpath(out)]}, got {out}. "
            "Name another file."
        )
    with explaining(out, "quantize"):
        out.absolute().parent.stat()
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _check_keep(keep: Sequence[str] | None, names: list[str]) -> None:
    """Raise a ConfigError if a weight to keep is none that could be rounded."""
    for name in keep or ():
        if name not in names:
            raise ConfigError(
                f"quantize: `--keep` must name weights that can be rounded, got {shown(name)}. "
                f"They are: {', '.join(names)}."
            )
