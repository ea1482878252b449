"""Make what is generated in the documentation.

    python docs/build.py settings          docs/settings.md, from the dataclasses in config/
    python docs/build.py forms             the forms of docs/tables.md, from data/tables/forms/
    python docs/build.py tensors           docs/tensors.md, from the tables of weights in networks/
    python docs/build.py spaces            the table of docs/tune.md, from tuning/spaces.py
    python docs/build.py figures MODEL     docs/figures/alignment.png, from a model of English words
    python docs/build.py story             docs/story/, its numbers, quotations and figures
    python docs/build.py drawings          the drawings of docs/story/ alone, in seconds
    python docs/build.py pages             the screenshots of docs/inspect.md

The tables of README.md, docs/results.md and docs/performance.md come from `benchmarks/`.
"""

import argparse
import dataclasses
from pathlib import Path
from typing import Any, get_type_hints

import seqloom
from seqloom.config import Sections, sections_of
from seqloom.data.tables.forms.known import FORMS
from seqloom.inspection.figures.alignment import draw_alignments
from seqloom.tasks import TASKS

HERE = Path(__file__).parent
FORMS_BEGIN, FORMS_END = "<!-- forms: made by docs/build.py -->", "<!-- end of forms -->"
WORDS = ["thought", "phoenix", "knowledge"]

INTRO = """# Settings

Made by `python docs/build.py settings` from `src/seqloom/config/`.

Every setting can be given as `--set SECTION.KEY=VALUE`, in a settings file (`--config FILE.toml`),
or in Python (`config={"model": {"hidden_size": 512}}`); the most used settings have a flag. Flags
override `--set`, and `--set` overrides the file. A run writes the settings that it used to
`DIR/config.toml`, which is a settings file too. "see below" means that the default depends on the
data; the value chosen is in `DIR/config.toml`. Each task has its own sections; `task` at the top of
a settings file names the task.

`training.minutes` and `--minutes` count from the start of the command to its end: loading PyTorch
(a few seconds, more on a busy machine), reading the data, training steps, validations, checkpoints
and the learning curve. In Python they count from the call of `train`. If loading and reading take
more than nine tenths of the time, training still gets one tenth, and a message says so.
`training.epochs` (`--epochs`) and `training.steps` (`--steps`) count training alone. The number of
steps that fit into the minutes depends on the machine; `--config DIR/config.toml` repeats the steps
and the schedule of the run exactly.
"""


def settings_page() -> str:
    """The text of docs/settings.md."""
    return "\n".join([INTRO, *(_task(name, sections_of(name)) for name in TASKS)])


def forms_table() -> str:
    """The table of forms in docs/tables.md."""
    rows = [
        f"| `{form.name}` | `{form.task}` | {form.rule} | {', '.join(form.columns)} |"
        for form in FORMS
    ]
    head = "| `--form` | task | told by | columns |\n|---|---|---|---|"
    return "\n".join([head, *rows])


def with_forms(page: str) -> str:
    """A page with the table of forms between its marks."""
    before, _, rest = page.partition(FORMS_BEGIN)
    return f"{before}{FORMS_BEGIN}\n{forms_table()}\n{FORMS_END}{rest.partition(FORMS_END)[2]}"


def _task(name: str, sections: Sections) -> str:
    parts = [f'## `task = "{name}"`\n', _section("data", sections.data, "")]
    for number, (architecture, cls) in enumerate(sections.models.items()):
        default = ", the default" if number == 0 else ""
        parts.append(_section("model", cls, f' with `architecture = "{architecture}"`{default}'))
    parts.append(_section("training", sections.training, ""))
    if dataclasses.fields(sections.decoding):
        parts.append(_section("decoding", sections.decoding, ""))
    if sections.notes:
        notes = "\n".join(f"- {note}" for note in sections.notes)
        parts.append(f"### Defaults that come from the data\n\n{notes}\n")
    return "\n".join(parts)


def _section(name: str, cls: type, note: str) -> str:
    hints = get_type_hints(cls)
    rows = [
        _row(field, hints[field.name])
        for field in dataclasses.fields(cls)
        if field.name != "architecture"
    ]
    head = f"### `[{name}]`{note}\n\n| key | default | allowed | meaning |\n|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def _row(field: "dataclasses.Field[Any]", hint: Any) -> str:
    rule = field.metadata
    if "low" in rule:
        allowed = f"{_number(rule['low'])} to {_number(rule['high'])}"
    elif hint is bool:
        allowed = "true, false"
    elif "text" in rule:
        allowed = "text"
    else:
        allowed = ", ".join(map(str, hint.__args__))
    default = "see below" if field.default is None else f"`{field.default}`".lower()
    return f"| `{field.name}` | {default} | {allowed} | {rule['doc']} |"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.7f}".rstrip("0").rstrip(".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what",
        choices=["settings", "forms", "tensors", "spaces", "figures", "story", "drawings", "pages"],
    )
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--data", type=Path, default=HERE.parent / "../shared/data")
    parser.add_argument("--runs", type=Path, help="of `story` and `pages`: runs/story, runs/pages")
    parser.add_argument(
        "--out", type=Path, default=HERE / "story", help="of `story` and `drawings`"
    )
    arguments = parser.parse_args()
    if arguments.what == "story":
        from story.script import build  # beside this file

        build(arguments.data, arguments.runs or Path("runs/story"), arguments.out)
        return
    if arguments.what == "forms":
        page = HERE / "tables.md"
        page.write_text(with_forms(page.read_text(encoding="utf-8")), encoding="utf-8")
        return
    if arguments.what == "drawings":
        from story.drawings import draw_all

        draw_all(arguments.out / "figures")
        return
    if arguments.what == "pages":
        from inspect_pages import build as build_pages  # beside this file

        build_pages(arguments.runs or Path("runs/pages"), HERE / "figures")
        return
    if arguments.what == "settings":
        (HERE / "settings.md").write_text(settings_page(), encoding="utf-8")
        return
    if arguments.what == "tensors":
        from tensor_tables import tensors_page  # beside this file

        (HERE / "tensors.md").write_text(tensors_page(), encoding="utf-8")
        return
    if arguments.what == "spaces":
        from search_spaces import tune_page  # beside this file

        (HERE / "tune.md").write_text(tune_page(), encoding="utf-8")
        return
    model = seqloom.load(arguments.model)
    words = [model.parts.source.decode(model.encode(word)) for word in WORDS]
    if any("⁇" in word for word in words):
        words = [word.upper() for word in WORDS]
    (HERE / "figures").mkdir(exist_ok=True)
    draw_alignments([model.align(word) for word in words], HERE / "figures" / "alignment.png")


if __name__ == "__main__":
    main()
