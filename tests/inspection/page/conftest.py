"""Chromium for the tests of the page: one browser a session, every request and error counted."""

import shutil

import pytest


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium under Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no `chromium` on the path (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        one.close()


class Opened:
    """A page in the browser, with what it asked for and complained about."""

    def __init__(self, tab):
        self.tab = tab
        self.errors: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    def js(self, expression, argument=None):
        """The value of an expression in the page."""
        return self.tab.evaluate(expression, argument)

    def frames(self):
        """Wait until what was asked for is drawn."""
        self.js("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page's HTML from disk, in a window of its own."""
    contexts = []

    def open_page(html, width=1200, height=900, theme="light"):
        path = tmp_path / f"page-{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme
        )
        contexts.append(context)
        one = Opened(context.new_page())
        one.tab.goto(path.as_uri())
        one.tab.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
        one.frames()
        return one

    yield open_page
    for context in contexts:
        context.close()
