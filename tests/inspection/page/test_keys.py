"""The page under a reader's hands: keys, focus, controls, the switch of the theme."""

import pytest

from seqloom.inspection.page import page

from . import traces


def test_arrow_keys_move_the_selected_step(opened):
    one = opened(page(traces.attention()))
    now = one.tab.locator("#now")
    assert now.inner_text() == "input, step 13 of 13: a"
    one.tab.keyboard.press("ArrowLeft")
    assert now.inner_text() == "input, step 12 of 13: r"
    assert one.tab.locator(".head .chip.selected").first.inner_text() == "r"
    one.tab.keyboard.press("Shift+ArrowLeft")
    assert now.inner_text() == "input, step 2 of 13: n"
    for _ in range(3):
        one.tab.keyboard.press("ArrowLeft")
    assert now.inner_text() == "input, step 1 of 13: p"
    one.tab.keyboard.press("x")
    assert now.inner_text() == "output, step 12 of 12: end"
    assert one.js("() => Seqloom.page.select") == {"axis": "target", "step": 11}
    assert one.errors == []


def test_keys_are_shown_and_focus_can_be_seen(opened):
    one = opened(page(traces.recurrent()))
    one.tab.keyboard.press("?")
    assert one.tab.locator("dialog").is_visible()
    one.tab.keyboard.press("Escape")
    assert not one.tab.locator("dialog").is_visible()
    one.js("() => document.activeElement.blur()")
    one.tab.keyboard.press("Tab")
    assert one.js("() => document.activeElement.id") == "theme"
    assert one.js("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_figure_with_the_focus_takes_units_and_zoom(opened):
    one = opened(page(traces.recurrent("lstm", hidden=7)))
    heat = "document.querySelector('#states canvas.zooms')"
    one.js(f"() => {heat}.focus()")
    for _ in range(3):
        one.tab.keyboard.press("ArrowDown")
    assert one.js("() => Seqloom.page.units") == {"encoder.0": 3}
    assert "Unit 3" in one.tab.locator("#states h3").all_inner_texts()
    view = f"() => [...Seqloom.page.pictures].find(p => p.node === {heat}).heat.view"
    one.tab.keyboard.press("+")
    assert one.js(view)["x"][1] - one.js(view)["x"][0] == pytest.approx(19 / 1.5)
    one.tab.keyboard.press("0")
    assert one.js(view) == {"x": [0, 19], "y": [0, 7]}


def test_everything_a_control_offers_can_be_drawn(opened):
    """Each button and each entry of a list, in turn."""
    for name in ("lstm", "attention", "transformer"):
        one = opened(page(traces.ALL[name]()), height=6000)
        button = 0
        while button < one.tab.locator("main button").count():  # some bring others
            one.js("n => document.querySelectorAll('main button')[n].click()", button)
            one.frames()
            button += 1
        for box in range(one.tab.locator("main select").count()):
            options = one.tab.locator("main select").nth(box).locator("option").count()
            for option in range(options):
                one.tab.locator("main select").nth(box).select_option(index=option)
                one.frames()
        assert one.errors == [], name


def test_a_control_keeps_the_focus_when_it_is_used(opened):
    one = opened(page(traces.recurrent("lstm")))
    one.tab.get_by_role("button", name="output gate").focus()
    one.tab.keyboard.press("Enter")
    assert one.js("() => document.activeElement.textContent") == "output gate"
    assert "The output gate" in one.tab.locator("#gates .found").inner_text()
    one = opened(page(traces.attention()))
    box = one.tab.locator("#gates select").first
    box.focus()
    box.select_option("decoder.0")
    assert one.js("() => document.activeElement.value") == "decoder.0"


def test_the_switch_of_the_theme_wins_over_the_system(opened):
    one = opened(page(traces.recurrent()), theme="dark")
    dark = one.js("() => Seqloom.token('--paper')")
    one.tab.locator("#theme").click()
    light = one.js("() => Seqloom.token('--paper')")
    assert max(dark) < 60 < 200 < min(light)
