"""Figures for papers are drawn, from the numbers of the report."""

import pytest

from seqloom.comparison.report import figure
from seqloom.errors import DataError

from .simulated import simulated, simulated_probe


@pytest.mark.parametrize("name", ["a.pdf", "a.png"])
def test_a_figure_of_each_kind(tmp_path, name):
    for results in (simulated(examples=200, seeds=2), simulated_probe()):
        figure(results, tmp_path / name)
        start = (tmp_path / name).read_bytes()[:4]
        assert start == {"a.pdf": b"%PDF", "a.png": b"\x89PNG"}[name]


def test_what_is_drawn_is_what_was_measured(monkeypatch, tmp_path):
    from matplotlib.figure import Figure

    sheets = []
    monkeypatch.setattr(
        Figure, "savefig", lambda self, path, **_: (sheets.append(self), path.touch())
    )
    results = simulated_probe()
    figure(results, tmp_path / "a.png")
    lines = {line.get_label(): line for line in sheets[0].axes[0].lines}
    assert {"RNN", "LSTM", "GRU", "Transformer"} <= lines.keys()
    scores = [r["score"] for r in results["entries"][1]["runs"] if r["length"] == 200]
    assert list(lines["LSTM"].get_xdata()) == [10, 50, 100, 200, 400]
    assert lines["LSTM"].get_ydata()[3] == pytest.approx(sum(scores) / len(scores))


def test_examples_of_one_length_cannot_be_updated(tmp_path):
    results = simulated(examples=50, seeds=1)
    results["length"]["values"] = [7] * 50
    with pytest.raises(DataError, match=r"^figure: the test must have examples of several lengths"):
        figure(results, tmp_path / "a.png")
