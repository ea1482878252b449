"""How fast the page of a trace is: made, loaded, redrawn. Prints a table.

    python benchmarks/page.py

Loads pages of random states in Chromium, each three times in a new window, and takes the middle:
from the start of loading to the drawn page, and the longest frame while the selected step moves
with all that can be seen. 200 steps of 512 units have to load within 2 s.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.inspection.page.traces import large

from seqloom.inspection.page import write_page

SIZES = ((200, 512), (1000, 1024))
REPEATS = 3
MOVES = 20
FRAMES = """async (moves) => {
  let longest = 0;
  for (let i = 0; i < moves; i++) {
    const before = performance.now();
    Seqloom.page.choose("source", i);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    longest = Math.max(longest, performance.now() - before);
  }
  return longest;
}"""


def measure(browser: Browser, path: Path) -> tuple[float, float]:
    """Seconds until the page is drawn, and milliseconds of its longest frame."""
    tab = browser.new_page(viewport={"width": 1400, "height": 1000})
    start = time.perf_counter()
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    tab.evaluate("() => new Promise(r => requestAnimationFrame(() => setTimeout(r)))")
    loaded = time.perf_counter() - start
    tab.evaluate("() => document.querySelector('#states')?.scrollIntoView()")
    tab.wait_for_timeout(300)
    longest = tab.evaluate(FRAMES, MOVES)
    tab.close()
    return loaded, longest


def main() -> None:
    """Measure every size."""
    print("| steps | units | file, MB | made, s | loaded, s | longest frame, ms |")
    print("|---|---|---|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for steps, units in SIZES:
            trace, path = large(steps, units), Path(folder) / "page.html"
            start = time.perf_counter()
            write_page(trace, path)
            made = time.perf_counter() - start
            found = [measure(browser, path) for _ in range(REPEATS)]
            loaded, longest = (statistics.median(column) for column in zip(*found, strict=True))
            size = path.stat().st_size / 1e6
            print(f"| {steps} | {units} | {size:.1f} | {made:.2f} | {loaded:.2f} | {longest:.0f} |")
        browser.close()


if __name__ == "__main__":
    main()
