"""The Python of docs/quantize.md runs; the limits that the page states are those of the code."""

import shutil

from seqloom.quantisation.costs import LIMITS

from ..quantisation.models import MODELS, write_data
from .pages import ROOT, blocks

PAGE = ROOT / "docs" / "quantize.md"


def test_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "runs" / "words").mkdir(parents=True)
    shutil.copy(MODELS["transduce"], tmp_path / "runs" / "words" / "best.safetensors")
    write_data("transduce", tmp_path).rename(tmp_path / "test.tsv")
    monkeypatch.chdir(tmp_path)
    [text] = blocks(PAGE, "python")
    exec(compile(text, "quantize.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "Scores on test.tsv" in printed
    assert printed.splitlines()[-1] == "['D B A']"


def test_limits_of_the_page():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| with")]
    told = {line.split(" | ")[0]: line.rpartition(" | ")[2].strip(" |") for line in rows}
    assert told == {
        "| with `--data`": f"{LIMITS['divergence']:g}",
        "| without": f"{LIMITS['relative error']:g}",
    }
    assert LIMITS["divergence"] == LIMITS["difference"]
