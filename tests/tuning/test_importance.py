"""Which settings mattered: of made-up trials whose cost is known."""

import pytest
from optuna.trial import TrialState

from seqloom.tuning.importance import LEAST, draw, importance

from .small import a_search


def with_costs(folder, number, cost):
    """A search whose trials cost what their values say; every fourth is pruned early."""
    search = a_search(folder)
    for k in range(number):
        trial = search.begin({})
        value = cost(trial.params)
        if k % 4 == 3:
            search.report(trial.number, 30, 9.0 + value)
            search.end(trial.number, TrialState.PRUNED, None)
        else:
            search.end(trial.number, TrialState.COMPLETE, value)
    return search


def test_the_setting_that_alone_decides_is_the_first(tmp_path):
    search = with_costs(tmp_path, 24, lambda v: abs(v["model.dropout"] - 0.1))
    shares = importance(search)
    assert next(iter(shares)) == "model.dropout"
    assert shares["model.dropout"] > 0.6
    assert sum(shares.values()) == pytest.approx(1.0)
    assert importance(a_search(tmp_path)) == shares


def test_a_long_run_does_not_count(tmp_path):
    search = with_costs(tmp_path, 12, lambda v: abs(v["model.dropout"] - 0.1))
    shares = importance(search)
    long = search.begin_long(search.trials()[0], 9.0)
    search.end(long.number, TrialState.COMPLETE, -9.0)
    assert importance(search) == shares


def test_few_trials_say_nothing(tmp_path):
    search = with_costs(tmp_path, LEAST - 1, lambda v: v["model.dropout"])
    search.end(search.begin({}).number, TrialState.FAIL, None)
    assert importance(search) == {}


def test_the_figure(tmp_path, monkeypatch):
    """Bars in order, a panel for each setting with all trials, and the same bytes again."""
    from matplotlib.figure import Figure

    from seqloom.evaluation.measure import Measure

    figures = []
    honest = Figure.savefig

    def savefig(figure, *args, **options):
        figures.append(figure)
        honest(figure, *args, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    search = with_costs(tmp_path, 12, lambda v: abs(v["model.dropout"] - 0.1))
    shares, measure = importance(search), Measure("error", "error", "%")
    for name in ("a.png", "b.png"):
        draw(tmp_path / name, shares, search, search.space, measure)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    bars, *panels = figures[0].get_axes()
    widths = [bar.get_width() for bar in bars.patches]
    assert widths == pytest.approx([100 * share for share in shares.values()])
    assert [t.get_text() for t in bars.get_yticklabels()] == list(shares)
    assert [panel.get_xlabel() for panel in panels] == [n.partition(".")[2] for n in shares]
    assert [len(c.get_offsets()) for c in panels[0].collections] == [9, 3, 1]
    assert panels[0].get_ylabel() == "error, %"
    rate = next(panel for panel in panels if panel.get_xlabel() == "learning_rate")
    assert all("$" not in label.get_text() for label in rate.get_xticklabels())
