"""The picture of the gradient: what it says of memory, against a gradient that is known."""

import dataclasses
import re

import numpy as np
import pytest

from seqloom.inspection import Layer
from seqloom.inspection.measures import measured
from seqloom.inspection.page import page

from . import traces


def test_the_gradient_says_where_memory_ends(opened):
    """0.5 a step: under 1 % after 7 steps, since 0.5^6 > 0.01 > 0.5^7."""
    far = np.arange(19)[::-1]
    unit = traces.named("source", "encoder.0.unit")
    gradient = np.repeat(0.5 ** far[:, None], 24, axis=1)
    trace = traces.recurrent().updated(arrays={"gradient/encoder.0/h": unit(gradient)})
    one = opened(page(trace))
    found = one.tab.locator("#gradient .found").inner_text()
    assert found.startswith("Memory ends 7 steps back, at “this”: less than 1 %")
    assert "the 12 words beyond" in found
    assert one.tab.locator("#gradient .chip.lost").count() == 12
    one.tab.get_by_role("button", name="powers of ten").click()
    assert one.errors == []


def test_a_layer_that_reads_from_the_end_forgets_the_end(opened):
    steps = np.arange(19)
    unit = traces.named("source", "encoder.0.unit")
    gradient = np.repeat(0.5 ** steps[:, None], 24, axis=1)
    layer = Layer(name="encoder.0", kind="rnn", steps="source", size=24, reverse=True)
    trace = traces.recurrent(layers=(layer,))
    trace = trace.updated(arrays={"gradient/encoder.0/h": unit(gradient)})
    one = opened(page(trace))
    found = one.tab.locator("#gradient .found").inner_text()
    assert found.startswith("Memory ends 7 steps back, at “and”")
    assert one.tab.locator("#gradient .chip.lost").first.inner_text() == "and"


def test_memory_is_that_of_the_facts(opened):
    """The page's rule and `effective_memory` are one."""
    memory = pytest.importorskip("seqloom.inspection.memory", reason="not merged yet")
    for seed in range(4):
        trace = traces.recurrent(seed=seed, scale=0.5 + 0.2 * seed)
        norms = np.linalg.norm(trace["gradient/encoder.0/h"].values.astype(float), axis=1)
        wanted = memory.effective_memory(norms)
        one = opened(page(trace))
        found = one.tab.locator("#gradient .found").inner_text()
        if wanted.whole:
            assert "Memory ends" not in found
        else:
            assert found.startswith(f"Memory ends {wanted.steps} step")


def test_what_was_not_computed_is_not_called_lost(opened):
    """A very large layer's Jacobians of the last steps only; the others are 0 in the trace."""
    norms = np.where(np.arange(19) >= 9, 1.0, 0.0)
    trace = traces.recurrent().updated(
        arrays={"jacobian/encoder.0/state": traces.named("source")(norms)},
        facts={
            "memory": {
                "encoder.0": {"asked": 18, "jacobian": {"steps": 9, "whole": True, "computed": 10}}
            }
        },
    )
    one = opened(page(trace))
    one.tab.get_by_role("button", name="from the last state").click()
    found = one.tab.locator("#gradient .found").inner_text()
    assert "Memory ends" not in found
    assert found.endswith(
        "Only the last 10 steps were computed; what is further back is not known."
    )
    assert one.tab.locator("#gradient .chip.lost").count() == 0


def test_gradients_that_exploded_are_drawn(opened):
    values = np.full((19, 24), 1e38)
    values[3] = np.inf
    unit = traces.named("source", "encoder.0.unit")
    trace = traces.recurrent().updated(arrays={"gradient/encoder.0/h": unit(values)})
    one = opened(page(trace))
    assert one.errors == []
    one.tab.locator("#gradient .chip").nth(3).click()
    assert "= 3.4 " in one.tab.locator("#gradient .readout").inner_text()


def pooled(gradient, **changes):
    """A classifier whose attention looks at all 19 steps, and its gradients."""
    unit = traces.named("source", "encoder.0.unit")
    trace = traces.recurrent("lstm", **changes)
    arrays = {
        "attention/pool": traces.named("source")(np.full(19, 1 / 19)),
        "gradient/encoder.0/h": unit(np.repeat(gradient[:, None], 24, axis=1)),
    }
    return trace.updated(arrays=arrays)


def test_with_attention_the_line_is_one_per_cent_of_the_largest(opened):
    """The step where the layer is read gets next to nothing: 1 % of that would lose no step."""
    gradient = np.full(19, 1.0)
    gradient[[2, 5, 11, 18]] = [0.009, 0.002, 0.0001, 0.003]
    trace = pooled(gradient)
    one = opened(page(trace))
    found = one.tab.locator("#gradient .found")
    assert found.inner_text() == "4 words of 19 get less than 1 % of what the strongest gets."
    lost = one.tab.locator("#gradient .chip.lost").evaluate_all(
        "chips => chips.map(c => Number(c.dataset.step))"
    )
    assert lost == [2, 5, 11, 18]
    level, largest, edge = one.js(
        """() => {
          const { trace } = Seqloom.page;
          const [layer] = Seqloom.gradientLayers(trace);
          const series = Seqloom.gradientSeries(trace, layer, "loss");
          return [series.level, series.largest, series.edge];
        }"""
    )
    assert level == pytest.approx(0.01 * np.sqrt(24), rel=1e-5)
    assert largest == pytest.approx(np.sqrt(24), rel=1e-5)
    assert edge == -1
    one.tab.get_by_role("button", name="from the last state").click()
    assert "of what the strongest gets" not in found.inner_text()
    assert one.errors == []


def everywhere(task, **model):
    """A trace whose loss enters at every step, and whose recurrence halves a change."""
    far = 0.5 ** np.arange(19)[::-1]
    trace = traces.recurrent(task=task, facts={"model": model})
    return trace.updated(arrays={"jacobian/encoder.0/state": traces.named("source")(far)})


@pytest.mark.parametrize(("task", "model"), [("transcribe", {}), ("classify", {"pool": "mean"})])
def test_where_the_loss_enters_at_every_step_the_last_state_is_shown_first(opened, task, model):
    """The page's headline judges by the Jacobian there (`verdict.py`)."""
    one = opened(page(everywhere(task, **model)))
    section = one.tab.locator("#gradient")
    found = section.locator(".found")
    noun = "steps" if task == "transcribe" else "words"
    assert found.inner_text() == (
        "Memory ends 7 steps back, at “this”: less than 1 % is left in the last state of a change "
        f"at the 12 {noun} beyond, so they hardly count there."
    )
    assert "measured from the last state" in section.locator("header p").inner_text()
    section.locator("[data-value=loss]").click()
    assert "Memory ends" not in found.inner_text()
    assert re.search(r"of what the strongest gets|reach the answer", found.inner_text())
    assert one.errors == []


@pytest.mark.parametrize("model", [{}, {"pool": "last"}])
def test_where_only_the_end_is_read_the_answer_is_shown_first(opened, model):
    one = opened(page(everywhere("classify", **model)))
    pressed = one.tab.locator("#gradient button[aria-pressed=true]").all_inner_texts()
    assert "from the answer" in pressed
    assert "travels from the answer back, word by word" in one.tab.locator("#gradient").inner_text()


def test_one_word_beyond_is_it(opened):
    norms = np.ones(19)
    norms[0] = 0.001
    trace = traces.recurrent().updated(
        arrays={"jacobian/encoder.0/state": traces.named("source")(norms)}
    )
    one = opened(page(trace))
    one.tab.get_by_role("button", name="from the last state").click()
    found = one.tab.locator("#gradient .found").inner_text()
    assert found.endswith("a change at the 1 word beyond, so it hardly counts there.")


@pytest.mark.parametrize(
    ("task", "output", "shown"),
    [
        ("generate", " ", "␣"),
        ("generate", "\n", "⏎"),
        ("transcribe", "", "nothing was written"),
        ("transcribe", "a b", "a b"),
    ],
)
def test_an_answer_that_would_be_blank_is_seen(opened, task, output, shown):
    """In the head, and in the picture, whose canvas hears its text here."""
    trace = traces.recurrent(task=task, output=output, facts={})
    one = opened(page(trace))
    assert one.tab.locator(".head .answer").inner_text() == shown
    one.js(
        """() => {
          const fill = CanvasRenderingContext2D.prototype.fillText;
          globalThis.written = [];
          CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
            globalThis.written.push(text);
            return fill.call(this, text, ...place);
          };
        }"""
    )
    one.tab.locator("#gradient [data-value=loss]").click()
    one.frames()
    written = one.js("() => globalThis.written")
    assert written[written.index("answer") + 1] == shown.split(" was")[0]


def test_the_line_is_one_per_cent_of_what_arrives_where_the_layer_is_read(opened):
    """The largest is ten times that; 0.05 is under 1 % of the largest and not under the line."""
    gradient = np.full(19, 1.0)
    gradient[[3, 9]] = [10.0, 0.05]
    unit = traces.named("source", "encoder.0.unit")
    values = unit(np.repeat(gradient[:, None], 24, axis=1))
    one = opened(page(traces.recurrent().updated(arrays={"gradient/encoder.0/h": values})))
    start, largest, lost = one.js(
        """() => {
          const { trace } = Seqloom.page;
          const [layer] = Seqloom.gradientLayers(trace);
          const { start, largest, lost } = Seqloom.gradientSeries(trace, layer, "loss");
          return [start, largest, [...lost]];
        }"""
    )
    assert start == pytest.approx(np.sqrt(24), rel=1e-5)
    assert largest == pytest.approx(10 * np.sqrt(24), rel=1e-5)
    assert sum(lost) == 0


def stacked():
    """Two layers: the lower one remembers less, so it is the one that limits."""
    one, other = traces.recurrent(), traces.recurrent(seed=1)
    arrays = {
        name.replace("encoder.0", "encoder.1"): traces.named(
            *(dim.replace("encoder.0", "encoder.1") for dim in array.dims)
        )(array.values)
        for name, array in other.items()
        if "encoder.0" in name
    }
    far = np.arange(19.0)[::-1]
    for layer, share in (("encoder.0", 0.2), ("encoder.1", 0.99)):
        unit = traces.named("source", f"{layer}.unit")
        arrays[f"gradient/{layer}/h"] = unit(np.outer(share**far, np.ones(24)))
    upper = dataclasses.replace(one.layers[0], name="encoder.1")
    trace = dataclasses.replace(one, layers=(*one.layers, upper)).updated(arrays)
    return measured(trace, None)


def test_the_picture_opens_on_the_layer_that_the_headline_speaks_of(opened):
    one = opened(page(stacked()))
    head = one.tab.locator(".head").inner_text()
    assert "Effective memory (layer 1 of 2): 3 steps." in head
    assert one.tab.locator("#gradient select, #gradient .group").count()
    assert one.tab.locator("#gradient .found").inner_text().startswith("Memory ends 3 steps back")
    assert one.errors == []


def test_where_memory_ends_a_word_that_occurs_again_has_its_number(opened):
    symbols = ["so", "it", "was"] * 6 + ["so"]
    norms = 0.5 ** np.arange(19.0)[::-1]
    trace = traces.recurrent(symbols=symbols).updated(
        {"gradient/encoder.0/h": traces.named("source", "encoder.0.unit")(
            np.outer(norms, np.ones(24)))}
    )  # fmt: skip
    one = opened(page(trace))
    assert one.tab.locator("#gradient .found").inner_text().startswith(
        "Memory ends 7 steps back, at “was” (word 12): "
    )  # fmt: skip
