"""The screenshots of docs/inspect.md: one sentence through an RNN, an LSTM, an RNN with attention.

    python docs/build.py pages

Generates the negation probe and trains the three networks unless their runs are there, writes the
page of each as `seqloom inspect` does, and takes its upper part in Chromium. Needs the extra `dev`.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

import seqloom
from seqloom.config import read_toml
from seqloom.data.texts.negation import make_negation
from seqloom.inspection.page import write_page

SENTENCE = (
    "It is highly unlikely when one has read every page of the manual on a cold november evening "
    "with an old friend beside me that I would not recommend this movie"
)
WIDTH, HEIGHT = 1100, 1960  # of what is shown, CSS pixels
NETWORKS = {  # what differs from configs/negation.toml: model, learning rate, seed
    "rnn": ({"cell": "rnn"}, 0.002, 2),
    "lstm": ({"cell": "lstm"}, 0.004, 1),
    "attention": ({"cell": "rnn", "bidirectional": True, "pool": "attention"}, 0.002, 1),
}


def build(runs: Path, out: Path) -> None:
    """Make the three pictures.

    Args:
        runs: Where the data and the three runs are, or are made.
        out: The folder of the pictures.
    """
    recipe = read_toml(Path(__file__).parent.parent / "configs" / "negation.toml")
    data = runs / "data"
    if not data.is_dir():
        make_negation(data, distance=40, sentences=20_000, seed=1)
    pages = {}
    for name, (model, rate, seed) in NETWORKS.items():
        best = runs / name / "best.safetensors"
        if not best.exists():
            config = {
                **recipe,
                "model": {**recipe["model"], **model},
                "training": {**recipe["training"], "learning_rate": rate, "seed": seed},
            }
            valid = str(data / "valid.tsv")
            seqloom.train(str(data / "train.tsv"), runs / name, valid=valid, config=config)
        pages[name] = runs / f"{name}.html"
        write_page(seqloom.load(best).trace(SENTENCE), pages[name], best.read_bytes())
    _shoot(pages, out)


def _shoot(pages: dict[str, Path], out: Path) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        for name, path in pages.items():
            tab.goto(path.resolve().as_uri())
            tab.wait_for_selector("html[data-ready]")
            tab.wait_for_timeout(500)  # the pictures are drawn as they come into view
            tab.screenshot(path=out / f"inspect-{name}.png")
        browser.close()
