"""Fuzzes everything that reads a file of a user's: a line of `READERS` each.

    python -m tests.fuzz.readers --reader series --cases 6000

`READERS` maps a name to a function without arguments that gives the target; it imports what it
needs itself, so that a reader whose package is absent stops nobody else.
"""

import json
import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .harness import Damage, Target, main
from .mutators import damage_bytes, damage_json

HERE = Path(__file__).parents[1]
SERIES = b"series,time,value,price\n" + b"".join(
    b"%s,2024-01-%02d,%d,%d.5\n" % (name, day, day * 3 % 7, day % 5)
    for name in (b"a", b"b")
    for day in range(1, 29)
)
WIDE = b"time,a,b\n" + b"".join(b"2024-%02d,%d,%d\n" % (m, m, m * m) for m in range(1, 13))
NUMBERED = b"".join(b"%d;%d,5\n" % (k, k * k % 11) for k in range(40))
HOURS = b"sep=;\nSales\n;ds;y\n" + b"".join(
    b"%d;2024-10-27 %02d:30:00%s;%d\n" % (k, k, (b"+02:00", b"+01:00")[k > 12], k)
    for k in range(24)
)
MONTHS = b"shop,ds,sales\n" + b"".join(
    b"%s,%d-%02d-%02d,1e%d\n" % (name, 2019 + m // 12, m % 12 + 1, day, m)
    for name, day in ((b"a", 28), (b"b", 1))
    for m in range(40)
)
PAIRS = b"abc\tC B A\nfgh\tH G F\ncaf\xc3\xa9\tE F A C\n" * 8
LABELLED = b"text\tlabel\n" + b"a fine film\tgood\na dull one\tbad\nso so\tfair\n" * 6
PROSE = "It was a day \u2013 the first.\nAnd then? “Nothing”, she said.\r\n\n".encode() * 9
MANIFEST = b"audio\ttext\nx.wav\tone two\nx.wav\tthree\nx.wav\tfour\n"
MANIFEST_TIMES = b"path\ttext\toffset\tduration_ms\nx.wav\tone\t1.5\t1750\ny.wav\ttwo\t0\t90\n"
MANIFEST_JSON = b"".join(
    b'{"audio": "x.wav", "text": "one", "start": %d.5, "end": %d}\n' % (k, k + 1) for k in range(9)
)
TOML = b"""task = "classify"  # a recipe
[data]
level = "words"
max_symbols = 400
[model]
architecture = "recurrent"
cell = "gru"
dropout = 0.5
bidirectional = true
[training]
steps = 1_000
learning_rate = 1e-3
"""


def _series() -> Target:
    from seqloom.data.series.read import read_series

    return Target("series", [SERIES, WIDE, NUMBERED, HOURS, MONTHS], read_series, suffix=".csv")


def _pairs() -> Target:
    from seqloom.data.pairs.pairs import read_pairs

    return Target("pairs", [PAIRS], read_pairs, suffix=".tsv")


def _labelled() -> Target:
    from seqloom.data.texts.labelled import TextColumns, read_labelled

    def read(path: Path) -> Any:
        return read_labelled(path, TextColumns())

    return Target("labelled", [LABELLED], read, suffix=".tsv")


def _text() -> Target:
    from seqloom.data.tables.text_file import read_text

    return Target("text", [PROSE], read_text, suffix=".txt")


def _guess() -> Target:
    from seqloom.data.guess import guess_task

    seeds = [SERIES, WIDE, PAIRS, LABELLED, PROSE, MANIFEST, MANIFEST_JSON]
    return Target("guess", seeds, lambda path: guess_task(str(path)), suffix=".tsv")


def _manifest() -> Target:
    from seqloom.data.speech.manifest import read_manifest

    return Target(
        "manifest", [MANIFEST, MANIFEST_TIMES, MANIFEST_JSON], read_manifest, suffix=".tsv"
    )


def _audio() -> Target:
    import io

    import numpy as np
    import soundfile

    from seqloom.data.speech.audio import AudioReader

    sound = np.random.default_rng(0).normal(scale=0.1, size=(4000, 2)).astype(np.float32)
    kinds = {
        "WAV": ("PCM_16", "FLOAT", "GSM610", "MS_ADPCM", "IMA_ADPCM"),
        "OGG": ("VORBIS", "OPUS"),
    }
    seeds = []
    for kind in ("WAV", "FLAC", "OGG", "MP3", "AIFF", "AU", "W64", "CAF", "RF64", "VOC"):
        for subtype in kinds.get(kind, (None,)):
            file = io.BytesIO()
            mono = sound[:, 0] if subtype == "GSM610" else sound
            soundfile.write(file, mono, 8000, format=kind, subtype=subtype)
            seeds.append(file.getvalue())
    mp3 = seeds[8]
    seeds.append(mp3[mp3.index(mp3[:2], 100) :])  # without the frame that says its length

    def read(path: Path) -> Any:
        with AudioReader(16000) as reader:
            reader.read(path, start=0.1, end=0.2, where="fuzz")
            reader.read(path, where="fuzz")

    return Target("audio", seeds, read, suffix=".wav")


def _toml() -> Target:
    from seqloom.config import config_from, read_toml

    return Target("toml", [TOML], lambda path: config_from(read_toml(path)), suffix=".toml")


def _described(key: str, *, sealed: bool = False) -> Damage:
    """Damage of the description in a safetensors file, or of the bytes of the whole."""

    def damage(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
        from safetensors.numpy import load, save

        from seqloom.export.digest import digest

        if draw.random() < 0.2:
            return damage_bytes(draw, data, others)
        size = struct.unpack("<Q", data[:8])[0]
        text = json.loads(data[8 : 8 + size])["__metadata__"][key]
        header, tensors = damage_json(draw, json.loads(text)), load(data)
        if sealed and isinstance(header, dict):
            header["sha256"] = digest(header, tensors)
        return save(tensors, metadata={key: json.dumps(header)})

    return damage


def _trace() -> Target:
    import numpy as np

    from seqloom.inspection.trace import Layer, Named, Trace, read_trace

    trace = Trace(
        **{name: "a b" for name in ("task", "kind", "input", "output")},
        labels={"source": ("a", "b")},
        layers=(Layer(name="a", kind="gru", steps="source", size=3),),
        facts={"verdict": ["x"], "memory": {"a": {"steps": 1.5}}},
        arrays={"states/a/h": Named(np.ones((2, 3), np.float32), ("source", "a.unit"))},
    )

    def read(path: Path) -> None:
        json.dumps(dict(read_trace(path).facts), allow_nan=False)

    damage = _described("seqloom_trace")
    return Target("trace", [trace.to_bytes()], read, damage, ".safetensors")


def _checkpoint() -> Target:
    import torch

    from seqloom.training.averaging import Average
    from seqloom.training.checkpoint import Progress, load_checkpoint, save_checkpoint

    network = torch.nn.Linear(3, 2).float()
    average, optimizer = Average(network, 0.9), torch.optim.AdamW(network.parameters())
    network(torch.ones(1, 3, dtype=torch.float32)).sum().backward()
    optimizer.step()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c"
        progress = Progress(step=1, loss=0.5, best=2.5)
        save_checkpoint(path, network, average, optimizer, progress, {"state": torch.ones(2)})
        seed = path.read_bytes()

    def read(path: Path) -> None:
        load_checkpoint(path, network, average, optimizer)

    return Target("checkpoint", [seed], read, _described("seqloom.checkpoint", sealed=True))


def _log() -> Target:
    from seqloom.training.run_folder import RunFolder

    events = [
        {"event": "start", "data": "a.tsv", "report": ["x"]},
        {"event": "memory", "step": 3, "layers": {"encoder.0": {"reach": 2.5}}},
        {"event": "validation", "step": 9, "loss": 0.5, "seconds": 1.25, "symbol_error": 12.5},
    ]

    def read(path: Path) -> None:
        folder = RunFolder(path.parent)
        folder.log = path
        folder.rewind(5)
        max(event.get("seconds", 0.0) for event in [{}, *folder.events()])

    lines = "".join(json.dumps(event) + "\n" for event in events)
    return Target("log", [lines.encode() * 2], read, suffix=".jsonl")


READERS: dict[str, Callable[[], Target]] = {
    "series": _series,
    "pairs": _pairs,
    "labelled": _labelled,
    "text": _text,
    "guess": _guess,
    "manifest": _manifest,
    "audio": _audio,
    "toml": _toml,
    "trace": _trace,
    "checkpoint": _checkpoint,
    "log": _log,
}


if __name__ == "__main__":
    main(lambda name: [READERS[name]()], "reader", list(READERS))
