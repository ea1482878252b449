"""The command line in this process, and a model for it to work with."""

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch

from seqloom.cli import main

from ..toys import GOLDEN


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def default_dtype() -> torch.dtype:
    return torch.float32


@pytest.fixture
def cli(monkeypatch, capsys) -> Callable[..., Done]:
    """Call `main` as the shell does: `cli("predict", path, stdin=b"...")`."""

    def call(*args: object, stdin: bytes = b"") -> Done:
        monkeypatch.setenv("SEQLOOM_PROGRESS", "off")  # a busy machine is slow
        monkeypatch.setattr(sys, "argv", ["seqloom", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        if isinstance(code, str):  # Python prints it and exits with 1
            code, err = 1, err + code + "\n"
        return Done(int(code or 0), out, err)  # type: ignore[call-overload]

    return call


@pytest.fixture
def refuses(cli) -> Callable[..., str]:
    """Call it, expect exit code 1 and one line on stderr, and return that line.

    Task and columns may stand before it: they are printed before data are read.
    """

    def call(*args: object, stdin: bytes = b"") -> str:
        done = cli(*args, stdin=stdin)
        assert done.code == 1, done
        assert done.err.endswith("\n")
        *before, line = done.err[:-1].split("\n")
        assert all(line.startswith(("task: ", "source: ", "text: ")) for line in before), done.err
        assert len(before) < 3, done.err
        return line

    return call


@pytest.fixture(scope="session")
def model():
    """A model that reverses: characters in, symbols out."""
    return GOLDEN / "transduce-1.safetensors"
