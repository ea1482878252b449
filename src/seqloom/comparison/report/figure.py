"""Figures for papers, the charts of the report in a file: score by length; a probe's score.

Source: the figures of Cho et al. 2014 ("On the properties of neural machine translation", figure 4)
and Bahdanau et al. 2015 (figure 2). Checked by `tests/comparison/report/test_figure.py`.
"""

from collections.abc import Mapping
from pathlib import Path

from ...errors import DataError
from ...inspection.figures.style import paper, save
from .analyse import analyse
from .charts import length_chart
from .probe import probe_chart
from .read import read_results
from .spans import analyse_probe


def figure(results: Mapping[str, object], path: Path) -> None:
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
            probe_chart(analyse_probe(results), axes)
        else:
            analysis = analyse(read_results(results))
            if len(analysis.length_rows) < 2:
                raise DataError(
                    "figure: the test must have examples of several lengths, got "
                    f"{analysis.examples} that are too few or all of one. Compare on more data."
                )
            length_chart(analysis, axes)
        sheet.legend(loc="outside right center")
        for artist in sheet.findobj():
            artist.set_gid(None)  # tags are for the page
        save(sheet, path, "figure")
