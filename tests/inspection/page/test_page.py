"""The page in Chromium: it opens from disk, asks for nothing, shows what the trace has."""

import re

import numpy as np
import pytest

from seqloom.inspection import read_trace
from seqloom.inspection.page import page, script, write_page

from . import traces

SOME = ["a", "few", "words"]
TOKENS = ("ink", "muted", "accent", "warm", *(f"series-{i}" for i in range(1, 8)))
SECTIONS = {
    "rnn": "head gradient importance states output model",
    "lstm": "head gradient importance gates states output model",
    "attention": "head gradient importance attention gates states output model",
    "fully-connected": "head gradient importance output model",
    "transformer": "head gradient attention states output model",
    "forecast": "head gradient gates states output model",
}


def sections(one):
    return one.js("() => [...document.querySelectorAll('main > section')].map(s => s.id)")


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_each_section_is_there_exactly_when_its_data_are(opened, name):
    trace = traces.ALL[name]()
    one = opened(page(trace), height=9000)
    # the parts that need the model's file or a beam are not in a trace alone
    assert sections(one) == SECTIONS[name].split()
    assert one.errors == []
    assert one.requests == [one.tab.url]


def test_a_trace_of_nothing_but_text_has_a_page(opened):
    trace = traces.recurrent(arrays={}, facts={}, layers=(), labels={}, input="x", output="y")
    one = opened(page(trace))
    assert sections(one) == ["head", "model"]
    assert one.errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 800, 2000])
def test_nothing_overflows_and_text_is_readable(opened, width, theme):
    for name in ("lstm", "attention"):
        one = opened(page(traces.ALL[name]()), width=width, theme=theme)
        wide = one.js("() => document.documentElement.scrollWidth")
        assert wide <= width, name
    contrasts = one.js(
        "names => names.map(n => ['paper', 'raised'].map(p =>"
        " Seqloom.contrast(Seqloom.token('--' + n), Seqloom.token('--' + p)))).flat()",
        list(TOKENS),
    )
    assert min(contrasts) >= 4.5, dict(zip(TOKENS, contrasts[::2], strict=True))
    on_soft = one.js(
        "() => [['ink', 'accent-soft'], ['warm', 'warm-soft']].map(([a, b]) =>"
        " Seqloom.contrast(Seqloom.token('--' + a), Seqloom.token('--' + b)))"
    )
    assert min(on_soft) >= 4.5


def test_contrast_is_that_of_wcag(opened):
    one = opened(page(traces.recurrent()))
    assert one.js("() => Seqloom.contrast([0, 0, 0], [255, 255, 255])") == pytest.approx(21.0)
    grey = one.js("() => Seqloom.contrast([119, 119, 119], [255, 255, 255])")
    assert grey == pytest.approx(4.48, abs=0.005)  # WebAIM's example of just too little


def test_a_cell_has_the_colour_of_its_number(opened):
    """Numbers to codes to table to pixel, against the definition: paper to accent in proportion."""
    values = np.zeros((4, 6), np.float32)
    values[np.arange(4), [0, 5, 2, 3]] = [1.0, 0.5, 0.25, 0.75]
    trace = traces.attention(source="abcdef", output=("A", "B", "C", "D"))
    weights = traces.named("target", "source")(values)
    trace = trace.updated(arrays={"attention/decoder": weights})
    one = opened(page(trace), height=4000)
    for theme in ("light", "dark"):
        if theme == "dark":
            one.tab.keyboard.press("t")
            one.frames()
        paper, accent = one.js("() => ['--paper', '--accent'].map(Seqloom.token)")
        for row, column in np.ndindex(4, 6):
            pixel = one.js(
                """([row, column]) => {
                  const node = document.querySelector('#attention canvas.zooms');
                  const { heat } = [...Seqloom.page.pictures].find(p => p.node === node);
                  const { steps, box } = heat;
                  const x = steps.middle(column), y = box.top + box.height * (row + 0.5) / 4;
                  return [...node.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3);
                }""",
                [row, column],
            )
            share = round(float(values[row, column]) * 255) / 255
            wanted = [p + (a - p) * share for p, a in zip(paper, accent, strict=True)]
            assert pixel == pytest.approx(wanted, abs=1.0), (theme, row, column)


def test_findings_of_a_search_are_shown(opened):
    where = {"layer": "encoder.0", "state": "h", "texts": 7, "steps": 99, "complete": True}
    units = [{"unit": 5, "correlation": -0.83, "auc": 0.1}]
    around = {"symbols": ["so", "<b>", "dull", "a", "film"], "first": 10}
    facts = {
        "patterns": [{"pattern": "inside-quotes", "mean": 0.25, "units": units, **where}],
        "places": {
            **{"start": 2, "stop": 4, "threshold": 0.3, "units": [5, 7], **where},
            "found": [{"text": 3, "start": 12, "stop": 14, "on": 0.5, "off": 1.0, **around}],
        },
        "nearest": {
            **{"step": 2, **where},
            "found": [{"text": 4, "step": 11, "cosine": 0.987, **around}],
        },
    }
    one = opened(page(traces.recurrent(facts=facts)))
    assert one.tab.locator("#states mark").all_inner_texts() == ["dull a", "<b>"]
    text = one.tab.locator("#states").inner_text()
    for wanted in ("inside-quotes", "On “not true” units 5, 7 are on", "50 % on", "cosine 0.987"):
        assert wanted in text
    one.tab.get_by_role("button", name="unit 5").click()
    assert one.js("() => Seqloom.page.units") == {"encoder.0": 5}
    assert one.errors == []


def test_states_can_be_ordered_by_likeness(opened):
    """Correlations against numpy's."""
    trace = traces.recurrent(hidden=9)
    one = opened(page(trace))
    order = one.js(
        "() => [...Seqloom.orderOf(Seqloom.page.trace.get('states/encoder.0/h'), 'likeness', 4)]"
    )
    likeness = np.corrcoef(trace["states/encoder.0/h"].values.T)[4]
    assert order[0] == 4
    assert np.all(np.diff(likeness[order]) < 0.02)  # codes of 8 bits may swap near ties
    by_change = one.js(
        "() => [...Seqloom.orderOf(Seqloom.page.trace.get('states/encoder.0/h'), 'change', 0)]"
    )
    total = np.abs(np.diff(trace["states/encoder.0/h"].values, axis=0)).sum(axis=0)
    assert np.all(np.diff(total[by_change]) < 0.15)


def test_text_is_text_whatever_it_holds(opened):
    nasty = [
        "</script><script>alert(1)</script>",
        "<b>bold</b>",
        "\"quotes' & &amp; {title} {script}",
        "👩‍👩‍👧 🇩🇪",
        "שלום",
        "مرحبا",
        "e\u0301",
        "\u0301",
        " ",
        "\n",
        "",
        "__proto__",
        "constructor",
    ]
    trace = traces.recurrent(symbols=nasty, output=nasty[0], facts={"verdict": nasty[:3]})
    one = opened(page(trace))
    assert one.errors == []
    shown = one.tab.locator(".head .chip").all_text_contents()
    assert shown[:7] == nasty[:7]
    assert shown[7:11] == ["◌\u0301", "␣", "⏎", "∅"]
    assert shown[11:] == nasty[11:]
    assert one.tab.locator(".verdict").inner_text() == nasty[0]
    assert one.tab.title().startswith("</script><script>alert(1)")
    assert one.js("() => document.scripts.length") == 3


def test_a_thousand_steps_of_a_thousand_units(opened):
    trace = traces.large(1000, 1024)
    one = opened(page(trace), height=5000)
    assert one.errors == []
    assert one.js("() => document.querySelectorAll('*').length") < 5000  # none for a cell
    one.tab.keyboard.press("ArrowLeft")
    one.frames()
    value = one.js("() => Seqloom.page.trace.get('states/encoder.0/h').at(998, 1023)")
    assert value == pytest.approx(trace["states/encoder.0/h"].values[998, 1023], abs=1 / 127)
    assert one.requests == [one.tab.url]


def test_a_notebook_shows_the_page_in_a_frame(opened):
    trace = traces.recurrent(symbols=["</iframe>", '"quoted"', "word"])
    one = opened("<!DOCTYPE html><html data-ready>" + trace._repr_html_())
    frame = one.tab.frame_locator("iframe")
    frame.locator("html[data-ready] .verdict").wait_for(timeout=10_000)
    assert frame.locator(".head .chip").all_text_contents() == ["</iframe>", '"quoted"', "word"]
    assert one.errors == []


def test_the_model_file_is_carried_whole(opened):
    path = traces.GOLDEN / "classify-1.safetensors"
    one = opened(page(traces.recurrent(), path.read_bytes()))
    task = one.js("() => Seqloom.page.model.header.task")
    assert task == "classify"
    assert opened(page(traces.recurrent())).js("() => Seqloom.page.model") is None


def test_the_page_is_written_and_drawn_from_a_file(tmp_path):
    trace = traces.recurrent()
    trace.save(tmp_path / "trace.safetensors")
    again = read_trace(tmp_path / "trace.safetensors")
    write_page(again, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page(again)


def test_the_page_names_no_address_and_no_file_of_its_own():
    text = script() + page(traces.recurrent())
    text = text.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.search(r"https?://|//[a-z]+\.|@import|url\(", text)
    assert "</script" not in script()


def test_a_heat_map_is_coloured_again_when_its_numbers_change(opened):
    one = opened(page(traces.recurrent()), height=4000)
    changed = one.js(
        """async () => {
          const node = document.querySelector('#states canvas.zooms');
          const { heat } = [...Seqloom.page.pictures].find(p => p.node === node);
          const place = [heat.steps.middle(4), heat.box.top + 9, 1, 1];
          const pixel = () => [...node.getContext('2d').getImageData(...place).data].join();
          const before = pixel();
          heat.map.codes = heat.map.codes.map(code => code ^ 255);
          heat.canvas.dirty();
          await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
          return before !== pixel();
        }"""
    )
    assert changed


def test_an_empty_text_has_a_page(opened):
    full = traces.recurrent("lstm")
    empty = {n: traces.named(*a.dims)(np.zeros((0, *a.shape[1:]))) for n, a in full.items()}
    labels = {"source": (), "class": ()}
    one = opened(page(traces.recurrent(symbols=SOME, arrays=empty, labels=labels, input="")))
    assert sections(one) == ["head", "output", "model"]  # probabilities are still there
    assert one.errors == []


@pytest.mark.parametrize(
    ("name", "extra", "title"),
    [
        ("lstm", None, "The class of a text, by an LSTM"),
        ("lstm", "attention/pool", "The class of a text, by an LSTM with attention"),
        ("attention", None, "A sequence from a sequence, by a GRU with attention"),
        ("transformer", "attention/pool", "The class of a text, by a Transformer"),
    ],
)
def test_the_title_tells_a_network_with_attention_from_one_without(opened, name, extra, title):
    trace = traces.ALL[name]()
    T = len(trace.labels["source"])
    if extra:
        trace = trace.updated(arrays={extra: traces.named("source")(np.full(T, 1 / T))})
    assert opened(page(trace)).tab.locator("h1").inner_text() == title


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"valid_accuracy": 50.6, "valid_log_loss": 0.7}, "right in 50.6 % of the validation text"),
        ({"valid_symbol_error": 3.0, "valid_output_error": 12.5}, "right in 87.5 % of the valid"),
        ({"valid_character_error": 13.5802}, "character error 13.6 % on the validation recordings"),
        ({"valid_perplexity": 4.7035}, "perplexity 4.7 on the validation text"),
        ({"valid_mase": 0.81}, "MASE 0.81 on the validation values"),
        ({"valid_accuracy": None}, None),
    ],
)
def test_the_head_says_how_good_the_model_is(opened, model, said):
    """A model at chance answers as surely as a good one."""
    told = opened(page(traces.recurrent(facts={"model": model}))).tab.locator(".head .valid")
    assert told.count() == (said is not None)
    if said:
        assert told.inner_text().startswith(f"The model as a whole: {said}")


def hidden_numbers():
    """An LSTM whose gates, importance and losses are known numbers."""
    trace = traces.recurrent("lstm", symbols=list("abcd"), hidden=3)
    unit = traces.named("source", "encoder.0.unit")
    forget = [[0.95, 0.5, 0.05], [0.95, 0.5, 0.05], [0.5, 0.5, 0.05], [0.5, 0.92, 0.05]]
    arrays = {
        "states/encoder.0/f": unit(forget),
        "importance/leave_one_out": traces.named("source")([0.0, 1.0, -1.0, 0.25]),
        "loss/steps": traces.named("source")([0.0, np.log(4), np.log(4), np.log(16)]),
        "output/log_probabilities": traces.named("class")(np.log([0.2, 0.8])),
    }
    facts = {"probabilities": {"negative": 0.2, "positive": 0.8}}
    return trace.updated(arrays=arrays, facts=facts)


def test_gates_are_counted_as_open_above_0_9_and_closed_below_0_1(opened):
    """3 of 12 are above 0.9, 4 below 0.1, 5 between."""
    one = opened(page(hidden_numbers()))
    found = one.tab.locator("#gates .found").inner_text()
    assert "open (above 0.9) in 25 % of all cases, closed (below 0.1) in 33 %." in found
    assert (
        "Unit 0: open at 50 % of the steps, closed at 0 %" in one.tab.locator("#gates").inner_text()
    )


def test_the_output_lists_the_most_probable_first(opened):
    one = opened(page(hidden_numbers()))
    bars = one.tab.locator("#output .bar")
    assert [" ".join(text.split()) for text in bars.all_inner_texts()] == [
        "positive 80 %",
        "negative 20 %",
    ]
    shares = bars.locator("i").evaluate_all(
        "all => all.map(i => i.style.getPropertyValue('--share'))"
    )
    assert shares == ["80.00%", "20.00%"]


def test_importance_is_blue_for_more_and_warm_for_less(opened):
    """A symbol's colour against the definition: to `accent` if it helps, to `warm` if it harms."""
    one = opened(page(hidden_numbers()))
    found = one.tab.locator("#importance .chip").evaluate_all(
        "all => all.map(c => getComputedStyle(c).backgroundColor.match(/[\\d.]+/g).map(Number))"
    )
    paper, accent, warm = one.js("() => ['--paper', '--accent', '--warm'].map(Seqloom.token)")
    for colour, end, share in zip(
        found, (accent, accent, warm, accent), (0.0, 0.9, 0.9, 0.225), strict=True
    ):
        wanted = [p + (e - p) * share for p, e in zip(paper, end, strict=True)]
        assert colour[:3] == pytest.approx(wanted, abs=1.5)


def test_how_sure_it_was_is_the_geometric_mean(opened):
    """Probabilities 1, 1/4, 1/4, 1/16: their geometric mean is 1/4."""
    trace = hidden_numbers().updated(facts={"probabilities": {}})
    head = opened(page(trace)).tab.locator(".head").inner_text()
    assert "had a probability of 25 %, on geometric average" in head


def test_coverage_is_the_sum_of_a_column(opened):
    trace = traces.attention(source="abc", output=("A", "B"))
    weights = [[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]]
    arrays = {"attention/decoder": traces.named("target", "source")(weights)}
    one = opened(page(trace.updated(arrays=arrays)))
    one.js("() => Seqloom.page.choose('source', 0)")
    texts = [t for t in one.tab.locator("#attention .readout").all_inner_texts() if "weight" in t]
    assert any("1.2" in text for text in texts), texts
    one.js("() => Seqloom.page.choose('source', 2)")
    texts = [t for t in one.tab.locator("#attention .readout").all_inner_texts() if "weight" in t]
    assert any("0.35" in text for text in texts), texts


def test_two_thirds_backwards_is_mostly_backwards(opened):
    trace = traces.attention().updated(facts={"attention": {"monotonicity": -0.667}})
    found = opened(page(trace)).tab.locator("#attention .found").first.inner_text()
    assert found.endswith("0.667 of 1: it read mostly backwards.")
