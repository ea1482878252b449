"""The drawings of the story are what their code draws, and need no font of the reader."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from story.drawings import DRAWINGS  # noqa: E402
from story.drawings.canvas import COLOURS, page  # noqa: E402

FIGURES = ROOT / "docs" / "story" / "figures"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


def parts(svg):
    """What a drawing is made of, without the names of its parts, and its numbers."""
    named = re.sub(r'( id="|url\(#|href="#)[^")]+', r"\1", svg)
    plain = re.sub(r"<!--.*?-->", "", named, flags=re.DOTALL)
    return NUMBER.sub("0", plain), np.array([float(n) for n in NUMBER.findall(plain)])


def test_every_drawing_is_there():
    assert {path.name for path in FIGURES.glob("*.svg")} == set(DRAWINGS)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_what_its_code_draws(name, tmp_path):
    """To a tenth of a pixel: versions of matplotlib round differently."""
    DRAWINGS[name](tmp_path / name)
    found, kept = (
        parts(path.read_text(encoding="utf-8")) for path in (tmp_path / name, FIGURES / name)
    )
    assert found[0] == kept[0], "run: python docs/build.py drawings"
    np.testing.assert_allclose(found[1], kept[1], atol=0.1)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_twice_is_the_same_file(name, tmp_path):
    for copy in "ab":
        DRAWINGS[name](tmp_path / f"{copy}.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_needs_no_font_and_stands_on_any_page(name):
    svg = (FIGURES / name).read_text(encoding="utf-8")
    assert "<text" not in svg  # letters are paths
    assert "<dc:date>" not in svg
    first = re.search(r'<path d="([^"]+)" style="fill: (#\w+)"', svg)
    assert first is not None
    assert first[2] == "#ffffff"  # white under everything
    assert svg.startswith("<?xml")
    assert 'width="600pt"' in svg  # 800 pixels


def test_a_colour_has_one_meaning():
    lines = [colour.line for colour in COLOURS.values()]
    assert len(set(lines)) == len(lines)


def test_a_line_with_corners_ends_at_its_last_point(tmp_path):
    with page(tmp_path / "x.svg", 100) as canvas:
        canvas.arrow([(10, 10), (50, 10), (50, 60)])
        line, head = canvas.axes.patches
    np.testing.assert_allclose(head.get_xy()[0], (50, 60))
    np.testing.assert_allclose(line.get_path().vertices[0], (10, 10))
    assert line.get_path().vertices[-1][1] < 60  # below the tip
