"""`python docs/build.py story`: numbers, quotations, drawings and figures of the seven chapters.

It trains the small networks of `networks.py` where they are not yet in the folder of runs, a few
seconds each. What needs data that are missing is left as it is, and a line says so.
"""

from pathlib import Path

from . import measures, pictures
from .drawings import draw_all
from .networks import NETWORKS, has_data
from .pages import filled, quoted, statements

HERE = Path(__file__).parent


def build(data: Path, runs: Path, out: Path) -> None:
    """Write the story.

    Args:
        data: Folder with `reviews/` and `g2p_en/`.
        runs: Folder for runs and generated data; what is there is used again.
        out: Where chapters are written, with `figures/` inside.
    """
    figures = out / "figures"
    for folder in (figures, runs):
        folder.mkdir(parents=True, exist_ok=True)
    draw_all(figures)
    numbers = measures.of_untrained() | measures.negation(runs) | measures.recall(runs)
    pictures.draw_untrained(figures)
    pictures.draw_negation(figures, runs)
    if has_data("reviews-rnn", data):
        numbers |= measures.reviews(data, runs)
    if has_data("words-context", data):
        numbers |= measures.words(data, runs)
        pictures.draw_words(figures, data, runs)
    left = sorted({n.data for name, n in NETWORKS.items() if not has_data(name, data)})
    if left:
        print(f"left as they are, for want of data in {data}: {', '.join(left)}")
    lines = statements()
    for page in sorted(HERE.glob("*.md")):
        text = quoted(filled(page.read_text(encoding="utf-8"), lines[page.stem], numbers))
        (out / page.name).write_text(text, encoding="utf-8")
