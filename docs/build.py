"""Make what is generated in the documentation.

    python docs/build.py settings          docs/settings.md, from the dataclasses in config.py
    python docs/build.py figures MODEL     docs/figures/alignment.png, from a model of English words

The tables of README.md, docs/results.md and docs/performance.md come from `benchmarks/`.
"""

import argparse
import dataclasses
from pathlib import Path
from typing import Any, get_type_hints

import seqloom
from seqloom.config import (
    DataConfig,
    DecodingConfig,
    RecurrentConfig,
    TrainingConfig,
    TransformerConfig,
)
from seqloom.inspection.alignment import draw_alignments
from seqloom.training.prepare import LEAST_EPOCHS, LEAST_STEPS

HERE = Path(__file__).parent
WORDS = ["thought", "phoenix", "knowledge"]

SECTIONS: list[tuple[str, type, str]] = [
    ("data", DataConfig, ""),
    ("model", RecurrentConfig, ' with `architecture = "recurrent"`, the default'),
    ("model", TransformerConfig, ' with `architecture = "transformer"`'),
    ("training", TrainingConfig, ""),
    ("decoding", DecodingConfig, ""),
]

INTRO = """# Settings

Made by `python docs/build.py settings` from `src/seqloom/config.py`.

Every setting can be given as `--set SECTION.KEY=VALUE`, in a recipe (`--config recipe.toml`), or in
Python (`config={"model": {"hidden_size": 512}}`); the most used ones have a flag. A flag wins over
`--set`, `--set` over the recipe. A run writes what it used to `DIR/config.toml`, which is a recipe.
"see below" means that the default is chosen for the data and written there.
"""

RULES = f"""
## Defaults that come from the data

- `data.source_level`, `data.target_level`: characters if fewer than half of the texts contain a
  space; else symbols if there are at most 1,000 different ones; else subwords.
- `data.batch_symbols`: 1,024; 2,048 if the training pairs have a million symbols or more, source
  and target together.
- `training.learning_rate`: 0.002 recurrent, 0.001 Transformer.
- Length of the run, if none of `epochs`, `minutes` and `steps` is given: {LEAST_EPOCHS} epochs or
  {LEAST_STEPS:,} steps, whichever is longer.
- Validation: once an epoch, but at least 10 and at most 100 times in a run.
"""


def settings_page() -> str:
    """The text of docs/settings.md."""
    parts = [INTRO]
    for name, cls, note in SECTIONS:
        parts.append(
            f"\n## `[{name}]`{note}\n\n| key | default | allowed | meaning |\n|---|---|---|---|"
        )
        hints = get_type_hints(cls)
        for field in dataclasses.fields(cls):
            if field.name != "architecture":
                parts.append(_row(field, hints[field.name]))
    return "\n".join(parts) + "\n" + RULES


def _row(field: "dataclasses.Field[Any]", hint: Any) -> str:
    rule = field.metadata
    if "low" in rule:
        allowed = f"{_number(rule['low'])} to {_number(rule['high'])}"
    elif hint is bool:
        allowed = "true, false"
    else:
        allowed = ", ".join(map(str, hint.__args__))
    default = "see below" if field.default is None else f"`{field.default}`".lower()
    return f"| `{field.name}` | {default} | {allowed} | {rule['doc']} |"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.7f}".rstrip("0").rstrip(".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["settings", "figures"])
    parser.add_argument("model", nargs="?", type=Path)
    arguments = parser.parse_args()
    if arguments.what == "settings":
        (HERE / "settings.md").write_text(settings_page(), encoding="utf-8")
        return
    model = seqloom.load(arguments.model)
    words = [model.file.source.decode(model.encode(word)) for word in WORDS]
    if any("⁇" in word for word in words):
        words = [word.upper() for word in WORDS]
    (HERE / "figures").mkdir(exist_ok=True)
    draw_alignments([model.align(word) for word in words], HERE / "figures" / "alignment.png")


if __name__ == "__main__":
    main()
