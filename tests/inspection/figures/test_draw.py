"""Figures of a trace: what is drawn is what the trace says; letters stay letters; wrong names."""

import dataclasses
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from seqloom.errors import ConfigError, RunError
from seqloom.inspection import Trace
from seqloom.inspection.figures import FIGURES, draw
from seqloom.inspection.figures.layers import in_words

from . import traces

TRACES = {
    "rnn": traces.recurrent("rnn", reverse=True),
    "lstm": traces.recurrent("lstm"),
    "gru, 70 words": traces.recurrent("gru", words=tuple(f"w{i}" for i in range(70))),
    "one word": traces.recurrent("gru", words=("movie",)),
    "fully-connected": traces.fully_connected(),
    "attention": traces.translator(),
    "transformer": traces.transformer(),
}
HAS = {
    "rnn": ["importance", "gradient", "states"],
    "lstm": ["importance", "gradient", "gates", "states"],
    "gru, 70 words": ["importance", "gradient", "gates", "states"],
    "one word": ["importance", "gradient", "gates", "states"],
    "fully-connected": ["gradient"],
    "attention": ["attention"],
    "transformer": ["gradient", "attention", "states"],
}


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Draws and returns matplotlib's figure, whose axes can be asked."""
    found = []
    monkeypatch.setattr(
        Figure, "savefig", lambda self, path, **_: (found.append(self), open(path, "w").close())
    )

    def drawing(trace, what):
        draw(trace, tmp_path / "x.png", what)
        return found[-1]

    return drawing


@pytest.mark.parametrize("name", TRACES)
def test_overview_and_each_figure_that_the_trace_has(tmp_path, name):
    draw(TRACES[name], tmp_path / "overview.png")
    assert (tmp_path / "overview.png").read_bytes().startswith(b"\x89PNG")
    for what in FIGURES[1:]:
        if what in HAS[name]:
            continue  # drawn above
        message = rf"`{what}` needs .*, which .* does not have\. It can be drawn as: overview, "
        with pytest.raises(ConfigError, match=message + ", ".join(HAS[name])):
            draw(TRACES[name], tmp_path / "no.png", what)
        assert not (tmp_path / "no.png").exists()


@pytest.mark.parametrize("reverse", [False, True])
def test_arrows_of_the_gradient_are_to_scale_and_point_back_through_time(drawn, reverse):
    trace = traces.recurrent("lstm", reverse=reverse)
    layer = trace.layers[0].name
    above, below = drawn(trace, "gradient").axes
    sizes = np.linalg.norm(trace[f"gradient/{layer}/h"].values, axis=1)
    corners = [patch.get_xy() for patch in above.patches]
    heights = np.array([np.ptp(xy[:, 1]) for xy in corners])
    np.testing.assert_allclose(heights, sizes / sizes.max(), rtol=1e-6)
    for t, xy in enumerate(corners):
        tip = xy[np.argmin(np.abs(xy[:, 1]) + 9 * (xy[:, 1] != 0)), 0]
        assert (tip > t) == reverse
    lines = {line.get_label(): line.get_ydata() for line in below.lines}
    np.testing.assert_allclose(lines["‖∂L/∂h(t)‖"], sizes / sizes.max(), rtol=1e-6)
    cell, gates = (trace[f"jacobian/{layer}/{part}"].values for part in ("cell", "gates"))
    both = max(cell.max(), gates.max())  # one scale: which path carries more can be seen
    np.testing.assert_allclose(lines["along the cell"], cell / both, rtol=1e-6)
    np.testing.assert_allclose(lines["through the gates"], gates / both, rtol=1e-6)
    words = [label.get_text() for label in below.get_xticklabels()]
    assert words == list(trace.labels["source"])


def test_a_fully_connected_network_has_one_arrow(drawn):
    (axes,) = drawn(traces.fully_connected(), "gradient").axes
    assert len(axes.patches) == 1
    size = np.linalg.norm(traces.fully_connected()["gradient/hidden/h"].values)
    assert f"{size:.2g}" in axes.get_title(loc="left")


def test_gates_are_the_trace_s_in_one_order_of_units(drawn):
    trace = traces.recurrent("lstm")
    maps = [axes for axes in drawn(trace, "gates").axes if axes.images]
    order = np.argsort(trace["states/encoder.0/f"].values.mean(axis=0))
    for gate, axes in zip("ifgo", maps, strict=True):
        values = trace[f"states/encoder.0/{gate}"].values
        np.testing.assert_array_equal(axes.images[0].get_array(), values.T[order])
        if gate != "g":
            title = axes.get_title(loc="left")
            assert f"open {(values > 0.9).mean():.0%}".replace("%", " %") in title


def test_attention_has_its_symbols_and_no_formula(drawn):
    trace = traces.translator()
    (axes,) = drawn(trace, "attention").axes
    np.testing.assert_array_equal(axes.images[0].get_array(), trace["attention/decoder"].values)
    assert [t.get_text() for t in axes.get_xticklabels()] == ["t", "$", "o", "␣", "h"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["D", "OW", "$x$", "end"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("encoder.0", "Encoder layer 1"),
        ("encoder.1.reverse", "Encoder layer 2"),
        ("encoder.0/self", "Encoder layer 1, self-attention"),
        ("decoder.1/cross", "Decoder layer 2, cross-attention"),
        ("hidden", "Hidden"),
    ],
)
def test_titles_are_words(name, words):
    assert in_words(name) == words


def test_words_are_coloured_by_their_importance(drawn):
    trace = traces.recurrent("rnn")
    first, second = drawn(trace, "importance").axes
    for axes, name in ((first, "integrated_gradients"), (second, "leave_one_out")):
        values = trace[f"importance/{name}"].values
        strengths = [patch.get_alpha() for patch in axes.patches]
        np.testing.assert_allclose(strengths, 0.85 * abs(values) / abs(values).max(), rtol=1e-5)
        blue = [patch.get_facecolor()[2] > patch.get_facecolor()[0] for patch in axes.patches]
        assert blue == [bool(value >= 0) for value in values]
        numbers = [t.get_text() for t in axes.texts if re.fullmatch(r"[+-]\d\.\d\d", t.get_text())]
        assert numbers == [f"{value:+.2f}" for value in values]


def test_a_pdf_has_its_fonts_and_a_vector_file_has_text(tmp_path):
    trace = traces.translator()
    draw(trace, tmp_path / "x.pdf", "attention")
    pdf = (tmp_path / "x.pdf").read_bytes()
    assert b"/FontFile2" in pdf  # TrueType, in the file
    assert b"/Type3" not in pdf
    draw(trace, tmp_path / "x.svg", "attention")
    assert ">OW</text>" in (tmp_path / "x.svg").read_text(encoding="utf-8")


def test_the_same_picture_is_the_same_file(tmp_path):
    for ending in ("pdf", "svg", "png"):
        paths = [tmp_path / f"{number}.{ending}" for number in (1, 2)]
        for path in paths:
            draw(traces.recurrent("gru"), path, "gates")
        assert paths[0].read_bytes() == paths[1].read_bytes(), ending


def test_an_overview_has_fewer_layers_and_no_states_beside_gates(drawn):
    one = traces.recurrent("gru")
    layers = [dataclasses.replace(one.layers[0], name=f"encoder.{n}") for n in range(5)]
    arrays = {
        key.replace("encoder.0", layer.name): dataclasses.replace(
            array, dims=tuple(d.replace("encoder.0", layer.name) for d in array.dims)
        )
        for layer in layers
        for key, array in one.arrays.items()
    }
    trace = dataclasses.replace(one, layers=tuple(layers), arrays=arrays)
    heads = [part.get_suptitle() for part in parts(drawn(trace, None))]
    names = [head.split(" (")[0] for head in heads if head]
    assert names == ["Encoder layer 1", "Encoder layer 2"] * 2  # gradients, gates
    heads = [part.get_suptitle() for part in parts(drawn(trace, "states"))]
    names = [head.split(" (")[0] for head in heads if head]
    assert names == [f"Encoder layer {n}" for n in range(1, 5)]


def parts(figure):
    for part in figure.subfigs:
        yield part
        yield from parts(part)


def test_wrong_names_and_places_are_said(tmp_path):
    with pytest.raises(ConfigError) as caught:
        draw(traces.fully_connected(), tmp_path / "x.png", "gate")
    assert str(caught.value) == (
        "figure: `what` must be one of overview, importance, gradient, attention, gates, states, "
        "got gate."
    )
    empty = Trace(task="classify", kind="rnn", input="", output="", labels={}, layers=())
    with pytest.raises(
        ConfigError, match=r"^figure: the trace has no states, gradients or attention\. Make"
    ):
        draw(empty, tmp_path / "x.png")
    with pytest.raises(ConfigError, match=r"It can be drawn as: nothing\.$"):
        draw(empty, tmp_path / "x.png", "gates")
    with pytest.raises(RunError, match=r"^draw: `.*x\.png` cannot be written: "):
        draw(traces.fully_connected(), tmp_path / "no" / "x.png")
