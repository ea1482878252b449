"""Which settings made a trial good: PED-ANOVA, and its figure beside the trials themselves.

Source: Watanabe, Bansal & Hutter 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter
Importance in Arbitrary Subspaces", as Optuna has it. It compares where the values of the best
trials lie with where those of all lie. A pruned trial counts with its last validation, so it is not
among the best. Checked by `tests/tuning/test_importance.py`.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import FrozenTrial, TrialState, create_trial

from ..evaluation.measure import Measure
from ..inspection.figures.style import BLUE, GREY, LINE, ORANGE, paper, plain, save
from .search import LONG, TuneStudy, quiet
from .space import Dimension, Space

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST = 6  # trials without which nothing is said
GOOD = 0.3  # share of the trials that are the best
SHOWN = 4  # settings whose trials are drawn
_PANEL, _ROW = 2.6, 0.32  # inches


def importance(search: TuneStudy) -> dict[str, float]:
    """Share of each setting in what made a trial good, largest first; empty for few trials."""
    trials = _judged(search)
    if len(trials) < LEAST:
        return {}
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of settings that few trials have
        study = optuna.create_study(direction=search.study.direction)
        study.add_trials(trials)
        evaluator = PedAnovaImportanceEvaluator(target_quantile=GOOD)
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _judged(search: TuneStudy) -> list[FrozenTrial]:
    """The trials of equal length that have a score, as complete ones."""
    return [
        create_trial(value=value, params=trial.params, distributions=trial.distributions)
        for trial in search.trials()
        if LONG not in trial.user_attrs and (value := _score(trial)) is not None
    ]


def _score(trial: FrozenTrial) -> float | None:
    if trial.state == TrialState.COMPLETE:
        return trial.value
    points = trial.intermediate_values
    return points[max(points)] if trial.state == TrialState.PRUNED else None


def draw(
    path: Path, shares: Mapping[str, float], search: TuneStudy, space: Space, measure: Measure
) -> None:
    """Draw the shares, and the score against the values of the settings that matter most.

    Args:
        path: The figure's file.
        shares: What `importance` found.
        search: The study.
        space: What is searched.
        measure: What the scores are.
    """
    from matplotlib.figure import Figure

    prefix, dimensions = _prefix(shares), {d.name: d for d in space.dimensions}
    shown = [name for name in shares][:SHOWN]
    with paper([measure.label, *shares]):
        bars = max(1.4, _ROW * len(shares) + 0.8)
        figure = Figure((_PANEL * SHOWN, bars + 2.5), layout="constrained")
        upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[bars, 2.5])[:, 0]
        axes = upper.subplots()
        places = range(len(shares))
        axes.barh(places, [100 * share for share in shares.values()], color=BLUE, height=0.7)
        axes.set_yticks(places, [name.removeprefix(prefix) for name in shares])
        axes.invert_yaxis()
        axes.set_xlabel("importance, %")
        plain(axes)
        panels = lower.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for panel, name in zip(panels, shown, strict=True):
            _scatter(panel, search.trials(), dimensions[name])
        unit = f", {measure.unit}" if measure.unit else ""
        panels[0].set_ylabel(f"{measure.label}{unit}")
        handles, labels = panels[0].get_legend_handles_labels()
        lower.legend(handles, labels, loc="outside lower center", ncols=3)
        save(figure, path, "tune")


def _scatter(axes: "Axes", trials: Sequence[FrozenTrial], dimension: Dimension) -> None:
    """The score of every trial against its value of a setting."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    name = dimension.name
    kinds = (
        ("complete", TrialState.COMPLETE, BLUE, "o"),
        ("pruned", TrialState.PRUNED, GREY, "x"),
    )
    ticks = [str(one) for one in dimension.choices]
    for label, state, colour, marker in kinds:
        found = [
            t for t in trials if t.state == state and name in t.params and LONG not in t.user_attrs
        ]
        xs = [ticks.index(str(t.params[name])) if ticks else t.params[name] for t in found]
        ys = [score for t in found if (score := _score(t)) is not None]
        axes.scatter(xs, ys, s=18, c=colour, marker=marker, label=label)
    first = trials[0]
    if first.state == TrialState.COMPLETE and name in first.params:
        value = first.params[name]
        place = ticks.index(str(value)) if ticks else value
        axes.scatter(
            [place],
            [float(first.values[0])],
            s=60,
            facecolors="none",
            edgecolors=ORANGE,
            label="trial 0",
        )
    if ticks:
        axes.set_xticks(range(len(ticks)), ticks)
        axes.set_xlim(-0.5, len(ticks) - 0.5)
    elif dimension.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(lambda value, place: f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, place: "")
    elif dimension.whole:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel(name.partition(".")[2])
    axes.grid(color=LINE, linewidth=0.4)
    plain(axes)


def _prefix(names: Mapping[str, float]) -> str:
    """A section that all names share, which need not be written."""
    sections = {name.partition(".")[0] for name in names}
    return f"{sections.pop()}." if len(sections) == 1 else ""
