"""The engine in a browser without the page around it: a model file in, answers out."""

import base64
import random
from importlib import resources

import seqloom.inspection.page

ASSETS = resources.files(seqloom.inspection.page) / "assets"
# what no vocabulary of the tests has, or spells in another way than it looks
STRANGE = (
    "é",
    "e\u0301",
    "\U0001d518",
    "👩\u200d👧",
    "\u0130",
    "Σ",
    "'s",
    "\u2019",
    "_",
    "٣",
    "-",
    "▁",
)
SPACES = (" ", "  ", "\t", "\n", "\u00a0", "\x1c", "\u2009", "\ufeff")
_RUN = """([texts, arguments]) => texts.map((text) => {
  try {
    return globalThis.model.predict(text, ...arguments);
  } catch (error) {
    if (!(error instanceof Seqloom.engine.InputError)) throw error;
    return { error: error.message };
  }
})"""


class Engine:
    """A tab of the browser that holds one model at a time."""

    def __init__(self, browser):
        self.tab = browser.new_page()
        stems = (path.name.removesuffix(".js") for path in ASSETS.iterdir())
        names = ["core", "file", *sorted(stem for stem in stems if stem.startswith("engine"))]
        scripts = [(ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in names]
        blocks = "".join(f"{{{script}}}\n" for script in scripts)
        self.tab.evaluate("(text) => void (0, eval)(text)", f'"use strict";\n{blocks}')

    def open(self, model):
        """Take a model file's bytes."""
        self.tab.evaluate(
            """(text) => {
              const { metadata, tensors } = Seqloom.readSafetensors(Seqloom.decode(text));
              const header = JSON.parse(metadata.seqloom);
              globalThis.model = Seqloom.engine.open({ header, tensors });
            }""",
            base64.b64encode(model).decode(),
        )
        return self

    def predict(self, texts, *arguments):
        """What the model says to each text; typed arrays come as dictionaries by place."""
        return [plain(answer) for answer in self.tab.evaluate(_RUN, [texts, list(arguments)])]

    def evaluate(self, code, argument=None):
        """Run a function in the tab."""
        return plain(self.tab.evaluate(code, argument))


def plain(value):
    """Typed arrays as lists."""
    if isinstance(value, dict):
        if value and all(key.isdigit() for key in value):
            return [plain(value[str(i)]) for i in range(len(value))]
        return {key: plain(v) for key, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


def texts(symbols, count, *, seed, most, separator=""):
    """Texts of a model's symbols with strange ones between; some are short, some are long."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        length = draw.choice([1, 2, 3, most, draw.randint(1, most)])
        parts = [
            draw.choice(STRANGE) if draw.random() < 0.08 else draw.choice(symbols)
            for _ in range(length)
        ]
        gaps = [draw.choice(SPACES) if draw.random() < 0.05 else separator for _ in parts]
        gaps[-1] = ""
        found.append("".join(p + g for p, g in zip(parts, gaps, strict=True)))
    return found
