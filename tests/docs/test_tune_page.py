"""The Python and the TOML of docs/tune.md run, on toy data."""

import torch

from seqloom.config import read_toml
from seqloom.tuning.space import space_from

from ..toys import write_toy
from .pages import ROOT, blocks

PAGE = ROOT / "docs" / "tune.md"


def test_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    write_toy(tmp_path / "words.tsv")
    monkeypatch.chdir(tmp_path)
    torch.set_default_dtype(torch.float32)
    (found,) = blocks(PAGE, "python")
    exec(compile(found, "tune.md", "exec"), {})
    assert "runs/tune-words/config.toml" in capsys.readouterr().out


def test_space_of_the_page_is_one(tmp_path):
    (found,) = blocks(PAGE, "toml")
    (tmp_path / "space.toml").write_text(found)
    assert len(space_from(read_toml(tmp_path / "space.toml"), {}).dimensions) == 3
