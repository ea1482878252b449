"""A figure of matplotlib as an SVG element inside a page.

The page's policy allows no style attributes, so they become attributes of SVG. Colours become the
variables of `base.css`, so one picture serves both themes. An artist's gid made by `tag` becomes
classes, the name of the entry (which the key hides and shows) and what is shown on hover. Checked
by `tests/comparison/report/test_charts.py` and, drawn, in Chromium.
"""

import io
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito 2008, told apart by colour-blind eyes; without their yellow, too pale on paper
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
GREY, GRID, PAPER = "#777777", "#dddddd", "#ffffff"
_VARIABLES = {
    **{colour: f"var(--series-{place})" for place, colour in enumerate(COLOURS, start=1)},
    GREY: "var(--muted)",
    GRID: "var(--line)",
    PAPER: "var(--paper)",
}
_DROPPED = ("font-size", "font-family")  # the page's
_MARKER = "marker"  # a path at a place, while it is worked on
_HIT = "9"  # pixels around a mark in which it is pointed at


def tag(css: str, entry: str = "", titles: Sequence[str] = ()) -> str:
    """The gid of an artist.

    Args:
        css: Classes.
        entry: Name of the entry that it belongs to.
        titles: What is shown on hover: one for each marker, or one for an artist without markers.
    """
    return json.dumps({"class": css, "entry": entry, "titles": list(titles)})


def inline(figure: "Figure", label: str, css: str) -> str:
    """A figure as an `<svg>`, the same text for the same figure.

    Args:
        figure: Of 72 dots an inch, so that points are pixels.
        label: Read to those who do not see it; empty if the text beside it says the same.
        css: Classes.
    """

    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    root = ElementTree.fromstring(buffer.getvalue())
    shapes = {f"#{d.get('id')}": d.attrib["d"] for d in root.iterfind(".//{*}defs/{*}path")}
    for parent in [*root.iter()]:
        for definitions in parent.findall("{*}defs"):
            parent.remove(definitions)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        _use_attributes(element)
        if element.tag == "use":  # ids would meet those of the page's other charts
            name = element.attrib.pop("href")
            at = " ".join(element.attrib.pop(key) for key in "xy")
            element.tag, element.attrib["d"] = _MARKER, shapes[name]
            element.set("transform", f"translate({at})")
    for group in [*root.iter("g")]:
        _tagged(group)
    for marker in root.iter(_MARKER):
        marker.tag = "path"
    read = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    width, height = root.attrib["viewBox"].split()[2:]
    size = {"viewBox": root.attrib["viewBox"], "width": width, "height": height}
    root.attrib = {"class": css, **size, **read}
    return ElementTree.tostring(root, encoding="unicode")


def _use_attributes(element: ElementTree.Element) -> None:
    """Plain attributes for a style attribute, variables for colours, one digit for places."""
    for rule in filter(None, element.attrib.pop("style", "").split(";")):
        name, value = (part.strip() for part in rule.split(":"))
        if name not in _DROPPED:
            element.set(name, _VARIABLES.get(value, value))
    element.attrib.pop("clip-path", None)  # nothing is drawn outside
    for name in [*element.attrib]:
        if name in ("d", "x", "y"):
            short = re.sub(r"(\.\d)\d+", r"\1", element.attrib[name])
            element.set(name, short.replace("\n", ""))
        elif name.endswith("}href"):
            element.set("href", element.attrib.pop(name))
        elif element.attrib[name].startswith("rotate(-0 "):
            del element.attrib[name]


def _tagged(group: ElementTree.Element) -> None:
    """Put what a tag says into a group; other names of groups are left out."""
    name = group.attrib.pop("id", "")
    if not name.startswith("{"):
        return
    said = json.loads(name)
    group.set("class", said["class"])
    if said["entry"]:
        group.set("data-series", said["entry"])
    markers = [(parent, mark) for parent in group.iter("g") for mark in parent.findall(_MARKER)]
    if not markers and said["titles"]:
        _titled(group, said["titles"][0])
    for (parent, mark), title in zip(markers, said["titles"], strict=False):
        own = ElementTree.SubElement(parent, "g")
        parent.remove(mark)
        own.append(mark)
        _titled(own, title)
        hit = {"class": "hit", "r": _HIT, "transform": mark.attrib["transform"]}
        ElementTree.SubElement(own, "circle", hit)


def _titled(group: ElementTree.Element, words: str) -> None:
    title = ElementTree.Element("title")
    title.text = words
    group.insert(0, title)
