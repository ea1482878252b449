"""The Python of docs/classify.md runs, on the golden classifier."""

import shutil

from .pages import ROOT, blocks

GOLDEN = ROOT / "tests" / "export" / "golden" / "classify-1.safetensors"


def test_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "runs" / "reviews"
    folder.mkdir(parents=True)
    shutil.copy(GOLDEN, folder / "best.safetensors")
    monkeypatch.chdir(tmp_path)
    found = blocks(ROOT / "docs" / "classify.md", "python")
    assert len(found) == 1
    exec(compile(found[0], "classify.md", "exec"), {})
    assert capsys.readouterr().out.startswith("('a', 'dull', ',', 'lifeless', 'mess') [")
