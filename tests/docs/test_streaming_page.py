"""The Python of `docs/streaming.md` runs."""

import shutil

from ..toys import GOLDEN
from .pages import ROOT, blocks

RUNS = {
    "shakespeare": "generate-1.safetensors",
    "cmudict": "transduce-1.safetensors",
    "tones": "transcribe-1.safetensors",
}


def test_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    for name, file in RUNS.items():
        (tmp_path / "runs" / name).mkdir(parents=True)
        shutil.copy(GOLDEN / file, tmp_path / "runs" / name / "best.safetensors")
    monkeypatch.chdir(tmp_path)
    names = {}
    found = blocks(ROOT / "docs" / "streaming.md", "python")
    assert len(found) == 5
    for text in found:
        exec(compile(text, "streaming.md", "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert "goo None" in lines
    assert lines[-1].endswith(" 1.0")
