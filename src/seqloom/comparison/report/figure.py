"""Figures for papers, by matplotlib: score by length; for a probe, score against length.

Source: the figures of Cho et al. 2014 ("On the properties of neural machine translation", figure 4)
and Bahdanau et al. 2015 (figure 2). Checked by `tests/comparison/report/test_figure.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DataError
from ...inspection.figures.style import paper, plain, save
from .analyse import Analysis, analyse
from .lengths import LengthRow
from .read import read_results
from .spans import ProbeAnalysis, analyse_probe
from .words import capital, length_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito 2008, told apart by colour-blind eyes; without their yellow, too pale on paper
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def figure(results: Mapping[str, Any], path: Path) -> None:
    """Draw the figure of a comparison or a probe.

    Args:
        results: What results.json holds.
        path: The picture to write; its ending picks the format, e.g. `.pdf` or `.png`.
    Raises:
        DataError: There is nothing to draw, because examples are too few or all of one length.
        FormatError: Something is missing in `results`.
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    with paper():
        sheet = Figure(figsize=(6.8, 3.4), layout="constrained")
        axes = sheet.subplots()
        if results.get("kind") == "probe":
            _probe(analyse_probe(results), axes)
        else:
            _by_length(analyse(read_results(results)), axes)
        plain(axes)
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        sheet.legend(loc="outside right center")
        save(sheet, path, "figure")


def _by_length(analysis: Analysis, axes: "Axes") -> None:
    rows = analysis.length_rows
    if len(rows) < 2:
        raise DataError(
            f"figure: the test must have examples of several lengths, got {analysis.examples} "
            "that are too few or all of one. Compare on more data."
        )
    drawn = [entry for entry in analysis.entries if entry.interval is not None]
    networks = 0
    for place, entry in enumerate(drawn):
        found = [row.scores[entry.name] for row in rows]
        values = [e.value for e in found]
        below = [max(0.0, e.value - e.low) for e in found]
        above = [max(0.0, e.high - e.value) for e in found]
        shift = 0.3 * ((place + 0.5) / len(drawn) - 0.5)
        axes.errorbar(
            [i + shift for i in range(len(rows))],
            values,
            yerr=[below, above],
            label=capital(entry.title),
            color="#777777" if entry.is_baseline else _COLOURS[networks % len(_COLOURS)],
            linestyle="--" if entry.is_baseline else "-",
            marker=_MARKERS[place % len(_MARKERS)],
            markersize=4,
            linewidth=1.3,
            elinewidth=0.8,
        )
        networks += not entry.is_baseline
    axes.set_xticks(range(len(rows)), [_range(row) for row in rows], fontsize=8)
    axes.set_xlabel(f"length ({analysis.length_unit})")
    axes.set_ylabel(_label(analysis.measure.label, analysis.measure.unit))
    if min(entry.interval.low for entry in drawn if entry.interval) >= 0:
        axes.set_ylim(bottom=0)


def _range(row: LengthRow) -> str:
    return length_range(row).replace(" to ", "\N{EN DASH}")


def _probe(analysis: ProbeAnalysis, axes: "Axes") -> None:
    for place, span in enumerate(analysis.spans):
        lengths = [cell.length for cell in span.cells]
        colour, marker = _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]
        for cell in span.cells:
            few = [cell.length] * len(cell.scores)
            axes.plot(few, cell.scores, marker, color=colour, markersize=2.5, alpha=0.5)
        means = [cell.score for cell in span.cells]
        axes.plot(lengths, means, marker=marker, color=colour, label=span.title, markersize=4)
    axes.axhline(analysis.threshold, color="#777777", linestyle="--", linewidth=0.8)
    if analysis.chance is not None:
        axes.axhline(analysis.chance, color="#777777", linestyle=":", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xticks(analysis.lengths, [str(n) for n in analysis.lengths])
    axes.minorticks_off()
    axes.set_xlabel("length (steps)")
    axes.set_ylabel(_label(analysis.measure.label, analysis.measure.unit))


def _label(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label
