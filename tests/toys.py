"""Toy tasks, tiny settings and the real command line: what every test that trains shares."""

import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

import seqloom
from seqloom.config import merge

TASKS = {"copy": list, "reverse": lambda symbols: symbols[::-1], "sort": sorted}
GOLDEN = Path(__file__).parent / "export" / "golden"
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path(seqloom.__file__).parents[1]),
    "OMP_NUM_THREADS": "1",
    "SEQLOOM_PROGRESS": "off",  # what is said would depend on how busy the machine is
}
TINY = {
    "data": {"batch_symbols": 100},
    "model": {"hidden_size": 8, "embedding_size": 6, "attention_size": 5, "encoder_layers": 1},
    "training": {"steps": 20, "seed": 3, "samples": 0},  # showing samples is decoding again
}


def write_toy(path: Path, task: str = "reverse", *, num_pairs: int = 60, seed: int = 0) -> Path:
    """Write pairs such as `bca TAB A C B`: 2 to 6 of 8 letters, read as characters and symbols."""
    draw = random.Random(f"{task} {seed}")
    lines = []
    for _ in range(num_pairs):
        symbols = draw.choices("abcdefgh", k=draw.randint(2, 6))
        lines.append(f"{''.join(symbols)}\t{' '.join(TASKS[task](symbols)).upper()}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def tiny(**sections: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run of a second, with some changed."""
    return merge(TINY, sections)


@contextlib.contextmanager
def as_users_run() -> Iterator[None]:
    """Float32 on one thread, for a fixture that is made before a test's own settings are."""
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float32)
    yield
    torch.set_default_dtype(dtype)
    torch.set_num_threads(threads)


def flags(settings: dict[str, Any]) -> list[str]:
    """Settings as the command line takes them."""
    pairs = [(f"{s}.{k}", v) for s, section in settings.items() for k, v in section.items()]
    return [word for name, value in pairs for word in ("--set", f"{name}={value}")]


def command(*args: object) -> list[str]:
    """The command line, to be run in a process of its own, with `ENVIRONMENT`."""
    return [sys.executable, "-m", "seqloom", *map(str, args)]


def run(*args: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    options = {"env": ENVIRONMENT, "timeout": 120, "encoding": "utf-8", **options}
    return subprocess.run(command(*args), capture_output=True, **options)
