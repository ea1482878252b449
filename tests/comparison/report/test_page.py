"""The report's page in Chromium: nothing requested, no error, fits from 400 to 2,000 pixels."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from seqloom.comparison.report import write_report

from .simulated import simulated, simulated_probe

WIDTHS = (400, 1000, 2000)


@pytest.fixture(scope="module")
def chromium():
    """Runs a function of a browser in a thread of its own: one thread holds one Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no `chromium` on the path (Debian: apt-get install chromium)")
    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(sync_api.sync_playwright().start).result()
        launch = playwright.chromium.launch
        browser = thread.submit(launch, executable_path=path, args=["--no-sandbox"]).result()
        yield lambda function, *given: thread.submit(function, browser, *given).result()
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


@pytest.fixture(scope="module", params=["compare", "probe"])
def report(request, tmp_path_factory):
    results = simulated(examples=400) if request.param == "compare" else simulated_probe()
    return write_report(results, tmp_path_factory.mktemp("page"))[0].as_uri()


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return write_report(simulated(examples=400), tmp_path_factory.mktemp("page"))[0].as_uri()


def visit(browser, address, width, theme, look):
    """Open a page and look; also what it requested and complained about."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    try:
        tab, troubles = context.new_page(), []
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("request", lambda r: troubles.append(r.url) if r.url != address else None)
        tab.goto(address)
        return look(tab), troubles
    finally:
        context.close()


def sizes(tab):
    """Width of the page, smallest letters of the charts that are seen, sections."""
    return tab.evaluate(
        """() => {
          const texts = [...document.querySelectorAll("svg.chart text")]
            .filter((t) => t.getClientRects().length);
          const letters = texts.map((t) => {
            const svg = t.ownerSVGElement;
            return 13 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
          });
          const cut = texts.filter((t) => {
            const own = t.getBoundingClientRect(), all = t.ownerSVGElement.getBoundingClientRect();
            return own.left < all.left - 1 || own.right > all.right + 1;
          });
          return {
            width: document.documentElement.scrollWidth,
            charts: new Set(texts.map((t) => t.ownerSVGElement)).size,
            smallest: Math.min(...letters),
            cut: cut.map((t) => t.textContent),
            sections: [...document.querySelectorAll("section")].map((s) => s.id),
          };
        }"""
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_asks_for_nothing(chromium, report, width, theme):
    found, troubles = chromium(visit, report, width, theme, sizes)
    assert troubles == []
    assert found["width"] == width
    assert found["charts"] >= 1
    assert found["smallest"] >= 10
    assert found["cut"] == []
    assert found["sections"][-1] == "method"


def test_sections_of_a_comparison(chromium, comparison):
    found, _ = chromium(visit, comparison, 1000, "light", sizes)
    assert found["sections"] == ["", "scores", "lengths", "neighbours", "curves", "method"]
    assert found["charts"] == 4


def test_the_key_hides_and_shows_a_line_by_keyboard(chromium, comparison):
    def look(tab):
        states = []
        for _ in range(2):
            tab.focus("#lengths button[data-for=rnn]")
            tab.keyboard.press("Enter")
            states.append(
                tab.evaluate(
                    """() => [
                      document.querySelector("#lengths button[data-for=rnn]").ariaPressed,
                      [...document.querySelectorAll("#lengths .wide-only [data-series]")]
                        .filter((g) => g.getClientRects().length).map((g) => g.dataset.series),
                    ]"""
                )
            )
        return states

    (hidden, shown), troubles = chromium(visit, comparison, 1000, "light", look)
    assert troubles == []
    assert hidden[0] == "false"
    assert "rnn" not in hidden[1]
    assert "lstm" in hidden[1]
    assert shown[0] == "true"
    assert "rnn" in shown[1]


def test_the_switch_of_themes(chromium, comparison):
    def look(tab):
        colour = "() => getComputedStyle(document.body).backgroundColor"
        before = tab.evaluate(colour)
        tab.click("#theme")
        return before, tab.evaluate(colour)

    (before, after), _ = chromium(visit, comparison, 1000, "light", look)
    assert before != after


def test_tables_scroll_inside_themselves_by_keyboard(chromium, comparison):
    def look(tab):
        tab.focus("#scores .table")
        tab.keyboard.press("ArrowRight")
        tab.wait_for_timeout(300)
        return tab.evaluate("document.querySelector('#scores .table').scrollLeft")

    moved, _ = chromium(visit, comparison, 400, "light", look)
    assert moved > 0


def test_each_entry_has_its_colour_in_both_themes(chromium, comparison):
    def look(tab):
        return tab.evaluate(
            """() => [...document.querySelectorAll("#lengths .wide-only .line > path")]
              .map((line) => getComputedStyle(line).stroke)"""
        )

    light, _ = chromium(visit, comparison, 1000, "light", look)
    dark, _ = chromium(visit, comparison, 1000, "dark", look)
    assert len(light) == len(set(light)) == 6
    assert not set(light) & set(dark)
