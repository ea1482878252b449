"""Editing in the real page: what is typed, pressed and forced gives what Python gives."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import seqloom
from seqloom.inspection.page import page

from .models import traced

GOLDEN = Path(__file__).parents[2] / "export" / "golden"
PAIRS = GOLDEN / "transduce-1.safetensors"


@pytest.fixture
def pair_page(opened):
    return opened(page(traced(PAIRS, "badcfe"), PAIRS.read_bytes()))


def ready(one, section):
    """Scroll to a section and wait for its first answer."""
    one.tab.locator(f"#{section}").scroll_into_view_if_needed()
    one.tab.wait_for_selector(f"#{section} .answer-now[data-answer]")
    return one.tab.locator(f"#{section}")


def typed(one, text):
    """Type an input and wait for the answer to it, which a slow model gives after a pause."""
    one.js("() => { document.querySelector('#edit .readout').textContent = ''; }")
    one.tab.locator("#edit textarea").fill(text)
    one.tab.wait_for_function(
        "text => document.querySelector('#edit textarea').value === text"
        " && document.querySelector('#edit .readout').textContent.includes('ms')",
        arg=text,
    )
    one.frames()
    one.tab.wait_for_timeout(30)
    return one.js("() => document.querySelector('#edit .answer-now').dataset.answer ?? null")


def test_a_typed_input_says_what_predict_says(pair_page):
    model = seqloom.load(PAIRS)
    section = ready(pair_page, "edit")
    assert section.locator(".now").inner_text().startswith("E F C D A B")
    for text in ("hgfe", "aaaa", "gh", "z", "e\u0301a👩\u200d👧", "abcdefghabcd"):
        assert typed(pair_page, text) == model.predict([text])[0], text
    assert section.locator(".chip.unknown").count() == 0
    typed(pair_page, "az")
    assert section.locator(".chip.unknown").inner_text() == "z"
    assert typed(pair_page, "") is None
    assert "at least one symbol" in section.locator(".readout").inner_text()
    assert pair_page.errors == []
    assert len(pair_page.requests) == 1  # the page itself


def test_the_dictionary_of_exceptions_is_told_of(opened):
    path = GOLDEN / "transduce-2.safetensors"
    one = opened(page(traced(path, "hgfe\tREV"), path.read_bytes()))
    section = ready(one, "edit")
    model = seqloom.load(path)
    for text in ("cab\tREV;UP", "gh\tCOPY", "cab\t REV | UP"):
        [network] = model.predict([text], exceptions=False)
        assert typed(one, text) == network != model.predict([text])[0]
        told = section.locator(".known").inner_text()
        assert told.endswith(f"from which predict answers: {model.predict([text])[0]}"), text
    typed(one, "cab\tREV")
    assert section.locator(".known").inner_text() == ""
    assert one.errors == []
    assert len(one.requests) == 1  # the page itself


def test_symbols_are_deleted_and_replaced_by_pointer_and_keys(pair_page):
    model = seqloom.load(PAIRS)
    section = ready(pair_page, "edit")
    field = section.locator("textarea")

    def answer():
        return pair_page.js("() => document.querySelector('#edit .answer-now').dataset.answer")

    section.locator(".chip").nth(2).click()
    section.get_by_role("button", name="Delete").click()
    assert field.input_value() == "bacfe"
    assert "The other sections still show the input" in section.locator(".readout").inner_text()
    assert answer() == model.predict(["bacfe"])[0]
    section.locator(".chip").nth(0).click()
    pair_page.tab.keyboard.press("ArrowRight")
    pair_page.tab.keyboard.press("Delete")
    assert field.input_value() == "bcfe"
    section.locator(".tools input, .controls input").fill("hh")
    pair_page.tab.keyboard.press("Enter")
    assert field.input_value() == "bhhfe"
    assert answer() == model.predict(["bhhfe"])[0]
    assert section.locator("del, ins").count() > 0
    section.get_by_role("button", name="Put the input back").click()
    assert field.input_value() == "badcfe"
    readout = section.locator(".readout").inner_text()
    assert "stays the same" in readout
    assert "still show" not in readout
    assert section.locator("del, ins").count() == 0
    assert pair_page.errors == []


@pytest.mark.parametrize("name", ["classify-1", "generate-1", "generate-1-transformer"])
def test_other_tasks_are_edited_too(opened, name):
    path = GOLDEN / f"{name}.safetensors"
    model = seqloom.load(path)
    first, then = ("The plot is lovely .", "the CAST is hollow!")
    one = opened(page(traced(path, first), path.read_bytes()))
    section = ready(one, "edit")
    want = [then]
    if name.startswith("generate"):
        assert typed(one, then) == model.predict(want, length=40, temperature=0.0)[0]
    else:
        assert typed(one, then) == model.predict(want)[0]
        best = model.predict_proba(want).max()
        shown = section.locator(".now small").inner_text()
        assert float(shown.rstrip(" %")) == pytest.approx(100 * best, abs=0.51)
    assert one.errors == []


def test_tasks_that_do_not_run_and_pages_without_a_model_have_no_editor(opened):
    without = opened(page(traced(PAIRS, "badcfe")))
    assert without.tab.locator("#edit, #edit-attention").count() == 0
    assert without.tab.locator("#beam").count() == 1


def test_forced_weights_give_what_trace_gives_in_python(pair_page):
    text, draw, outputs = "badcfe", np.random.default_rng(3), set()
    ready(pair_page, "edit-attention")
    for _ in range(16):
        places = {(int(draw.integers(4)), int(draw.integers(6))) for _ in range(3)}
        weights = {place: float(draw.choice([0.0, 0.3, 0.9])) for place in places}
        rows = {t: sum(w for (u, _), w in weights.items() if u == t) for t, _ in weights}
        if max(rows.values()) > 1:
            continue
        want = traced(PAIRS, text, attention=weights)
        output, total, attention = pair_page.js(
            """([text, weights]) => {
              const set = new Map();
              for (const [t, s, w] of weights) set.set(t, (set.get(t) ?? new Map()).set(s, w));
              const found = Seqloom.running(Seqloom.page).predict(text, set);
              return [found.output, found.logProbability, found.attention.map((row) => [...row])];
            }""",
            [text, [[t, s, w] for (t, s), w in weights.items()]],
        )
        assert output == want.output
        assert total == pytest.approx(-want["loss/steps"].values.sum(), abs=1e-4)
        np.testing.assert_allclose(attention, want["attention/decoder"].values, atol=1e-5)
        outputs.add(output)
    assert len(outputs) > 2


def test_a_cell_is_forced_by_slider_and_by_keys(pair_page):
    section = ready(pair_page, "edit-attention")
    before = section.locator(".now").inner_text()
    canvas = section.locator("figure canvas")
    canvas.focus()
    pair_page.tab.keyboard.press("ArrowDown")
    pair_page.tab.keyboard.press("Home")
    assert "(step 2), weight" in section.locator(".readout").inner_text()
    pair_page.tab.keyboard.press("9")
    said = section.locator(".readout").inner_text()
    assert re.search(r"weight 0\.9 on b \(step 1\), set by you", said)
    assert section.locator(".now").inner_text() != before
    slider = section.locator("input[type=range]")
    slider.evaluate("(node) => { node.value = 0.25; node.dispatchEvent(new Event('input')); }")
    assert "weight 0.25" in section.locator(".readout").inner_text()
    section.get_by_role("button", name="Let it choose everywhere").click()
    assert section.locator(".now").inner_text() == before
    assert section.get_by_role("button", name="Let it choose here").is_disabled()
    assert pair_page.errors == []


def test_forcing_never_breaks_the_sum_of_a_row(pair_page):
    ready(pair_page, "edit-attention")
    canvas = pair_page.tab.locator("#edit-attention figure canvas")
    canvas.focus()
    pair_page.tab.keyboard.press("Home")
    for _ in range(5):  # 0.9 at the first place leaves 0.1 for the second, 0 for the others
        pair_page.tab.keyboard.press("9")
        pair_page.tab.keyboard.press("ArrowRight")
    readout = pair_page.tab.locator("#edit-attention .readout")
    assert "(step 6). The answer" in readout.inner_text()
    pair_page.tab.keyboard.press("9")
    assert "All other weights of this row are set: this one is the rest." in readout.inner_text()
    assert pair_page.errors == []


@pytest.mark.parametrize("width", [400, 2000])
def test_nothing_overflows(opened, width):
    classifier = GOLDEN / "classify-1.safetensors"
    long = "not a " * 40 + "w" * 90
    for trace, path in (
        (traced(PAIRS, "badcfe" * 6), PAIRS),
        (traced(classifier, long), classifier),
    ):
        one = opened(page(trace, path.read_bytes()), width=width)
        ready(one, "edit")
        if trace.task == "transduce":
            ready(one, "edit-attention")
        assert one.js("() => document.documentElement.scrollWidth") <= width
        assert one.errors == []


def test_what_differs_is_the_least_that_must(pair_page):
    """Against a search by hand: the most symbols that can stay, in order."""
    draw = np.random.default_rng(0)
    pairs = [["".join(draw.choice(list("abc"), draw.integers(9))) for _ in "12"] for _ in range(60)]
    stays = pair_page.js("pairs => pairs.map(([a, b]) => Seqloom.compared([...a], [...b]))", pairs)
    for (a, b), found in zip(pairs, stays, strict=True):
        kept = [
            "".join(itertools.compress(a, found["before"])),
            "".join(itertools.compress(b, found["now"])),
        ]
        assert kept[0] == kept[1]
        common = [
            "".join(c)
            for n in range(len(a) + 1)
            for c in itertools.combinations(a, n)
            if (rest := iter(b)) and all(symbol in rest for symbol in c)
        ]
        assert len(kept[0]) == max(map(len, common))


@pytest.mark.parametrize("width", [400, 1200])
def test_the_beam_tree(opened, width):
    trace = traced(PAIRS, "badcfe")
    one = opened(page(trace), width=width)
    rows = trace.facts["beam"]
    section = one.tab.locator("#beam")
    section.scroll_into_view_if_needed()
    assert section.locator("g[data-row]").count() == len(rows)
    assert section.locator("path.chosen").count() == sum(row["chosen"] for row in rows)
    assert section.locator("g.dropped").count() == sum(not row["kept"] for row in rows)
    section.get_by_role("button", name="only what was kept").click()
    assert section.locator("g[data-row]").count() == sum(row["kept"] for row in rows)
    assert one.js("() => document.documentElement.scrollWidth") <= width
    assert one.errors == []


def test_the_beam_tree_by_keyboard(opened):
    trace = traced(PAIRS, "badcfe")
    one = opened(page(trace))
    readout = one.tab.locator("#beam .readout")
    assert readout.inner_text().startswith("E F C D A B, end: the answer. Score ")
    one.tab.locator("#beam g[tabindex='0']").focus()
    one.tab.keyboard.press("ArrowLeft")
    assert readout.inner_text().startswith("E F C D A B: on the way to the answer.")
    for _ in range(9):
        one.tab.keyboard.press("ArrowLeft")
    assert readout.inner_text().startswith("E: on the way to the answer.")
    assert one.js("() => Seqloom.page.steps.target") == 0
    one.tab.keyboard.press("ArrowDown")
    assert re.match(r".: (kept|dropped)\. Score", readout.inner_text())
    assert one.errors == []


def test_symbols_of_a_text_that_was_cut_are_not_changed(opened):
    """What is read of it is not the text: one symbol less would leave only that."""
    path = GOLDEN / "classify-1.safetensors"
    most = dict(seqloom.load(path).describe())["max_symbols"]
    long = " ".join(["plot", "is", "lovely"] * most)
    one = opened(page(traced(path, "the plot is lovely"), path.read_bytes()))
    section = ready(one, "edit")
    typed(one, long)
    delete = section.get_by_role("button", name="Delete")
    assert delete.count() == 0
    assert f"its middle, {2 * most:,} symbols, is left out" in section.inner_text()
    section.locator(".chip").first.click()
    one.tab.keyboard.press("Delete")
    assert section.locator("textarea").input_value() == long
    typed(one, " ".join(["plot"] * most))
    delete.wait_for(timeout=20_000)  # it comes with the answer
    assert one.errors == []


def test_a_chosen_symbol_shows_that_it_has_the_focus(pair_page):
    section = ready(pair_page, "edit")
    section.locator(".chip").nth(2).click()
    outline = "node => getComputedStyle(node).outline"
    chip = section.locator(".chip").nth(2)
    without = (chip.evaluate("node => node.blur()"), chip.evaluate(outline))[1]
    chip.focus()
    pair_page.tab.keyboard.press("ArrowLeft")
    pair_page.tab.keyboard.press("ArrowRight")
    assert section.locator(".chip").nth(2).evaluate(outline) != without


def test_a_weight_gets_no_more_than_the_others_leave(pair_page):
    section = ready(pair_page, "edit-attention")
    section.locator("figure canvas").focus()
    for key in ("Home", "9", "ArrowRight", "9"):
        pair_page.tab.keyboard.press(key)
    assert "weight 0.1 on" in section.locator(".readout").inner_text()


def test_the_mark_of_before_stands_where_it_was_before(opened):
    path = GOLDEN / "classify-1.safetensors"
    model = seqloom.load(path)
    first, then = ("the plot is lovely", "the cast is hollow")
    one = opened(page(traced(path, first), path.read_bytes()))
    section = ready(one, "edit")
    typed(one, then)
    before, now = model.predict_proba([first, then])
    order = np.argsort(-now)
    assert abs(before - now).max() > 0.02
    marks = section.locator(".bar i").evaluate_all(
        "all => all.map(i => ['--before', '--share'].map("
        "p => parseFloat(i.style.getPropertyValue(p))))"
    )
    wanted = 100 * np.stack([before[order], now[order]], axis=1)
    np.testing.assert_allclose(marks, wanted, atol=0.02)


def test_the_tree_stands_by_score(opened):
    """In each step those that were kept are above those dropped, and the better above the worse."""
    trace = traced(PAIRS, "badcfe")
    one = opened(page(trace))
    rows = trace.facts["beam"]
    tops = dict(
        one.tab.locator("#beam g[data-row]").evaluate_all(
            "all => all.map(g => [Number(g.dataset.row), "
            "Number(g.querySelector('rect').getAttribute('y'))])"
        )
    )
    for step in {row["step"] for row in rows}:
        column = [i for i, row in enumerate(rows) if row["step"] == step]
        column.sort(key=lambda i: (not rows[i]["kept"], -rows[i]["score"]))
        drawn = [tops[i] for i in column]
        assert len(drawn) < 2 or drawn == sorted(drawn)
