"""The Python of docs/python.md runs, block after block, and prints what it says."""

import torch

from .pages import ROOT, blocks


def test_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    torch.set_default_dtype(torch.float32)
    found = blocks(ROOT / "docs" / "python.md", "python")
    assert len(found) == 6
    names: dict[str, object] = {}
    for text in found:
        exec(compile(text, "python.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "Transducer of runs/reverse/best.safetensors" in printed
    assert "Scores of 2 sources" in printed
    assert "(2, 64)" in printed
    assert "(3, 64) ('a', 'b', 'd')" in printed
    assert "symbols per second" in printed
