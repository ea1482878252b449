"""Fuzzes the model file: whatever loads must also predict and explain, and print what it may.

    python -m tests.fuzz.model_files --task classify --cases 20000

Seeds are the golden files and a small random network of each architecture. Seven cases in ten have
a damaged description and one in ten damaged tensors, the checksum made to fit again, so that they
reach what reads them; the rest are damaged as bytes. What loads goes through `info`, `predict`
(every other case as `--json`) and `inspect --explain`, as the command line runs them, and what
they print is looked at: JSON without NaN, no control characters, a line out for a line in.
"""

import contextlib
import dataclasses
import functools
import io
import json
import random
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

import seqloom
from seqloom.data.pairs.exceptions import Exceptions
from seqloom.errors import SeqloomError
from seqloom.export.digest import digest
from seqloom.export.model_file import ModelFile, write_model
from seqloom.tasks import TASKS

from .harness import Target, main
from .mutators import damage_bytes, damage_json

GOLDEN = Path(__file__).parents[1] / "export" / "golden"
INPUTS = {
    "classify": ["the plot is lovely .", "zzz", "not dull", "a\x1bb"],
    "transduce": ["abc", "hgfe", "a\x1bc"],
    "generate": ["the cat", "zebra "],
}
TAGGED = ["abc\tV", "hgfe\tV;PST", "a\tN\x1b"]  # for a model with features


def target(task: str) -> Target:
    """The fuzz target of a task's model files."""
    read = functools.partial(_use, task)
    return Target(f"model-{task}", _seeds(task), read, _damage, ".safetensors")


def parse(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Description and tensors of a model file's bytes."""
    from safetensors.numpy import load

    size = struct.unpack("<Q", data[:8])[0]
    return json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["seqloom"]), load(data)


def seal(header: Any, tensors: dict[str, np.ndarray], text: str | None = None) -> bytes:
    """A model file's bytes, its checksum made to fit; `text` stands in for the description."""
    if isinstance(header, dict):
        with contextlib.suppress(ValueError, RecursionError, TypeError):
            header["sha256"] = digest(header, tensors)
    body = json.dumps(header) if text is None else text
    return save(tensors, metadata={"seqloom": body.encode("utf-8", "replace").decode()})


def _damage(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    roll = draw.random()
    if roll < 0.2:
        return damage_bytes(draw, data, others)
    header, tensors = parse(data)
    if roll < 0.3:
        header["format"] = draw.choice((header["format"], 3))
        return seal(header, _damage_tensors(draw, tensors))
    if roll < 0.35:  # deep or odd text in place of the description
        depth = draw.choice((50, 500, 990, 1100, 100_000))
        key, nest = draw.choice(list(header)), draw.choice(("[]", '{"a":}'))
        body = nest[:-1] * depth + "1" + nest[-1] * depth
        rest = {k: v for k, v in header.items() if k != key}
        return seal(None, tensors, f'{json.dumps(rest)[:-1]}, "{key}": {body}}}')
    if roll < 0.4:
        text = damage_bytes(draw, json.dumps(header).encode(), [json.dumps(header).encode()])
        try:
            header = json.loads(text)
        except (ValueError, RecursionError):
            return seal(None, tensors, text.decode("utf-8", "replace"))
        return seal(header, tensors)
    if draw.random() < 0.7:  # not only the long lists
        keys = [k for k in header if k not in ("sha256", "format", "task")]
        key = draw.choice(keys)
        header[key] = damage_json(draw, header[key])
    else:
        header = damage_json(draw, header)
    if draw.random() < 0.1:
        tensors = _damage_tensors(draw, tensors)
    return seal(header, tensors)


def _damage_tensors(draw: random.Random, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    tensors = {name: np.array(array) for name, array in tensors.items()}
    name = draw.choice(list(tensors))
    array = tensors[name]
    what = draw.randrange(10)
    if what == 0:
        del tensors[name]
    elif what == 1:
        tensors[draw.choice(("x", "", "a\nb", "\x1b[31m", name + "_"))] = tensors.pop(name)
    elif what == 2:
        kinds = ("float16", "float64", "int8", "int64", "uint8", "bool")
        tensors[name] = array.astype(draw.choice(kinds))
    elif what == 3:
        shape = draw.choice(((0,), (), (array.size,), (1, *array.shape), array.shape[::-1]))
        tensors[name] = np.resize(array, shape)
    elif what == 4:
        tensors[name] = array[: draw.randint(0, max(0, len(array) - 1))]
    elif what in (5, 6):  # int8 where it may be and where it may not, with good and bad scales
        values = np.array([-128, -127, 0, 5, 127], np.int8)
        tensors[name] = np.resize(values[draw.randint(0, 1) :], array.shape)
        scale = draw.choice((0.01, 0.0, -1.0, np.nan, 3e38))
        kinds = ("float32", "float32", "float16", "int8")
        with np.errstate(over="ignore", invalid="ignore"):
            tensors[name + ".scale"] = np.full(array.shape[:1], scale).astype(draw.choice(kinds))
    elif array.dtype.kind in "iu":
        odd = np.int64(draw.choice((-128, -127, 0, 127))).astype(array.dtype)
        array.flat[draw.randrange(max(1, array.size))] = odd
        tensors[name] = array
    else:
        with np.errstate(over="ignore"):  # of float16
            odd = draw.choice((np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 1e10, 0.0))
            odd = np.float64(odd).astype(array.dtype)
        if draw.random() < 0.5:
            array.flat[draw.randrange(max(1, array.size))] = odd
        else:
            array[...] = odd
        tensors[name] = array
    return tensors


@functools.cache
def _seeds(task: str) -> tuple[bytes, ...]:
    files = sorted(GOLDEN.glob(f"{task}-[13]*.safetensors"))
    seeds = [path.read_bytes() for path in files]
    with tempfile.TemporaryDirectory() as folder:
        for file in _random_models(task):
            path = Path(folder) / "m.safetensors"
            write_model(path, file)
            seeds.append(path.read_bytes())
    return tuple(seeds)


def _random_models(task: str) -> Iterator[ModelFile]:
    """Small networks of the architectures that no golden file has."""
    import torch

    torch.manual_seed(0)
    if task == "transduce":
        from ..export import models

        names = ("gru, context", "rnn, general", "lstm, dot, one way", "transformer")
        yield from (models.random_model(models.CONFIGS[name])[0] for name in names)
        file, _ = models.random_model(models.CONFIGS["gru, additive"], ("V", "PST", "a"))
        known = Exceptions({"abc\tV": ("A", "B A"), "hgfe\tV;PST": ("E",)})
        yield dataclasses.replace(file, parts=dataclasses.replace(file.parts, exceptions=known))
    elif task == "transcribe":
        from ..export import speech

        names = ("ctc gru, one way", "las lstm")
        yield from (speech.random_speech_model(speech.CONFIGS[name])[0] for name in names)
    elif task == "forecast":
        from ..export import forecasts

        names = ("gru, autoregressive, none", "fully-connected", "transformer")
        yield from (forecasts.random_forecaster(forecasts.CONFIGS[name])[0] for name in names)
    elif task == "classify":
        yield from _random_classifiers()


def _random_classifiers() -> Iterator[ModelFile]:
    from seqloom.config.classify import (
        FullyConnectedClassifierConfig,
        RecurrentClassifierConfig,
        TransformerClassifierConfig,
    )
    from seqloom.config.sections import NoDecoding
    from seqloom.data.texts.reader import TextReader
    from seqloom.export.parts.classify import ClassifyParts
    from seqloom.models.classifier import build_classifier

    texts = ["the plot is lovely .", "not a dull film", "so so"]
    sizes = {"embedding_size": 4, "hidden_size": 6}
    for config, level in (
        (FullyConnectedClassifierConfig(**sizes), "words"),
        (
            RecurrentClassifierConfig(**sizes, attention_size=3, pool="attention", layers=2),
            "characters",
        ),
        (TransformerClassifierConfig(hidden_size=8, num_heads=2, feedforward_size=5), "words"),
    ):
        reader = TextReader.learn(texts, level, lowercase=True, max_symbols=9)
        parts = ClassifyParts(reader=reader, labels=("bad", "good"))
        network = build_classifier(config, len(reader.vocabulary), 2).float()
        tensors = {name: w.detach().numpy() for name, w in network.named_parameters()}
        yield ModelFile(
            task="classify",
            model=config,
            decoding=NoDecoding(),
            parts=parts,
            training={"seed": 1, "settings": {"data": {}}, "data": {"file": "x.tsv"}},
            tensors=tensors,
        )


def _use(task: str, path: Path) -> bool:
    """Load, and go through the commands; `False` if the file is refused at load."""
    try:
        model = seqloom.load(path)
        found = model.file.task
    except SeqloomError as error:
        _check_text(str(error), "the error")
        return False
    as_json = path.name.encode()[-len(".safetensors") - 1] % 2 == 0  # the case's last digit
    more = ["--json"] if as_json else []
    out = _command("info", str(path), *more)
    json.loads(out, parse_constant=_refuse) if as_json else _check_text(out, "info")
    given = _inputs(found, path)
    if found == "transduce" and model.parts.source.features:
        given = TAGGED
    out = _command("predict", str(path), *given, *more)
    if as_json:
        for line in out.split("\n"):
            json.loads(line, parse_constant=_refuse) if line else None
    else:
        _check_text(out, "predict")
    if found in ("classify", "transduce") and out:
        assert len(out.split("\n")) == len(given) + 1, f"{len(given)} lines in, {out!r} out"
    _check_text(_command("inspect", str(path), "--explain"), "inspect --explain")
    return True


def _inputs(task: str, path: Path) -> list[str]:
    if task == "forecast":
        return [str(_series_file(path.parent))]
    if task == "transcribe":
        return [str(_sound_file(path.parent))]
    return INPUTS[task] if task != "generate" else [*INPUTS[task][:1], "--length", "30"]


@functools.cache
def _series_file(folder: Path) -> Path:
    path = folder / "history.csv"
    rows = [f"{k},{k % 7 * 1.5}" for k in range(1, 60)]
    path.write_text("\n".join(["time,value", *rows]) + "\n")
    return path


@functools.cache
def _sound_file(folder: Path) -> Path:
    import soundfile

    path = folder / "sound.wav"
    soundfile.write(path, np.random.default_rng(0).normal(scale=0.1, size=3000), 8000)
    return path


def _command(*arguments: str) -> str:
    """What a command prints to standard output; nothing if it ends with one of our errors."""
    from seqloom.cli.app import app

    out, err = io.StringIO(), io.StringIO()
    before = sys.stdin
    try:
        sys.stdin = io.StringIO("")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            app(list(arguments), standalone_mode=False)
    except SeqloomError as error:
        _check_text(str(error), f"the error of {arguments[0]}")
        return ""
    finally:
        sys.stdin = before
    _check_text(err.getvalue(), f"notes of {arguments[0]}")
    return out.getvalue()


def _check_text(text: str, what: str) -> None:
    """No control characters but tab and line break; nothing that UTF-8 cannot say."""
    text.encode("utf-8")
    odd = [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0]
    assert not odd, f"{what} prints the control character {odd[0]!r}"


def _refuse(constant: str) -> Any:
    raise AssertionError(f"JSON with {constant}")


if __name__ == "__main__":
    main(lambda name: [target(name)], "task", list(TASKS))
