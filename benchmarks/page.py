"""How fast the page of a trace is: made, loaded, redrawn. Prints a table.

    python benchmarks/page.py

Loads pages of random states in Chromium, each three times in a new window, and takes the middle:
seconds from the start of loading to the drawn page; milliseconds of script and drawing when the
selected step moves, with every figure drawn again, and when a heat map is zoomed (colours of all
its pixels anew). A frame has 16 ms; 200 steps of 512 units have to load within 2 s.
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
WORK = """() => {
  const middle = (work) => {
    const times = Array.from({ length: 21 }, (_, i) => {
      const before = performance.now();
      work(i);
      return performance.now() - before;
    });
    return times.sort((a, b) => a - b)[10];
  };
  const { page } = Seqloom, pictures = [...page.pictures];
  const { heat } = pictures.find((picture) => picture.heat);
  const move = middle((i) => {
    page.choose("source", i);
    for (const picture of pictures) picture.draw();
  });
  const zoom = middle((i) => {
    heat.zoom(i % 2 ? 1.1 : 0);
    heat.canvas.draw();
  });
  return [move, zoom];
}"""


def measure(browser: Browser, path: Path) -> tuple[float, ...]:
    """Seconds until the page is drawn, milliseconds of a move and of a zoom."""
    tab = browser.new_page(viewport={"width": 1400, "height": 1000})
    start = time.perf_counter()
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    tab.evaluate("() => new Promise(r => requestAnimationFrame(() => setTimeout(r)))")
    loaded = time.perf_counter() - start
    work = tab.evaluate(WORK)
    tab.close()
    return (loaded, *work)


def main() -> None:
    """Measure every size."""
    print("| steps | units | file, MB | made, s | loaded, s | a move, ms | a zoom, ms |")
    print("|---|---|---|---|---|---|---|")
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
            loaded, move, zoom = map(statistics.median, zip(*found, strict=True))
            size = path.stat().st_size / 1e6
            row = f"| {steps} | {units} | {size:.1f} | {made:.2f} | {loaded:.2f} "
            print(f"{row}| {move:.1f} | {zoom:.1f} |")
        browser.close()


if __name__ == "__main__":
    main()
