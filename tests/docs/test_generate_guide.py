"""The Python of `docs/generate.md` runs."""

import shutil

from ..toys import GOLDEN
from .pages import ROOT, blocks


def test_python_of_the_guide_runs(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "runs" / "shakespeare"
    folder.mkdir(parents=True)
    shutil.copy(GOLDEN / "generate-1.safetensors", folder / "best.safetensors")
    monkeypatch.chdir(tmp_path)
    found = blocks(ROOT / "docs" / "generate.md", "python")
    assert found
    for text in found:
        exec(compile(text, "generate.md", "exec"), {})
    assert len(capsys.readouterr().out) > 200
