"""Text of the data in pictures: drawn as it is written, in a font that has its letters."""

import dataclasses
import logging
import warnings
import xml.etree.ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font

from seqloom.data.series.read import read_series
from seqloom.decoding.alignment import Alignment
from seqloom.evaluation.classes import evaluate_classes
from seqloom.evaluation.measure import Measure
from seqloom.inspection.figures import draw
from seqloom.inspection.figures.alignment import draw_alignments
from seqloom.inspection.figures.confusion import draw_confusion
from seqloom.inspection.figures.fonts import OWN, families
from seqloom.inspection.figures.forecasts import draw_forecast
from seqloom.inspection.figures.style import written
from seqloom.training.curve import draw_curve

from . import traces
from .forecasts import table

# a price, a formula of mathtext, an error in mathtext, TeX, markup, controls, half a character
NAMES = ("$5", "$x^2$", "$\\frac{", "100% \\alpha", "<b>&amp;", "_ESC\x1b[1m", "a\nb", "\ud800")


def confusion(names, path):
    labels = np.arange(8) % len(names)
    draw_confusion(evaluate_classes(labels, np.full((8, len(names)), 1 / len(names)), names), path)


def forecast(names, path):
    data = read_series({name: np.arange(9.0) for name in names})
    draw_forecast(data, table(list(names)), path)


def alignment(names, path):
    weights = np.full((len(names), len(names)), 1 / len(names))
    draw_alignments([Alignment(source=names, output=names, weights=weights)], path)


def curve(names, path):
    measures = [Measure(key="m", label=name, unit="%") for name in names]
    draw_curve([{"event": "validation", "step": 1, "loss": 1.0, "m": 2.0}], path, measures, "$y$")


def trace_as(what):
    def picture(names, path):
        trace = traces.translator() if what == "attention" else traces.recurrent("lstm")
        symbols = [*names, *"abcdefghijklmnopq"]
        labels = {axis: tuple(symbols[: len(old)]) for axis, old in trace.labels.items()}
        draw(dataclasses.replace(trace, labels=labels), path, what)

    return picture


PICTURES = {
    **{"confusion": confusion, "forecast": forecast, "alignment": alignment, "curve": curve},
    **{what: trace_as(what) for what in ("importance", "gradient", "attention", "gates", "states")},
}


@pytest.fixture
def every_warning(capfd):
    """Nothing is said: no warning, no line on standard error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", PICTURES)
def test_names_are_drawn_as_they_are_written(name, tmp_path, every_warning):
    path = tmp_path / "x.svg"
    with matplotlib.rc_context({"text.usetex": name == "confusion"}):
        PICTURES[name](NAMES, path)
    texts = set(xml.etree.ElementTree.parse(path).getroot().itertext())
    found = {text.strip().removeprefix("validation: ").replace("␣", " ") for text in texts}
    shown = NAMES[:4] if name in ("curve", "attention") else NAMES
    assert {written(one) for one in shown} <= found


@pytest.mark.parametrize(
    ("text", "want"),
    [("$x_1$", "$x_1$"), ("\x1b[31mred\x00", "�[31mred�"), ("a\nb\tc", "a↵b⇥c"), ("a\ud800", "a�")],
)
def test_a_text_on_one_line(text, want):
    assert written(text) == want


def test_a_letter_that_the_own_font_lacks_gets_a_font_that_has_it(capsys):
    own = set(FT2Font(findfont(FontProperties(family=[OWN]))).get_charmap())
    other = set(FT2Font(findfont(FontProperties(family=["STIXGeneral"]))).get_charmap())
    letter = chr(next(c for c in sorted(other - own) if chr(c).isalpha()))
    assert families(["plain", "naïve “text”"]) == [OWN]
    assert families(["plain", letter]) == [OWN, "STIXGeneral"]
    assert capsys.readouterr().err == ""


def test_what_no_font_has_is_told_in_one_line(monkeypatch, tmp_path, capfd, caplog):
    shipped = [e for e in fontManager.ttflist if "mpl-data" in str(e.fname)]
    monkeypatch.setattr(fontManager, "ttflist", shipped)
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        confusion(("好", "हिन्दी", "𓀀👍️"), tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert caplog.records == []
    assert capfd.readouterr().err == (
        "note: figure: no installed font has द न ह ि ी ् 好 𓀀 …; drawn as "
        "boxes. Install a font of that script, e.g. one of Noto.\n"
    )


def test_fonts_that_cannot_be_read_or_scaled_are_passed_over(monkeypatch, tmp_path):
    entry = fontManager.ttflist[0]
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    gone = [
        type(entry)(fname=str(path), name="A", style="normal", variant="normal", weight=400,
                    stretch="normal", size="scalable")
        for path in (broken, tmp_path / "gone.ttf")
    ]  # fmt: skip
    monkeypatch.setattr(fontManager, "ttflist", [*gone, *fontManager.ttflist])
    assert families(["\N{SCRIPT SMALL G}"])[:1] == [OWN]


def test_the_own_settings_of_matplotlib_are_as_before(tmp_path):
    before = dict(matplotlib.rcParams)
    level = logging.getLogger("matplotlib.font_manager").level
    alignment(NAMES, tmp_path / "x.png")
    assert dict(matplotlib.rcParams) == before
    assert logging.getLogger("matplotlib.font_manager").level == level
